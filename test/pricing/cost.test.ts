import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { costOf, priceUsage, totalInput, worstCase } from '../../src/pricing/cost.ts';
import { plausibleUsage } from '../../src/pricing/plausible.ts';
import { addUsage } from '../../src/pricing/sum.ts';
import { addUsd, compareUsd } from '../../src/pricing/usd.ts';
import { priceOf, usage } from './fixtures.ts';

const sonnet = priceOf('anthropic/claude-sonnet-5-5');
const haiku = priceOf('anthropic/claude-haiku-5-5');
const gpt41 = priceOf('openai/gpt-4.1');
const tokens = fc.nat(50_000_000);
const anyUsage = fc
  .record({ inputUncached: tokens, cacheRead: tokens, cacheWrite5m: tokens, cacheWrite1h: tokens, output: tokens })
  .map((kinds) => usage(kinds));

describe('cost of a usage', () => {
  it('prices each kind of token', () => {
    const used = usage({ inputUncached: 1_000, cacheRead: 10_000, cacheWrite5m: 200, cacheWrite1h: 100, output: 300 });
    // 1000×2 + 10000×0.1 + 200×2.5 + 100×4 + 300×10 = 6900 USD per million.
    expect(costOf(used, sonnet)).toBe('0.0069');
  });

  it('does not bill reasoning twice', () => {
    expect(costOf(usage({ output: 100, reasoning: 90 }), sonnet)).toBe('0.001');
  });

  it('prices cache reads and writes without a price as full input, never cheaper than the truth', () => {
    const price = { ...gpt41, cacheRead: null };
    expect(costOf(usage({ cacheRead: 1_000_000 }), price)).toBe('2');
    expect(costOf(usage({ cacheWrite5m: 1_000_000 }), price)).toBe('2');
  });

  it('does not guess the price of 1-hour writes', () => {
    expect(costOf(usage({ cacheWrite1h: 1 }), haiku)).toBeNull();
    expect(costOf(usage({ cacheWrite1h: 1 }), sonnet)).toBe('0.000004');
  });

  it('prices the whole request in the tier its input exceeds, cached tokens included', () => {
    const at = (input: number) => costOf(usage({ inputUncached: 1_000, cacheRead: input - 1_000, output: 10 }), haiku);
    // 1000×0.1 + 99000×0.01 + 10×0.5, then 1000×0.5 + 99001×0.05 + 10×2.5, per million.
    expect(at(100_000)).toBe('0.001095');
    expect(at(100_001)).toBe('0.00547505');
  });

  it('takes the highest tier that is exceeded', () => {
    const tier = { inputAbove: 10, input: '3', output: '3', cacheRead: null, cacheWrite5m: null, cacheWrite1h: null };
    const price = { ...gpt41, tiers: [tier, { ...tier, inputAbove: 20, input: '5' }] };
    expect([10, 11, 20, 21].map((input) => costOf(usage({ inputUncached: input }), price))).toEqual([
      '0.00002',
      '0.000033',
      '0.00006',
      '0.000105',
    ]);
  });

  it('costs of parts add up to the cost of the sum where there is no tier', () => {
    fc.assert(
      fc.property(fc.array(anyUsage, { maxLength: 8 }), (parts) => {
        const sum = parts.reduce((total, part) => addUsage(total, part), usage());
        expect(addUsd(...parts.map((part) => costOf(part, sonnet) ?? 'unpriced'))).toBe(costOf(sum, sonnet));
      }),
    );
  });
});

describe('worst case', () => {
  it('takes the dearest input kind and all the output', () => {
    // 1000×4 (1-hour writes) + 500×10.
    expect(worstCase(1_000, 500, sonnet)).toBe('0.009');
    // Above the tier: 100001×0.625 + 10×2.5.
    expect(worstCase(100_001, 10, haiku)).toBe('0.062525625');
    expect(worstCase(100_000, 10, haiku)).toBe('0.012505');
    expect(worstCase(0, 0, haiku)).toBe('0');
  });

  it('is never below a call within its bounds', () => {
    fc.assert(
      fc.property(
        anyUsage,
        fc.nat(1_000),
        fc.nat(1_000),
        fc.constantFrom(haiku, sonnet, gpt41, priceOf('openai/gpt-6.1-sol'), priceOf('xai/grok-4.7')),
        (used, moreInput, moreOutput, price) => {
          const cost = costOf(used, price);
          const worst = worstCase(totalInput(used) + moreInput, used.output + moreOutput, price);
          if (cost !== null) expect(compareUsd(cost, worst)).toBeLessThanOrEqual(0);
        },
      ),
    );
  });
});

