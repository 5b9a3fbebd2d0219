import { createHash } from 'node:crypto';
import type { JSONSchema7, LanguageModelV4CallOptions, SharedV4ProviderOptions } from '@ai-sdk/provider';
import type { Turn } from '../../../ports/agent.ts';
import { reasoningFor } from './effort.ts';
import { promptOf } from './prompt.ts';
import { strictSchema } from './schema.ts';
import type { ProviderSettings } from './settings.ts';

/** The turn as one call of the SDK's provider interface. `origin` names provider and model, for handed-back content. */
export function callOptions(
  turn: Turn,
  call: { provider: ProviderSettings; modelId: string; origin: string; cacheTtl: '5m' | '1h' },
): LanguageModelV4CallOptions {
  const { kind, name, structured } = call.provider;
  const output = turn.output === null ? null : { name: turn.output.name, ...strictSchema(turn.output.schema) };
  const native = kind !== 'openai-compatible' || structured === true;
  const asked = output === null || native ? null : schemaInWords(output.schema);
  const { reasoning, thinkingBudget } = reasoningFor(kind, name, call.modelId, turn.effort, turn.maxOutputTokens);
  const strictOutput = output?.strict ?? true;
  const tools = turn.tools.map((tool) => {
    const input = strictSchema(tool.input);
    return {
      type: 'function' as const,
      name: tool.name,
      description: tool.description,
      inputSchema: input.schema as JSONSchema7,
      // Only OpenAI has both a default that is strict and schemas it refuses in that mode.
      ...(kind === 'openai' ? { strict: input.strict } : {}),
    };
  });
  return {
    prompt: promptOf(turn, call.origin, asked, call.cacheTtl),
    // The SDK adds a thinking budget on top; a turn's limit includes it.
    maxOutputTokens: turn.maxOutputTokens - (thinkingBudget ?? 0),
    ...(reasoning === undefined ? {} : { reasoning }),
    ...(tools.length === 0 ? {} : { tools, toolChoice: { type: 'auto' } }),
    ...(output !== null && native
      ? { responseFormat: { type: 'json', name: output.name, schema: output.schema as JSONSchema7 } }
      : {}),
    // Gemini names the model that served a call only in its raw events.
    ...(kind === 'google' ? { includeRawChunks: true } : {}),
    providerOptions: providerOptions(turn, kind, name, strictOutput, thinkingBudget),
  };
}

function providerOptions(
  turn: Turn,
  kind: ProviderSettings['kind'],
  name: string,
  strictOutput: boolean,
  thinkingBudget: number | undefined,
): SharedV4ProviderOptions {
  switch (kind) {
    case 'anthropic':
      return thinkingBudget === undefined
        ? {}
        : { anthropic: { thinking: { type: 'enabled', budgetTokens: thinkingBudget } } };
    case 'openai':
      return {
        openai: {
          // Nothing of a user's code is kept at the provider; reasoning comes back encrypted instead.
          store: false,
          // Summaries need a verified organisation and are read by nobody.
          reasoningSummary: null,
          promptCacheKey: `tercet-${createHash('sha256').update(turn.system).digest('hex').slice(0, 24)}`,
          strictJsonSchema: strictOutput,
        },
      };
    case 'google':
      return {};
    case 'openai-compatible':
      return strictOutput ? {} : { [name]: { strictJsonSchema: false } };
  }
}

/** For endpoints without structured output. */
function schemaInWords(schema: unknown): string {
  return `Answer with one JSON object and nothing else. It must match this JSON Schema: ${JSON.stringify(schema)}`;
}
