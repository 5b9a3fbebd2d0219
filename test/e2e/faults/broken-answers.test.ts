import { describe, expect, it } from 'vitest';
import type { Receipt } from '../../../src/contract/usage.ts';
import { addUsd } from '../../../src/pricing/usd.ts';
import { aPlan, approval } from '../../support/answers.ts';
import type { Fault, Reply } from '../../support/model-server/server.ts';
import { picoOf, picoToUsd } from '../../support/reckon.ts';
import { EDIT, RUN, SMOOTH, TASK } from '../../support/shop-change.ts';
import { setStage } from '../../support/stage.ts';
import { broken, type Ended, faultStage } from './fault-stage.ts';

/** Long enough that half of it is output. */
const PLAN: Reply = { object: aPlan([TASK], { summary: 'Shares are bounded. '.repeat(40) }) };
const planners = (fault: Fault) => ({ ...SMOOTH, planner: [broken(PLAN, fault), PLAN] });
/** For the tests that wait for one of them. */
const DEADLINES = { firstChunkMs: 1500, idleMs: 500, totalMs: 20_000 };

/** Billed for what arrived: its input as the provider counted it, and some output; marked as estimated. */
function expectPartial(receipt: Receipt | undefined, { calls }: Ended): void {
  const billed = calls('planner')[0]?.usage;
  expect(receipt).toMatchObject({ state: 'failed', cost: { basis: 'estimated' } });
  const { usage, requestedModel, cost } = receipt ?? {};
  expect(usage).toMatchObject({ inputUncached: billed?.inputUncached });
  expect(usage?.output).toBeGreaterThan(1);
  expect(usage?.output).toBeLessThan(billed?.output ?? 0);
  expect(cost?.usd).toBe(picoToUsd(picoOf(requestedModel ?? '', usage ?? null)));
}

describe('an answer that breaks off', () => {
  it('error event mid-stream: drops the part, asks again, and books input and part as estimated', async () => {
    await using stage = await faultStage(planners({ kind: 'error-event', when: 'middle' }));
    const ended = await stage.run();
    expect(ended.result.outcome, ended.result.reason).toBe('approved');
    expect(ended.calls('planner')).toHaveLength(2);
    const [first, second] = ended.of('plan');
    expect(first?.failure).toBe('overloaded');
    expectPartial(first, ended);
    expect(second).toMatchObject({ state: 'settled', cost: { basis: 'computed' } });
    expect(ended.said).toMatch(/planner call to \S+ failed \(overloaded\).*trying again/);
  });

  it('disconnect mid-stream: asks again in whole, and books input and part as estimated', async () => {
    await using stage = await faultStage(planners({ kind: 'disconnect' }));
    const ended = await stage.run();
    expect(ended.result.outcome, ended.result.reason).toBe('approved');
    expect(ended.calls('planner')).toHaveLength(2);
    expect(ended.calls('planner')[1]?.body).toEqual(ended.calls('planner')[0]?.body);
    expect(ended.of('plan')[0]?.failure).toBe('network');
    expectPartial(ended.of('plan')[0], ended);
    expect(ended.said).toMatch(/failed \(network\): .*broke during the answer.*trying again/);
  });

  it('clean end without a stop event: is a failure, and is asked again', async () => {
    await using stage = await faultStage(planners({ kind: 'no-stop' }));
    const ended = await stage.run();
    expect(ended.result.outcome, ended.result.reason).toBe('approved');
    expect(ended.calls('planner')).toHaveLength(2);
    const [first] = ended.of('plan');
    expect(first).toMatchObject({ state: 'failed', failure: 'cut-off', cost: { basis: 'estimated' } });
    expect(first?.usage?.output).toBeGreaterThan(100);
    expect(ended.said).toContain('the answer ended without a stop reason');
  });

  it('stall: ends the call when nothing comes any more, and asks again', async () => {
    await using stage = await faultStage(planners({ kind: 'stall' }), { deadlines: DEADLINES });
    const ended = await stage.run();
    expect(ended.result.outcome, ended.result.reason).toBe('approved');
    expect(ended.calls('planner')).toHaveLength(2);
    expect(ended.of('plan')[0]?.failure).toBe('stalled');
    expectPartial(ended.of('plan')[0], ended);
    expect(ended.said).toContain('no output for 0.5 s in the middle of an answer');
  });

  it('pings only: they do not count as output, and the call ends', async () => {
    await using stage = await faultStage(planners({ kind: 'pings' }), { deadlines: DEADLINES });
    const ended = await stage.run();
    expect(ended.result.outcome, ended.result.reason).toBe('approved');
    expect(ended.calls('planner')).toHaveLength(2);
    const [first] = ended.of('plan');
    expect(first).toMatchObject({ state: 'failed', failure: 'stalled', cost: { basis: 'estimated' } });
    expect(Number(first?.cost.usd)).toBeGreaterThan(0);
    expect(ended.said).toContain('no output within 1.5 s');
  });

  it('huge output: is stopped at a bound, paid in full, and not asked for again', async () => {
    const { executor } = SMOOTH;
    await using stage = await faultStage({ ...SMOOTH, planner: [broken(PLAN, { kind: 'huge' })], executor });
    const ended = await stage.run();
    expect(ended.result).toMatchObject({ outcome: 'failed', exitCode: 1 });
    expect(ended.calls('planner')).toHaveLength(1);
    const [receipt] = ended.of('plan');
    expect(receipt).toMatchObject({ state: 'failed', failure: 'too-large', cost: { basis: 'estimated' } });
    // All the output that was asked for, and never more than was held.
    expect(receipt?.usage?.output).toBe(16_000);
    expect(Number(receipt?.cost.usd)).toBeGreaterThan(0.1);
    expect(Number(receipt?.cost.usd)).toBeLessThanOrEqual(Number(receipt?.heldUsd));
    expect(ended.said).toContain('grew beyond 4 MB and was stopped');
  });
});