describe('the cost of a call and its basis', () => {
  const call = {
    billing: 'metered',
    usage: usage({ inputUncached: 1_000 }),
    reportedUsd: null,
    price: sonnet,
  } as const;

  it('is computed from tokens', () => {
    expect(priceUsage(call)).toEqual({
      usd: '0.002',
      basis: 'computed',
      price: { id: 'anthropic/claude-sonnet-5-5', date: '2026-11-22' },
    });
  });

  it('is what the provider states, zero-billed calls included', () => {
    expect(priceUsage({ ...call, reportedUsd: '0.00123450' })).toEqual({
      usd: '0.0012345',
      basis: 'reported',
      price: null,
    });
    expect(priceUsage({ ...call, reportedUsd: '0' }).usd).toBe('0');
    expect(priceUsage({ ...call, price: null, usage: null, reportedUsd: '1e-7' }).usd).toBe('0.0000001');
  });

  it.each(['-1', 'NaN', '', 'free', '1e300'])('is not the stated %j', (reportedUsd) => {
    expect(priceUsage({ ...call, reportedUsd }).basis).toBe('computed');
  });

  it('is zero for a local model', () => {
    expect(priceUsage({ ...call, billing: 'local', price: null })).toEqual({ usd: '0', basis: 'local', price: null });
  });

  it('is estimated from bytes when the count is missing or is no count', () => {
    const bytes = { input: 3_000, output: 301 };
    // 1000 tokens × 2 + 101 × 10.
    expect(priceUsage({ ...call, usage: null, bytes })).toMatchObject({ usd: '0.00301', basis: 'estimated' });
    const broken = usage({ inputUncached: Number.NaN });
    expect(priceUsage({ ...call, usage: broken, bytes })).toMatchObject({ usd: '0.00301', basis: 'estimated' });
  });

  it('is unknown, never zero, when nothing says it', () => {
    const unknown = { usd: null, basis: 'unpriced', price: null };
    expect(priceUsage({ ...call, price: null })).toEqual(unknown);
    expect(priceUsage({ ...call, usage: null })).toEqual(unknown);
    expect(priceUsage({ ...call, usage: usage({ output: -5 }) })).toEqual(unknown);
    expect(priceUsage({ ...call, price: haiku, usage: usage({ cacheWrite1h: 5 }) })).toEqual(unknown);
  });

  it('raises counts that cannot be, and says the result is an estimate', () => {
    expect(priceUsage({ ...call, usage: usage(), bytes: { input: 16_000, output: 0 } })).toMatchObject({
      usd: '0.002',
      basis: 'estimated',
    });
    expect(priceUsage({ ...call, bytes: { input: 4_000, output: 0 } }).basis).toBe('computed');
  });
});

describe('plausible usage', () => {
  it('adds reasoning that the output leaves out', () => {
    expect(plausibleUsage(usage({ output: 2, reasoning: 320 }))).toMatchObject({
      usage: { output: 322 },
      raised: true,
    });
    expect(plausibleUsage(usage({ output: 320, reasoning: 320 }))?.raised).toBe(false);
  });

  it('never lowers a count', () => {
    fc.assert(
      fc.property(anyUsage, tokens, tokens, (used, input, output) => {
        const plausible = plausibleUsage(used, { input, output })?.usage ?? usage();
        expect(totalInput(plausible)).toBeGreaterThanOrEqual(Math.max(totalInput(used), Math.floor(input / 16)));
        expect(plausible.output).toBeGreaterThanOrEqual(Math.max(used.output, Math.floor(output / 16)));
      }),
    );
  });
});
