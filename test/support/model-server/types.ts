import type { Usage } from '../../../src/contract/usage.ts';

export type Provider = 'anthropic' | 'openai' | 'openai-chat' | 'google';

/** One request as the script sees it. `index` counts from 0 over the whole server. */
export interface ScriptCall {
  provider: Provider;
  model: string;
  system: string;
  messages: { role: string; text: string }[];
  tools: string[];
  /** The JSON Schema asked for, by whatever name the protocol has for it; null when there is none. */
  schema: unknown;
  index: number;
  body: unknown;
}

export type Script = (call: ScriptCall) => Reply | Promise<Reply>;

export type Fault =
  | { kind: 'status'; status: number; headers?: Record<string, string>; body?: unknown }
  /** The connection is destroyed; half way through unless told. */
  | { kind: 'disconnect'; afterBytes?: number }
  /** A clean end without the events that say the answer is whole. */
  | { kind: 'no-stop' }
  /** Silence after the first output; for ever, or for `ms` and then the rest. */
  | { kind: 'stall'; ms?: number }
  /** Nothing but pings after the opening event. */
  | { kind: 'pings' }
  | { kind: 'error-event'; when: 'first' | 'middle' }
  | { kind: 'html' }
  | { kind: 'bad-json' }
  /** Output without end. */
  | { kind: 'huge' };

export type Stop = 'stop' | 'tools' | 'length' | 'refusal' | 'content-filter';

export interface Reply {
  text?: string;
  /** Answered as JSON text, or as the forced `json` tool where the request asks for it so. */
  object?: unknown;
  /**
   * `input` as a string is sent as it stands, valid JSON or not. `freeform`: a call of a custom tool of OpenAI Responses,
   * whose input is a text.
   */
  toolCalls?: { name: string; input: unknown; id?: string; freeform?: true }[];
  thinking?: string;
  servedModel?: string;
  /** `missing` leaves usage out; otherwise these figures replace what was counted. */
  usage?: 'missing' | Partial<Usage>;
  stop?: Stop;
  fault?: Fault;
  /** Before the first byte. */
  delayMs?: number;
}

/** What the server did, in order of arrival. */
export interface ServedCall {
  index: number;
  provider: Provider;
  path: string;
  requestedModel: string;
  servedModel: string;
  /** As billed; null when nothing is. */
  usage: Usage | null;
  status: number;
  fault: Fault['kind'] | null;
  body: unknown;
  /** Credentials masked. */
  headers: Record<string, string>;
  /** ISO 8601, UTC. */
  at: string;
}

/** A piece of the prompt in cache order. `text` is what is counted. */
export interface Segment {
  text: string;
  breakpoint: '5m' | '1h' | null;
}

export interface ParsedRequest {
  model: string;
  system: string;
  messages: { role: string; text: string }[];
  tools: string[];
  schema: unknown;
  stream: boolean;
  segments: Segment[];
  /** An object is answered by calling the tool of this name, as the request forces. */
  objectTool: string | null;
  /** What the real API answers 400 to; null when the request is fine. */
  refused: string | null;
}

/** A reply made concrete: what every protocol renders. */
export interface Answer {
  id: string;
  model: string;
  thinking: string;
  text: string;
  calls: { id: string; name: string; args: string; freeform: boolean }[];
  stop: Stop;
  /** null: left out. */
  usage: Usage | null;
  /** Chat Completions sends usage only when asked. */
  request: ParsedRequest;
}

/** An event as bytes: `opening` comes before any output; `last` from the first event that says the answer is whole. */
export interface Frame {
  text: string;
  opening?: boolean;
  last?: boolean;
}

export interface Dialect {
  parse(body: Record<string, unknown>, path: string): ParsedRequest;
  frames(answer: Answer): Frame[];
  whole(answer: Answer): unknown;
  error(status: number, message: string): unknown;
  errorEvent: string;
  ping: string;
  textDelta(text: string): string;
}