describe('an answer that nobody can read', () => {
  it('bad JSON in the stream: one retry, then cannot talk to the provider, with the holds kept', () =>
    expectUnreadable({ kind: 'bad-json' }));

  it('HTML with 200: one retry, then cannot talk to the provider, with the holds kept', () =>
    expectUnreadable({ kind: 'html' }));

  async function expectUnreadable(fault: Fault): Promise<void> {
    await using stage = await faultStage({ ...SMOOTH, planner: [broken(PLAN, fault), broken(PLAN, fault)] });
    const { run, result, of, calls, said, sleeps } = await stage.run();
    expect(result).toMatchObject({ outcome: 'failed', exitCode: 1 });
    expect(calls('planner')).toHaveLength(2);
    expect(sleeps).toHaveLength(1);
    const receipts = of('plan');
    expect(receipts).toHaveLength(2);
    for (const receipt of receipts)
      expect(receipt).toMatchObject({ state: 'failed', failure: 'garbled', cost: { usd: null }, usage: null });
    expect(result.cost).toMatchObject({ usd: null, unknownCalls: 2 });
    // What they held keeps counting under the caps.
    const cap = { scope: 'run', unit: 'usd', key: run, amount: '5' } as const;
    const [under] = await stage.spending([cap]);
    expect(under).toMatchObject({ spent: '0', held: addUsd(...receipts.map(({ heldUsd }) => heldUsd ?? '0')) });
    expect(Number(under?.held)).toBeGreaterThan(0);
    expect(said).toContain('Cannot talk to anthropic.');
    expect(said).toContain('what they hold stays held');
  }

  it('empty content: one nudge, then it answers', async () => {
    await using stage = await faultStage({ ...SMOOTH, planner: [{ text: '' }, PLAN] });
    const { result, of, calls, said } = await stage.run();
    expect(result.outcome, result.reason).toBe('approved');
    const [first, second] = calls('planner').map(({ body }) => JSON.stringify(body));
    expect(first).not.toContain('Your answer was empty');
    expect(second).toContain('Your answer was empty. Answer now');
    expect(of('plan')).toMatchObject([
      { state: 'failed', failure: 'empty', usage: { output: 0 } },
      { state: 'settled', failure: null },
    ]);
    expect(Number(of('plan')[0]?.cost.usd)).toBeGreaterThan(0);
    expect(said).toContain('failed (empty)');
  });

  it('empty content again: fails after the one nudge', async () => {
    await using stage = await faultStage({ ...SMOOTH, reviewer: [{ text: '' }, { text: '' }] });
    const { result, calls, said } = await stage.run();
    expect(result).toMatchObject({ outcome: 'inconclusive', exitCode: 4 });
    expect(calls('reviewer')).toHaveLength(2);
    expect(said).toContain('the answer is empty');
  });
});

describe('a call that nobody saw the end of', () => {
  it('killed before any answer: keeps its hold, is called maybe billed, and the run goes on', async () => {
    let kill: (signal: NodeJS.Signals) => void = () => {};
    await using stage = await setStage({
      planner: SMOOTH.planner,
      executor: [
        () => {
          kill('SIGKILL');
          return { text: EDIT, delayMs: 60_000 };
        },
        ...SMOOTH.executor,
      ],
      reviewer: [{ object: approval(['T1.1']) }],
    });
    const dead = await stage.tercet(RUN, {
      onStderr: (_, killIt) => {
        kill = killIt;
      },
    });
    expect(dead.code).toBeNull();
    const resumed = await stage.tercet(['resume', '--json']);
    expect(resumed.code, resumed.stderr).toBe(0);
    const [held, settled] = (await stage.receipts()).filter(({ purpose }) => purpose === 'edit');
    expect(held).toMatchObject({ state: 'held', cost: { usd: null } });
    expect(settled).toMatchObject({ state: 'settled' });
    const { stdout } = await stage.tercet(['costs']);
    expect(stdout).toContain('1 call without an answer, maybe billed');
  });
});
