import type { Usage } from '../../../contract/usage.ts';
import { count, isJson, type Json, record, text } from '../cli/profile.ts';
import type { Heard } from './heard.ts';
import type { UsageProfile } from './profile.ts';

export interface Figures {
  usage: Usage | null;
  /** Some of what was used is in no figure: nobody counts it. */
  partial: boolean;
  servedModel: string | null;
}

/** What an agent counted in a turn, in our kinds. `answer` is its answer to `session/prompt`. */
export function figuresOf(answer: Json, heard: Heard, profile: UsageProfile, wanted: string): Figures {
  const quota = record(record(answer._meta).quota);
  const models = Array.isArray(quota.model_usage) ? quota.model_usage.filter(isJson) : [];
  const counts = models.map((model) => record(model.token_count));
  const listed = profile.from === 'quota' && counts.length > 0;
  const said = listed
    ? counts
    : [profile.from === 'quota' && isJson(quota.token_count) ? quota.token_count : answer.usage];
  // The last step is the whole turn where no tool was used.
  const known = profile.from !== 'none' && (profile.covers === 'turn' || heard.tools === 0);
  const usages = known ? said.flatMap((one) => usageOf(record(one), profile) ?? []) : [];
  return {
    usage: usages.length === 0 ? null : usages.reduce(sum),
    partial: profile.uncounted,
    servedModel: servedBy(models, wanted) ?? heard.model,
  };
}

/** The model that did most of it; at a tie the one that was asked for. `auto` is a choice and no model. */
function servedBy(models: readonly Json[], wanted: string): string | null {
  const all = models.map(({ model, token_count }) => ({ name: text(model), size: sizeOf(record(token_count)) }));
  const real = all.filter(({ name }) => name !== '' && name !== 'auto');
  real.sort((a, b) => b.size - a.size || Number(b.name === wanted) - Number(a.name === wanted));
  return real[0]?.name ?? null;
}

function usageOf(said: Json, { inputHasCache, outputHasThought }: UsageProfile): Usage | null {
  const input = count(said.inputTokens ?? said.input_tokens);
  const out = count(said.outputTokens ?? said.output_tokens);
  const read = count(said.cachedReadTokens ?? said.cachedInputTokens);
  const written = count(said.cachedWriteTokens ?? said.cacheWriteInputTokens);
  const thought = said.thoughtTokens ?? said.reasoningOutputTokens;
  const total = count(said.totalTokens);
  if (input + out + read + written === 0) return null;
  const cached = inputHasCache ?? (total === input + out || total === input + out + count(thought));
  const whole = cached ? input + out : input + out + read + written;
  const apart = outputHasThought === null ? total === whole + count(thought) : outputHasThought === false;
  const output = apart ? out + count(thought) : out;
  return {
    inputUncached: cached ? Math.max(0, input - read - written) : input,
    cacheRead: read,
    cacheWrite5m: written,
    cacheWrite1h: 0,
    output,
    reasoning: typeof thought === 'number' ? Math.min(output, count(thought)) : null,
  };
}

const sizeOf = (said: Json): number => count(said.totalTokens) || count(said.input_tokens) + count(said.output_tokens);

function sum(a: Usage, b: Usage): Usage {
  return {
    inputUncached: a.inputUncached + b.inputUncached,
    cacheRead: a.cacheRead + b.cacheRead,
    cacheWrite5m: a.cacheWrite5m + b.cacheWrite5m,
    cacheWrite1h: a.cacheWrite1h + b.cacheWrite1h,
    output: a.output + b.output,
    reasoning: a.reasoning === null || b.reasoning === null ? null : a.reasoning + b.reasoning,
  };
}
