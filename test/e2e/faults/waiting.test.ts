import { describe, expect, it } from 'vitest';
import { SMOOTH } from '../../support/shop-change.ts';
import { broken, faultStage, status } from './fault-stage.ts';

const FALLBACK = 'roles: { reviewer: { fallback: google/gemini-3.8-flash } }\n';
const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

describe('a provider that says wait', () => {
  it('429 with a second: waits for it, and tries again', async () => {
    await using stage = await faultStage({
      ...SMOOTH,
      planner: [status(429, { 'retry-after': '1' }), ...SMOOTH.planner],
    });
    const { result, of, sleeps, said, calls } = await stage.run();
    expect(result.outcome, result.reason).toBe('approved');
    expect(calls('planner')).toHaveLength(2);
    expect(sleeps).toEqual([1000]);
    expect(of('plan')).toMatchObject([
      { state: 'failed', failure: 'rate-limit', usage: null, cost: { usd: '0' } },
      { state: 'settled', failure: null },
    ]);
    expect(said).toMatch(/planner call to \S+ failed \(rate-limit\).*trying again in 1 s/);
  });

  it('429 with an hour: parks until then, and offers another model', async () => {
    await using stage = await faultStage({ ...SMOOTH, reviewer: [status(429, { 'retry-after': '3600' })] });
    const { result, of, sleeps, said, calls, run } = await stage.run();
    expect(result).toMatchObject({ outcome: 'parked', exitCode: 5 });
    const wait = Date.parse(result.parkedUntil ?? '') - stage.clock.now().getTime();
    expect(wait).toBeGreaterThan(3_500_000);
    expect(wait).toBeLessThanOrEqual(3_601_000);
    expect(sleeps).toEqual([]);
    expect(calls('reviewer')).toHaveLength(1);
    expect(of('review')).toMatchObject([{ state: 'failed', failure: 'rate-limit', cost: { usd: '0' } }]);
    expect(said).toContain('It asks to wait 3600 s.');
    expect(said).toContain(`tercet resume ${run}`);
    expect(said).toContain('--reviewer provider/model');
    expect(said).toContain('roles.reviewer.fallback');
    // What was done so far stands.
    expect(result.implementation?.commits).toHaveLength(1);
  });

  it('429 with an hour: the fallback answers where one of another provider is configured', async () => {
    await using stage = await faultStage(
      { ...SMOOTH, reviewer: [status(429, { 'retry-after': '3600' }), ...SMOOTH.reviewer] },
      { config: FALLBACK },
    );
    const { result, of, said, sleeps } = await stage.run();
    expect(result.outcome, result.reason).toBe('approved');
    expect(sleeps).toEqual([]);
    expect(of('review')).toMatchObject([
      { requestedModel: 'openai/gpt-6.1-sol', state: 'failed', insteadOf: null },
      { requestedModel: 'google/gemini-3.8-flash', state: 'settled', insteadOf: 'openai/gpt-6.1-sol' },
    ]);
    expect(result.review?.servedBy).toBe('google/gemini-3.8-flash');
    expect(said).toContain('google/gemini-3.8-flash stands in for openai/gpt-6.1-sol');
  });

  it('429 because the quota is used up: pauses without trying again', async () => {
    const body = {
      error: { type: 'insufficient_quota', code: 'insufficient_quota', message: 'You exceeded your quota' },
    };
    await using stage = await faultStage({ ...SMOOTH, reviewer: [status(429, {}, body)] }, { config: FALLBACK });
    const { result, of, sleeps, said, calls, run } = await stage.run();
    expect(result).toMatchObject({ outcome: 'parked', exitCode: 5, parkedUntil: null });
    expect(calls('reviewer')).toHaveLength(1);
    expect(sleeps).toEqual([]);
    expect(of('review')).toMatchObject([{ state: 'failed', failure: 'quota', cost: { usd: '0' } }]);
    expect(said).toContain('quota or credit is used up: top it up');
    expect(said).toContain(`tercet resume ${run}`);
  });
});

describe('a provider that does not work', () => {
  it('529 and 5xx: backs off with jitter, then breaks the circuit, and fails without a fallback', async () => {
    await using stage = await faultStage({ ...SMOOTH, planner: times(6, status(529)) });
    const { result, of, sleeps, said, calls, run } = await stage.run();
    expect(result).toMatchObject({ outcome: 'failed', exitCode: 1 });
    expect(calls('planner')).toHaveLength(5);
    expect(sleeps).toHaveLength(4);
    for (const [n, ms] of sleeps.entries()) {
      expect(ms).toBeGreaterThanOrEqual(250 * 2 ** n);
      expect(ms).toBeLessThanOrEqual(500 * 2 ** n);
    }
    expect(of('plan').map(({ state, failure, cost }) => [state, failure, cost.usd])).toEqual(
      times(5, ['failed', 'overloaded', '0']),
    );
    expect(said).toMatch(/failed \(overloaded\).*trying again in/);
    expect(said).toContain(`tercet resume ${run}\` tries again`);
    // The next run of this process leaves it alone for a while, tries it with one call, and then leaves it alone longer.
    const next = await stage.run();
    expect(next.sleeps[0]).toBeGreaterThan(10_000);
    expect(next.said).toMatch(/waits 1\d s: anthropic failed again and again/);
  });

  it('529 and 5xx: the fallback answers, at once while the circuit is open', async () => {
    const flaky = [...times(5, status(503)), ...SMOOTH.reviewer, ...SMOOTH.reviewer];
    await using stage = await faultStage(
      {
        planner: [...SMOOTH.planner, ...SMOOTH.planner],
        executor: [...SMOOTH.executor, ...SMOOTH.executor],
        reviewer: flaky,
      },
      { config: FALLBACK },
    );
    const first = await stage.run();
    expect(first.result.outcome, first.result.reason).toBe('approved');
    expect(first.of('review').map(({ requestedModel, state }) => [requestedModel, state])).toEqual([
      ...times(5, ['openai/gpt-6.1-sol', 'failed']),
      ['google/gemini-3.8-flash', 'settled'],
    ]);
    // Its own price, and its own worst case held.
    const fallback = first.of('review').at(-1);
    expect(fallback?.cost).toMatchObject({ basis: 'computed', price: { id: 'google/gemini-3.8-flash' } });
    expect(Number(fallback?.heldUsd)).toBeLessThan(Number(first.of('review')[0]?.heldUsd));
    const second = await stage.run();
    expect(second.of('review').map(({ requestedModel }) => requestedModel)).toEqual(['google/gemini-3.8-flash']);
    expect(second.sleeps).toEqual([]);
    expect(second.events('call.rerouted')).toMatchObject([
      { from: 'openai/gpt-6.1-sol', to: 'google/gemini-3.8-flash', why: 'openai failed again and again' },
    ]);
  });

  it('error event in the first chunk: tried again like a 529, at no charge', async () => {
    const plan = SMOOTH.planner[0] as object;
    await using stage = await faultStage({
      ...SMOOTH,
      planner: [broken(plan, { kind: 'error-event', when: 'first' }), ...SMOOTH.planner],
    });
    const { result, of, sleeps, said, calls } = await stage.run();
    expect(result.outcome, result.reason).toBe('approved');
    expect(calls('planner')).toHaveLength(2);
    expect(sleeps).toHaveLength(1);
    expect(of('plan')).toMatchObject([
      { state: 'failed', failure: 'overloaded', usage: null, cost: { usd: '0' } },
      { state: 'settled' },
    ]);
    expect(said).toMatch(/planner call to \S+ failed \(overloaded\)/);
  });
});
