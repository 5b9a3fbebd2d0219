import type { Turn, TurnAnswer, TurnFailure } from '../../../ports/agent.ts';

/** What a program is asked for in one turn. */
export interface Order {
  /** The model as the program knows it. */
  model: string;
  turn: Turn;
  /** Where it works, absolute and without links. */
  folder: string;
  write: boolean;
  /** The most the turn may cost, USD, where the program can be told; null when it is paid otherwise. */
  mostUsd: string | null;
  /** A folder for files of this turn, outside of the one it works in. */
  scratch: string;
}

export interface Start {
  args: string[];
  /** Standard input; it is closed after it. */
  input: string;
  /** Files to write before, by absolute path. */
  files?: Record<string, string>;
}

/** A coding agent's program: how it is started, and how its lines of JSON are read. Facts: docs/agents.md. */
export interface Profile {
  /** For people. */
  readonly title: string;
  /** The program, as it is found on PATH. */
  readonly program: string;
  /** Variables of the environment that are its own: where its configuration is, where it calls. */
  readonly variables: readonly string[];
  /** Variables that hold a key it calls with instead of its login. */
  readonly keys: readonly string[];
  /** What a person does to log in. */
  readonly login: string;
  start(order: Order): Start;
  reader(order: Order): Reader;
}

/** How the program ended. `stderr`: its last words. */
export interface Ended {
  code: number | null;
  stderr: string;
}

/** What was seen of a turn, whatever became of it. */
export type Seen = Required<Pick<TurnFailure, 'usage' | 'servedModel' | 'requestId' | 'reportedUsd'>>;

export type Failed = Pick<TurnFailure, 'kind' | 'message' | 'billed' | 'retryAfterMs'>;

export type Said = Pick<TurnAnswer, 'text' | 'object' | 'finish'> & { notes?: string[] };

/** Reads the events of one turn in their order. */
export interface Reader {
  /** @returns why the program should be ended now, or null. */
  event(event: Json): string | null;
  /** It has said its last word, and should end by itself. */
  finished(): boolean;
  /** It has called a model. */
  called(): boolean;
  /** Characters of its answer so far. */
  chars(): number;
  seen(): Seen;
  conclude(end: Ended): Said | Failed;
}

export type Json = Record<string, unknown>;

export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export const record = (value: unknown): Json => (isJson(value) ? value : {});
export const text = (value: unknown): string => (typeof value === 'string' ? value : '');
/** Tokens; 0 for what is no count. */
export const count = (value: unknown): number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : 0;

/** USD as a decimal string; null for what is no amount. */
export function usd(value: unknown): string | null {
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) return null;
  // What a sum of floats has beyond a pico-dollar is its noise.
  return value.toFixed(12).replace(/\.?0+$/u, '') || '0';
}
