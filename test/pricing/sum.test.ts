import { describe, expect, it } from 'vitest';
import { buildCatalogue } from '../../src/pricing/catalogue.ts';
import { reprice } from '../../src/pricing/counterfactual.ts';
import { savedShare, showSaved } from '../../src/pricing/saved.ts';
import { groupCosts, sayUnknown, summarise } from '../../src/pricing/sum.ts';
import { catalogue, DAY, receipt, usage } from './fixtures.ts';

const paid = (usd: string | null, over = {}) =>
  receipt({ cost: { usd, basis: usd === null ? 'unpriced' : 'computed', price: null }, ...over });

describe('sums', () => {
  it('adds exactly, by role in the order of a run', () => {
    const summary = summarise([
      paid('0.1', { role: 'reviewer' }),
      paid('0.2', { role: 'planner', usage: usage({ output: 5, reasoning: 3 }) }),
      paid('0.000000000001', { role: 'planner', usage: usage({ output: 6 }) }),
    ]);
    expect(summary).toMatchObject({ usd: '0.300000000001', basis: 'computed', unknownCalls: 0 });
    expect(summary.byRole.map(({ key, calls, usd }) => [key, calls, usd])).toEqual([
      ['planner', 2, '0.200000000001'],
      ['reviewer', 1, '0.1'],
    ]);
    expect(summary.byRole[0]?.usage).toEqual(usage({ output: 11, reasoning: 3 }));
  });

  it('counts the unknown and never adds it as zero', () => {
    const receipts = [paid('0.1'), paid(null), paid('0.7', { state: 'held' })];
    expect(summarise(receipts)).toMatchObject({ usd: '0.1', basis: 'mixed', unknownCalls: 2 });
    expect(sayUnknown(receipts)).toBe('Not included: 1 call of unknown cost; 1 call without an answer, maybe billed.');
    expect(sayUnknown([paid('0.1')])).toBeNull();
    expect(summarise([paid(null)])).toMatchObject({ usd: null, basis: 'unpriced', unknownCalls: 1 });
  });

  it('is zero when there was no call', () => {
    expect(summarise([])).toEqual({ usd: '0', basis: 'none', unknownCalls: 0, byRole: [] });
  });

  it('groups by model, dearest first, and by day', () => {
    const receipts = [
      paid('0.1', { requestedModel: 'b/cheap', startedAt: '2026-11-23T00:00:00.000Z' }),
      paid(null, { requestedModel: 'a/unknown' }),
      paid('0.9', { requestedModel: 'z/dear' }),
      paid('0.1', { requestedModel: 'a/cheap' }),
    ];
    expect(groupCosts(receipts, 'model').map(({ key }) => key)).toEqual(['z/dear', 'a/cheap', 'b/cheap', 'a/unknown']);
    expect(groupCosts(receipts, 'day').map(({ key, usd, unknownCalls }) => [key, usd, unknownCalls])).toEqual([
      ['2026-11-22', '1', 1],
      ['2026-11-23', '0.1', 0],
    ]);
  });
});

describe('repricing', () => {
  const used = usage({ inputUncached: 1_000, cacheRead: 10_000, cacheWrite5m: 400, output: 1_000 });

  it('prices every kind of token at the one model’s price, call by call', () => {
    const answer = reprice(
      [paid('0.001', { usage: used }), paid('0.009', { usage: used })],
      'anthropic/claude-opus-5-5',
      catalogue,
      DAY,
    );
    // 2 × (1000×4 + 10000×0.2 + 400×5 + 1000×20) per million = 0.056.
    expect(answer).toMatchObject({ model: 'anthropic/claude-opus-5-5', usd: '0.056', saved: 0.8214 });
    expect(answer.note).toContain('a repricing, not a measurement');
  });

  it('applies the tier to each call, not to the sum', () => {
    const call = paid('1', { usage: usage({ inputUncached: 200_000 }) });
    expect(reprice([call, call], 'openai/gpt-6.1-sol', catalogue, DAY).usd).toBe('0.8');
  });

  it('leaves out on both sides what it cannot compare, and says so', () => {
    const free = paid('0', { state: 'failed', usage: null });
    const receipts = [paid('0.01', { usage: used }), paid('5', { usage: null }), paid(null, { state: 'held' }), free];
    const answer = reprice(receipts, 'anthropic/claude-opus-5-5', catalogue, DAY);
    expect(answer).toMatchObject({ usd: '0.028', saved: 0.6429 });
    expect(answer.note).toContain('2 of 4 calls left out');
  });

  it('claims no saving when a compared cost is unknown', () => {
    expect(reprice([paid(null, { usage: used })], 'anthropic/claude-opus-5-5', catalogue, DAY)).toMatchObject({
      usd: '0.028',
      saved: null,
    });
  });

  it('is unknown for a model without the prices it needs', () => {
    expect(reprice([paid('1')], 'ollama/qwen', buildCatalogue([]), DAY)).toMatchObject({ usd: null, saved: null });
    const hour = paid('1', { usage: usage({ cacheWrite1h: 5 }) });
    expect(reprice([hour], 'anthropic/claude-opus-5', catalogue, DAY).note).toContain('1-hour cache writes');
    expect(reprice([], 'anthropic/claude-opus-5', catalogue, DAY)).toMatchObject({ usd: null, saved: null });
  });
});

describe('what was saved', () => {
  it('is a share, unknown when a side is unknown or zero', () => {
    expect(savedShare('0.21375', '1.5')).toBe(0.8575);
    expect(savedShare('3', '2')).toBe(-0.5);
    expect([savedShare(null, '1'), savedShare('1', null), savedShare('0', '1'), savedShare('1', '0')]).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });

  it.each([
    [0.8575, '85.8% less'],
    [0.0005, '0.1% less'],
    [-0.12, '12.0% more'],
    [0.9999, '100.0% less'],
    [null, 'unknown'],
  ])('shows %j as %s', (saved, text) => {
    expect(showSaved(saved)).toBe(text);
  });
});
