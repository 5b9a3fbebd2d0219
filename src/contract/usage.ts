import type { Role } from './role.ts';

/** Tokens of one call by kind. The kinds do not overlap, except that `reasoning` is part of `output`. */
export interface Usage {
  /** Input billed at the full price: neither read from nor written to a cache. */
  inputUncached: number;
  cacheRead: number;
  cacheWrite5m: number;
  cacheWrite1h: number;
  /** All output, reasoning included. */
  output: number;
  /** The part of `output` spent on reasoning; null where the provider does not say. */
  reasoning: number | null;
}

/**
 * Where a cost comes from. `reported` by the provider; `computed` tokens × price; `estimated` from bytes
 * because usage was missing, or from tokens that an agent counted only in part; `local` a model on this machine, free by definition; `unpriced` unknown.
 * `credits` and `subscription` are other units and never dollars.
 */
export type CostBasis = 'reported' | 'computed' | 'estimated' | 'local' | 'credits' | 'subscription' | 'unpriced';

/** What a call is paid in. Amounts of one unit never count in another. */
export const UNITS = ['usd', 'credits', 'subscription-calls'] as const;
export type Unit = (typeof UNITS)[number];

/** What a model call does when it fails, by what has to be done about it (see docs/faults.md). */
export type FailureKind =
  | 'rate-limit'
  | 'quota'
  | 'overloaded'
  | 'network'
  | 'stalled'
  | 'cut-off'
  | 'too-large'
  | 'garbled'
  | 'refused'
  | 'empty'
  | 'too-long'
  | 'unknown-model'
  | 'bad-key'
  | 'bad-request'
  | 'cancelled';

/** `usd` is an exact decimal string, e.g. `"0.00431"`; null means unknown, never zero. */
export interface Cost {
  usd: string | null;
  basis: CostBasis;
  /** The catalogue entry used, and the day it was collected or became valid; null unless computed or estimated. */
  price: { id: string; date: string } | null;
}

export type CallPurpose =
  | 'plan'
  | 'replan'
  | 'decide'
  | 'edit'
  | 'repair'
  | 'tools'
  | 'fix'
  | 'review'
  | 'rereview'
  /** `tercet doctor --probe`: whether a role answers at all. */
  | 'probe';

/**
 * The durable record of one paid call. `state`:
 * `held` the call is under way (after a crash: maybe billed); `settled` answered and booked;
 * `failed` the provider answered with a failure (cost may still be non-zero).
 */
export interface Receipt {
  callId: string;
  run: string;
  /** The repository's key (see ports/store). */
  repository: string;
  role: Role;
  purpose: CallPurpose;
  /** The task it worked on, e.g. `T2`; null outside of tasks. */
  task: string | null;
  requestedModel: string;
  servedModel: string | null;
  /** The role's own model, when this one stood in for it; null otherwise. */
  insteadOf: string | null;
  state: 'held' | 'settled' | 'failed';
  usage: Usage | null;
  /** What it is paid in. Only a call paid in `usd` has dollars in `cost` and `heldUsd`. */
  unit: Unit;
  cost: Cost;
  /** The most the call could cost, held against the budget while it is under way; null when unpriced. */
  heldUsd: string | null;
  /** Of a call paid in another unit: the most it takes, and what it took (null while unknown). null for `usd`. */
  quantity: Quantity | null;
  /** ISO 8601, UTC. */
  startedAt: string;
  ms: number | null;
  /** Hash of role prompt file, model and settings: what produced the call. */
  promptHash: string;
  /** The answer as received, for resume and replay; null until settled. */
  answer: unknown;
  /** Provider's request id, where given. */
  requestId: string | null;
  error: string | null;
  /** What kind of failure it was; null unless failed. */
  failure: FailureKind | null;
}

/** Amounts of credits or calls: decimal strings. */
export interface Quantity {
  held: string;
  taken: string | null;
}

/** Spending in a unit other than dollars, over some receipts. */
export interface UnitSum {
  unit: Exclude<Unit, 'usd'>;
  /** Sum of the known amounts. */
  amount: string;
  /** Calls that may have taken some, nobody can say how much. */
  unknownCalls: number;
}

/** What was spent, added up over receipts of one key (role, model, day). */
export interface CostLine {
  key: string;
  calls: number;
  usage: Usage;
  /** Exact sum of the known costs; null when none is known. */
  usd: string | null;
  /** How many calls have no known cost; said aloud wherever `usd` is shown. */
  unknownCalls: number;
  bases: CostBasis[];
  /** What was paid otherwise than in dollars; absent when nothing was. */
  others?: UnitSum[];
}

/** The same tokens at one model's prices: a repricing, not a measurement of what that model would have used. */
export interface Counterfactual {
  model: string;
  usd: string | null;
  /** `1 − spent / usd`, e.g. 0.858; null when either is unknown or zero. */
  saved: number | null;
  note: string;
}

export interface CostSummary {
  usd: string | null;
  basis: CostBasis | 'mixed' | 'none';
  unknownCalls: number;
  byRole: CostLine[];
  /** What was paid otherwise than in dollars; absent when nothing was. */
  others?: UnitSum[];
}
