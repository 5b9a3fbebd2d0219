import { TercetError } from '../contract/errors.ts';
import { type Catalogue, findPrice } from './catalogue.ts';
import type { PriceEntry } from './price.ts';
import { savedShare } from './saved.ts';
import { addUsd, multiplyTokens } from './usd.ts';

export const PHASES = ['planning', 'implementation', 'review'] as const;
export type EstimatePhase = (typeof PHASES)[number];

/** Tokens of a phase: one number is all output, as in the method's own table. */
export type PhaseTokens = number | { input: number; output: number };

export interface EstimateOptions {
  tokens: Record<EstimatePhase, PhaseTokens>;
  /** Model ids, as the catalogue has them. */
  trio: { planner: string; executor: string; reviewer: string };
  /** The one model that would do it all. */
  single: string;
  /** `articleCatalogue()` for the method's own prices. */
  catalogue: Catalogue;
  /** The day of the prices, `2026-11-22`. */
  day: string;
}

export interface EstimateRow {
  phase: EstimatePhase;
  tokens: number;
  singleUsd: string;
  multiModel: string;
  multiUsd: string;
}

/** All USD are exact decimal strings. */
export interface Estimate {
  rows: EstimateRow[];
  single: string;
  tokens: number;
  singleUsd: string;
  multiUsd: string;
  /** `1 − multi / single`, e.g. 0.8575; null when either is zero. */
  saved: number | null;
  /** How the tokens were priced, in a sentence. */
  basis: string;
}

const MODEL_OF = { planning: 'planner', implementation: 'executor', review: 'reviewer' } as const;

/**
 * The method's table: what three phases cost on three models, and on one. The article's 2,000 / 15,000 / 3,000 tokens
 * at its own prices give $1.50 against $0.21, 85.8% less (it prints 1.51, the sum of rows rounded to the
 * cent, and 0.23, because its review row says 0.06 where 3,000 tokens at $15 a million are 0.045).
 * Tiers do not apply: they belong to single requests, and a phase is many.
 * Throws TercetError `usage` for a model without a known price and for a count that is no count.
 */
export function estimate({ tokens, trio, single, catalogue, day }: EstimateOptions): Estimate {
  const price = (model: string): PriceEntry => {
    const found = findPrice(catalogue, model, day);
    if (found !== null) return found;
    const hint = 'See `tercet models` for the models with a price, or give one under `prices` in the configuration.';
    throw new TercetError('usage', `No price is known for ${model}.`, { hint });
  };
  const rows = PHASES.map((phase): EstimateRow => {
    const split = splitOf(phase, tokens[phase]);
    const multiModel = trio[MODEL_OF[phase]];
    return {
      phase,
      tokens: split.input + split.output,
      singleUsd: costAt(split, price(single)),
      multiModel,
      multiUsd: costAt(split, price(multiModel)),
    };
  });
  const singleUsd = addUsd(...rows.map((row) => row.singleUsd));
  const multiUsd = addUsd(...rows.map((row) => row.multiUsd));
  const allOutput = PHASES.every((phase) => typeof tokens[phase] === 'number');
  return {
    rows,
    single,
    tokens: rows.reduce((sum, row) => sum + row.tokens, 0),
    singleUsd,
    multiUsd,
    saved: savedShare(multiUsd, singleUsd),
    basis: allOutput
      ? 'all tokens priced as output; an estimate, not a measurement'
      : 'input priced as uncached input, output as output, without tiers; an estimate, not a measurement',
  };
}

function splitOf(phase: EstimatePhase, tokens: PhaseTokens): { input: number; output: number } {
  const split = typeof tokens === 'number' ? { input: 0, output: tokens } : tokens;
  for (const count of [split.input, split.output]) {
    if (Number.isSafeInteger(count) && count >= 0) continue;
    throw new TercetError('usage', `The tokens for ${phase} are ${count}.`, {
      hint: 'Give a whole number, 0 or more.',
    });
  }
  return split;
}

function costAt(split: { input: number; output: number }, price: PriceEntry): string {
  return addUsd(multiplyTokens(split.input, price.input), multiplyTokens(split.output, price.output));
}
