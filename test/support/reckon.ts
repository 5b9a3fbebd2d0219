import { readFileSync } from 'node:fs';
import type { Usage } from '../../src/contract/usage.ts';

/** Tokens by kind, added up. */
export function total(usages: readonly (Usage | null)[]): Usage {
  const sum = (pick: (usage: Usage) => number | null) =>
    usages.reduce((before, usage) => before + (usage === null ? 0 : (pick(usage) ?? 0)), 0);
  return {
    inputUncached: sum((usage) => usage.inputUncached),
    cacheRead: sum((usage) => usage.cacheRead),
    cacheWrite5m: sum((usage) => usage.cacheWrite5m),
    cacheWrite1h: sum((usage) => usage.cacheWrite1h),
    output: sum((usage) => usage.output),
    reasoning: sum((usage) => usage.reasoning),
  };
}

interface Rates {
  id: string;
  input: number;
  output: number;
  cacheRead: number;
  cacheWrite5m: number;
  tiers?: { inputAbove: number }[];
}

/** The catalogue read and reckoned with a second time, in whole pico-dollars: USD per million is micro-dollars per token. */
const CATALOGUE = JSON.parse(readFileSync(new URL('../../src/pricing/catalogue.json', import.meta.url), 'utf8')) as {
  models: Rates[];
};

/** What these tokens cost at the catalogue's base prices. Throws for tokens that a tier or a missing price would change. */
export function picoOf(model: string, usage: Usage | null): bigint {
  const rates = CATALOGUE.models.find(({ id }) => id === model);
  if (rates === undefined || usage === null) throw new Error(`no price or no usage for ${model}`);
  const { inputUncached, cacheRead, cacheWrite5m, cacheWrite1h, output } = usage;
  if (
    cacheWrite1h !== 0 ||
    (rates.tiers ?? []).some((tier) => inputUncached + cacheRead + cacheWrite5m > tier.inputAbove)
  )
    throw new Error('outside of what this sum is for');
  const at = (tokens: number, usdPerMillion: number) => BigInt(tokens) * BigInt(Math.round(usdPerMillion * 1_000_000));
  return (
    at(inputUncached, rates.input) +
    at(cacheRead, rates.cacheRead) +
    at(cacheWrite5m, rates.cacheWrite5m) +
    at(output, rates.output)
  );
}

export function picoToUsd(pico: bigint): string {
  const digits = pico.toString().padStart(13, '0');
  return `${digits.slice(0, -12)}.${digits.slice(-12)}`.replace(/\.?0+$/, '');
}
