import type { Lineage } from '../contract/role.ts';

/** USD per 1,000,000 tokens, decimal strings of at most six decimals. null: the source does not say. */
export interface Rates {
  input: string;
  output: string;
  cacheRead: string | null;
  cacheWrite5m: string | null;
  cacheWrite1h: string | null;
}

/** Rates for the WHOLE request when its input, cached included, exceeds `inputAbove` tokens. */
export interface PriceTier extends Rates {
  inputAbove: number;
}

/** What one model costs on one day. */
export interface PriceEntry extends Rates {
  /** `provider/model`, exactly. */
  id: string;
  lineage: Lineage;
  /** By rising `inputAbove`. */
  tiers: PriceTier[];
  /** Tokens a request may hold, and tokens an answer may have; null where the source does not say. */
  context: number | null;
  maxOutput: number | null;
  /** The day the price was collected or became valid, `2026-11-22`; for the user's own, the day asked for. */
  date: string;
  source: 'catalogue' | 'user' | 'article';
}

/** USD per 1,000,000 tokens as people write it in YAML or JSON. A number stands for its shortest decimal form. */
export type Amount = string | number;

export interface RatesRow {
  input: Amount;
  output: Amount;
  cacheRead?: Amount | undefined;
  cacheWrite5m?: Amount | undefined;
  cacheWrite1h?: Amount | undefined;
}

/** A price of the user's own, from their configuration; it wins over the shipped one on the days it holds. */
export interface PriceOverride extends RatesRow {
  id: string;
  lineage?: Lineage | undefined;
  tiers?: readonly (RatesRow & { inputAbove: number })[] | undefined;
  context?: number | undefined;
  maxOutput?: number | undefined;
  /** First day it holds, `2026-12-01`, and the first day it no longer does. Days are UTC. */
  from?: string | undefined;
  until?: string | undefined;
}
