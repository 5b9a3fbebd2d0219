import type { Cost, Usage } from '../contract/usage.ts';
import { type Bytes, estimateUsage, plausibleUsage } from './plausible.ts';
import type { PriceEntry, PriceTier, Rates } from './price.ts';
import { formatUsd, PICO_PER_USD, parseUsd, picoPerToken, tokensAt } from './usd.ts';

/** All input of a call in tokens, cached included: what tiers are measured by. */
export function totalInput(usage: Usage): number {
  return usage.inputUncached + usage.cacheRead + usage.cacheWrite5m + usage.cacheWrite1h;
}

/**
 * What a call costs, exactly, in USD. A tier replaces the price of the whole request when its input exceeds the
 * threshold. Where the entry has no price for cache reads or 5-minute writes they cost the full input price.
 * null when it has none for 1-hour writes and there are some: they cost more than input, and nobody said how much.
 */
export function costOf(usage: Usage, price: PriceEntry): string | null {
  const rates = ratesFor(totalInput(usage), price);
  if (usage.cacheWrite1h > 0 && rates.cacheWrite1h === null) return null;
  return formatUsd(
    tokensAt(usage.inputUncached, rates.input) +
      tokensAt(usage.cacheRead, rates.cacheRead ?? rates.input) +
      tokensAt(usage.cacheWrite5m, rates.cacheWrite5m ?? rates.input) +
      tokensAt(usage.cacheWrite1h, rates.cacheWrite1h ?? rates.input) +
      tokensAt(usage.output, rates.output),
  );
}

/**
 * The most a call can cost, in USD: every token of input of the dearest kind, all the output it may give, in the
 * dearest tier it can reach. `inputTokensUpper` must be an upper bound. It does not cover 1-hour cache writes of a
 * model whose entry has no price for them: do not ask for that cache there.
 */
export function worstCase(inputTokensUpper: number, maxOutputTokens: number, price: PriceEntry): string {
  let worst = 0n;
  for (const [at, band] of [price, ...price.tiers].entries()) {
    if (at > 0 && inputTokensUpper <= thresholdOf(price.tiers, at - 1)) break;
    // Within a band the input stops where the next tier begins.
    const input = Math.min(inputTokensUpper, thresholdOf(price.tiers, at));
    const most = BigInt(input) * dearestInput(band) + tokensAt(maxOutputTokens, band.output);
    if (most > worst) worst = most;
  }
  return formatUsd(worst);
}

export interface PricedCall {
  billing: 'metered' | 'local';
  /** The tokens as the provider counted them; null when it did not. */
  usage: Usage | null;
  /** USD as the provider states it. */
  reportedUsd: string | null;
  /** The price of the model that is billed; null when the catalogue has none. */
  price: PriceEntry | null;
  /** Bytes sent and received: to estimate missing counts and to doubt impossible ones. Without it neither is done. */
  bytes?: Bytes;
}

/**
 * The cost of a call and where it comes from. In this order: a local model is free; a price the provider states is
 * taken as stated (it knows tool fees and zero-billed calls); tokens × price, `computed`; bytes × price, `estimated`,
 * when the counts are missing or were raised to what the bytes make certain (see plausible.ts); else `unpriced`.
 */
export function priceUsage(call: PricedCall): Cost {
  if (call.billing === 'local') return { usd: '0', basis: 'local', price: null };
  const reported = stated(call.reportedUsd);
  if (reported !== null) return { usd: reported, basis: 'reported', price: null };
  const unpriced: Cost = { usd: null, basis: 'unpriced', price: null };
  if (call.price === null) return unpriced;
  const counted = call.usage === null ? null : plausibleUsage(call.usage, call.bytes);
  const usage = counted?.usage ?? (call.bytes === undefined ? null : estimateUsage(call.bytes));
  const usd = usage === null ? null : costOf(usage, call.price);
  if (usd === null) return unpriced;
  const basis = counted !== null && !counted.raised ? 'computed' : 'estimated';
  return { usd, basis, price: { id: call.price.id, date: call.price.date } };
}

/** No call costs a million dollars; a figure above is a fault (and would not fit a ledger's 64-bit pico-dollars). */
const ABSURD = 1_000_000n * PICO_PER_USD;

/** A provider's own figure, or null when it is none: a price below zero, absurd or unreadable says nothing. */
function stated(usd: string | null): string | null {
  try {
    const pico = usd === null ? -1n : parseUsd(usd);
    return pico < 0n || pico > ABSURD ? null : formatUsd(pico);
  } catch {
    return null;
  }
}

function ratesFor(input: number, price: PriceEntry): Rates {
  return price.tiers.findLast((tier) => input > tier.inputAbove) ?? price;
}

function thresholdOf(tiers: readonly PriceTier[], at: number): number {
  return tiers[at]?.inputAbove ?? Number.POSITIVE_INFINITY;
}

function dearestInput(rates: Rates): bigint {
  const kinds = [rates.input, rates.cacheRead, rates.cacheWrite5m, rates.cacheWrite1h];
  let dearest = 0n;
  for (const rate of kinds) {
    const pico = rate === null ? 0n : picoPerToken(rate);
    if (pico > dearest) dearest = pico;
  }
  return dearest;
}
