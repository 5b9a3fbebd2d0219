import type { LanguageModelV4Usage } from '@ai-sdk/provider';
import type { Usage } from '../../../contract/usage.ts';
import type { ProviderKind } from './settings.ts';

/**
 * The SDK's usage in our kinds of tokens; null when the provider did not say, or said what cannot be.
 * Anthropic's split of cache writes is only in its raw usage; what that leaves open counts for `cacheTtl`.
 * OpenAI prices all cache writes alike: they are counted as `cacheWrite5m`.
 */
export function usageOf(kind: ProviderKind, usage: LanguageModelV4Usage, cacheTtl: '5m' | '1h'): Usage | null {
  const { inputTokens, outputTokens } = usage;
  const raw = usage.raw ?? {};
  const total = count(inputTokens.total);
  let output = count(outputTokens.total);
  if (total === null || output === null || total + output === 0) return null;
  const reasoning = count(outputTokens.reasoning);
  if (kind === 'openai-compatible' && reasoning !== null && leavesOutReasoning(raw, output, reasoning)) {
    output += reasoning;
  }
  const cacheRead = count(inputTokens.cacheRead) ?? 0;
  const written = count(inputTokens.cacheWrite) ?? 0;
  const split = kind === 'anthropic' ? splitWrites(raw, written, cacheTtl) : { cacheWrite5m: written, cacheWrite1h: 0 };
  return {
    inputUncached: count(inputTokens.noCache) ?? Math.max(0, total - cacheRead - written),
    cacheRead,
    ...split,
    output,
    reasoning: reasoning === null ? null : Math.min(reasoning, output),
  };
}

/**
 * What a broken-off Anthropic call has cost so far: its input as `message_start` told it, and its output estimated from
 * the characters that arrived (4 a token).
 */
export function partialUsage(start: unknown, outputChars: number, cacheTtl: '5m' | '1h'): Usage | null {
  if (!isRecord(start)) return null;
  const input = count(start.input_tokens);
  if (input === null) return null;
  const written = count(start.cache_creation_input_tokens) ?? 0;
  return {
    inputUncached: input,
    cacheRead: count(start.cache_read_input_tokens) ?? 0,
    ...splitWrites(start, written, cacheTtl),
    output: Math.max(count(start.output_tokens) ?? 0, Math.ceil(outputChars / 4)),
    reasoning: null,
  };
}

/** USD as OpenRouter states it with the usage; null for every other provider, whose `cost` may be another unit. */
export function reportedUsd(provider: string, raw: Record<string, unknown> | undefined): string | null {
  const cost = raw?.cost;
  if (provider !== 'openrouter' || typeof cost !== 'number' || !Number.isFinite(cost) || cost < 0) return null;
  const text = String(cost);
  return text.includes('e') ? cost.toFixed(12).replace(/\.?0+$/, '') : text;
}

function splitWrites(raw: Record<string, unknown>, written: number, cacheTtl: '5m' | '1h') {
  const detail = isRecord(raw.cache_creation) ? raw.cache_creation : {};
  const hour = count(detail.ephemeral_1h_input_tokens) ?? 0;
  const minutes = count(detail.ephemeral_5m_input_tokens) ?? 0;
  const rest = Math.max(0, written - hour - minutes);
  return {
    cacheWrite5m: minutes + (cacheTtl === '5m' ? rest : 0),
    cacheWrite1h: hour + (cacheTtl === '1h' ? rest : 0),
  };
}

/** xAI bills reasoning that its `completion_tokens` leave out; its total, or the size of it, shows that. */
function leavesOutReasoning(raw: Record<string, unknown>, output: number, reasoning: number): boolean {
  const total = count(raw.total_tokens);
  const input = count(raw.prompt_tokens);
  if (reasoning === 0) return false;
  return reasoning > output || (total !== null && input !== null && total === input + output + reasoning);
}

function count(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? Math.round(value) : null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
