import type { Receipt, Usage } from '../../src/contract/usage.ts';
import { buildCatalogue, findPrice } from '../../src/pricing/catalogue.ts';
import type { PriceEntry } from '../../src/pricing/price.ts';

export const DAY = '2026-11-22';
export const catalogue = buildCatalogue([]);

export function priceOf(id: string): PriceEntry {
  const price = findPrice(catalogue, id, DAY);
  if (price === null) throw new Error(`no price for ${id}`);
  return price;
}

export function usage(over: Partial<Usage> = {}): Usage {
  return { inputUncached: 0, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 0, reasoning: null, ...over };
}

export function receipt(over: Partial<Receipt> = {}): Receipt {
  return {
    callId: 'c',
    run: 'r',
    repository: 'repo',
    role: 'executor',
    purpose: 'edit',
    task: null,
    requestedModel: 'anthropic/claude-haiku-5-5',
    servedModel: null,
    insteadOf: null,
    unit: 'usd',
    quantity: null,
    state: 'settled',
    usage: usage({ inputUncached: 1_000, output: 100 }),
    cost: { usd: '0.00015', basis: 'computed', price: null },
    heldUsd: null,
    startedAt: '2026-11-22T10:00:00.000Z',
    ms: 1,
    promptHash: 'p',
    answer: null,
    requestId: null,
    error: null,
    failure: null,
    ...over,
  };
}
