import type { Lineage } from '../../../contract/role.ts';

/** Which protocol is spoken: Anthropic Messages, OpenAI Responses, Google generateContent, OpenAI Chat Completions. */
export type ProviderKind = 'anthropic' | 'openai' | 'google' | 'openai-compatible';

export interface ProviderSettings {
  readonly kind: ProviderKind;
  /** The part of a model id before the first `/`. */
  readonly name: string;
  /** With its version path, e.g. `https://api.anthropic.com/v1`. Required for `openai-compatible`. */
  readonly baseUrl?: string;
  /** null: no key is sent. The environment is never consulted here. */
  readonly apiKey: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  /** `openai-compatible` only: the endpoint takes `response_format: json_schema`. */
  readonly structured?: boolean;
  /** A model on this machine: free by definition. */
  readonly local?: boolean;
  /** Of a server people run themselves: how it is started, and how a model gets there. For people. */
  readonly advice?: { readonly start: string; readonly get: string };
}

/** All in ms. `firstChunkMs`: until the first output; `idleMs`: between outputs; pings do not count for either. */
export interface Deadlines {
  readonly firstChunkMs: number;
  readonly idleMs: number;
  readonly totalMs: number;
}

export interface ModelAgentOptions {
  /** As `provider/model`; what follows the provider goes to the API as it stands. */
  readonly model: string;
  readonly provider: ProviderSettings;
  readonly lineage: Lineage;
  readonly deadlines?: Partial<Deadlines>;
  /** Lifetime of what Anthropic caches; `5m` unless told. */
  readonly cacheTtl?: '5m' | '1h';
  /** Transport; the global `fetch` unless told. */
  readonly fetch?: typeof fetch;
}

/** The id the API knows: `openrouter/anthropic/claude-x` of provider `openrouter` is `anthropic/claude-x`. */
export function apiModelId(model: string, provider: string): string {
  if (model.startsWith(`${provider}/`)) return model.slice(provider.length + 1);
  return model.slice(model.indexOf('/') + 1);
}
