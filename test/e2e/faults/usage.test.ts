import { expect, it } from 'vitest';
import { aPlan } from '../../support/answers.ts';
import { picoOf, picoToUsd } from '../../support/reckon.ts';
import { SMOOTH, TASK } from '../../support/shop-change.ts';
import { faultStage } from './fault-stage.ts';

const PLAN = { object: aPlan([TASK]) };

it('usage missing: is estimated from bytes, marked so, and never 0 or NaN', async () => {
  await using stage = await faultStage({ ...SMOOTH, planner: [{ ...PLAN, usage: 'missing' }] });
  const { result, of, calls, said } = await stage.run();
  expect(result.outcome, result.reason).toBe('approved');
  const [receipt] = of('plan');
  expect(receipt).toMatchObject({ state: 'settled', cost: { basis: 'estimated' } });
  const billed = calls('planner')[0]?.usage;
  // A token of three bytes is more than the provider counts: an estimate errs upwards.
  expect(receipt?.usage?.inputUncached).toBeGreaterThanOrEqual(billed?.inputUncached ?? Number.NaN);
  expect(receipt?.usage?.output).toBeGreaterThanOrEqual(billed?.output ?? Number.NaN);
  expect(receipt?.cost.usd).toBe(picoToUsd(picoOf(receipt?.requestedModel ?? '', receipt?.usage ?? null)));
  expect(Number(receipt?.cost.usd)).toBeLessThanOrEqual(Number(receipt?.heldUsd));
  expect(result.cost).toMatchObject({ basis: 'mixed', unknownCalls: 0 });
  expect(said).toContain('Approved');
});

it('usage wrong, cache reads: the four kinds of tokens have their own prices', async () => {
  const usage = { inputUncached: 300, cacheRead: 9_000, cacheWrite5m: 700, output: 200 };
  await using stage = await faultStage({ ...SMOOTH, planner: [{ ...PLAN, usage }] });
  const { of } = await stage.run();
  const [receipt] = of('plan');
  expect(receipt?.usage).toMatchObject(usage);
  const { requestedModel: model = '', cost } = receipt ?? {};
  expect(cost).toMatchObject({ usd: picoToUsd(picoOf(model, receipt?.usage ?? null)), basis: 'computed' });
  // At the full input price it would be a multiple of that.
  const full = picoOf(model, {
    ...usage,
    inputUncached: 10_000,
    cacheRead: 0,
    cacheWrite5m: 0,
    cacheWrite1h: 0,
    reasoning: 0,
  });
  expect(Number(cost?.usd)).toBeLessThan(Number(picoToUsd(full)) / 2);
});

it('usage wrong, too low to be true: is raised to what the bytes make certain, and marked', async () => {
  const usage = { inputUncached: 1, cacheRead: 0, cacheWrite5m: 0, output: 1 };
  await using stage = await faultStage({ ...SMOOTH, planner: [{ ...PLAN, usage }] });
  const { of, result } = await stage.run();
  expect(result.outcome, result.reason).toBe('approved');
  const [receipt] = of('plan');
  expect(receipt?.cost.basis).toBe('estimated');
  const reported = picoOf(receipt?.requestedModel ?? '', { ...usage, cacheWrite1h: 0, reasoning: 0 });
  expect(Number(receipt?.cost.usd)).toBeGreaterThan(Number(picoToUsd(reported)) * 10);
});
