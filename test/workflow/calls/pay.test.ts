import { describe, expect, it } from 'vitest';
import { openMemoryLedger } from '../../../src/adapters/ledger/memory.ts';
import type { FailureKind, Turn, TurnFailure } from '../../../src/ports/agent.ts';
import { addUsd, compareUsd } from '../../../src/pricing/usd.ts';
import { type ScriptedReply, scriptedAgent } from '../../../src/testing/scripted-agent.ts';
import { pay } from '../../../src/workflow/calls/pay.ts';
import { type ContextOptions, changing, makeContext } from '../../support/run-context.ts';

const TURN: Turn = {
  role: 'executor',
  purpose: 'edit',
  task: 'T1',
  system: 'You execute.',
  messages: [{ role: 'user', text: 'Do it.' }],
  output: null,
  tools: [],
  effort: 'low',
  maxOutputTokens: 1000,
};

const USAGE = { inputUncached: 100, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 10, reasoning: null };
/** 100 × $1/M + 10 × $2/M. */
const PRICE = '0.00012';
const ANSWER: ScriptedReply = { text: 'done', usage: USAGE };

/** An executor that gives these replies in turn, the last one again and again. */
function executor(...replies: ScriptedReply[]) {
  return scriptedAgent('executor', ({ index }) => replies[Math.min(index, replies.length - 1)] ?? ANSWER, {
    model: 'test/executor',
  });
}

async function setUp(agent: ReturnType<typeof executor>, options: ContextOptions = {}) {
  const run = await makeContext({ ...options, executor: agent });
  return {
    ...run,
    agent,
    call: (turn: Partial<Turn> = {}) => pay(run.ctx, run.ctx.agents.executor, { ...TURN, ...turn }),
  };
}

const fails = (kind: FailureKind, over: Partial<TurnFailure> = {}): ScriptedReply => ({ failure: { kind, ...over } });

describe('a paid call', () => {
  it('is held before it is made, and settled before its answer is handed on', async () => {
    const ledger = openMemoryLedger();
    const states: string[] = [];
    const agent = scriptedAgent(
      'executor',
      async () => {
        states.push(...(await ledger.list({})).map((receipt) => receipt.state));
        return ANSWER;
      },
      { model: 'test/executor' },
    );
    const { call, receipts, of } = await setUp(agent, { ledger });
    const answer = await call();
    expect(states).toEqual(['held']);
    expect(answer.text).toBe('done');
    const [receipt] = await receipts();
    expect(receipt).toMatchObject({
      callId: answer.callId,
      state: 'settled',
      usage: USAGE,
      cost: { usd: PRICE, basis: 'computed', price: { id: 'test/executor' } },
      servedModel: 'test/executor',
      task: 'T1',
      error: null,
    });
    expect(of('call.started')[0]).toMatchObject({ callId: answer.callId, heldUsd: receipt?.heldUsd });
    expect(of('call.settled')[0]).toMatchObject({ callId: answer.callId, reused: false, cost: { usd: PRICE } });
    // The hold covers what the call did cost.
    expect(compareUsd(receipt?.heldUsd ?? '0', PRICE)).toBeGreaterThan(0);
  });

  it('is not made again when its receipt is there: the answer is reused, and nothing is spent', async () => {
    const ledger = openMemoryLedger();
    const before = await setUp(executor(ANSWER), { ledger });
    const first = await before.call();
    const after = await setUp(executor({ text: 'another answer' }), { ledger });
    const second = await after.call();
    expect(second).toEqual(first);
    expect(after.agent.turns).toHaveLength(0);
    expect(after.of('call.settled')).toMatchObject([{ reused: true, callId: first.callId, cost: { usd: PRICE } }]);
    expect(after.of('call.started')).toHaveLength(0);
    expect(await ledger.list({})).toHaveLength(1);
  });

  it('is made again within one run when it is asked twice, under an id of its own', async () => {
    const { call, agent } = await setUp(executor(ANSWER));
    const ids = [(await call()).callId, (await call()).callId];
    expect(agent.turns).toHaveLength(2);
    expect(new Set(ids).size).toBe(2);
  });

  it('is not reused by another run, another model, or another prompt', async () => {
    const ledger = openMemoryLedger();
    const first = await setUp(executor(ANSWER), { ledger });
    await first.call();
    for (const [options, turn] of [
      [{ run: 'another-run' }, {}],
      [{}, { system: 'You execute well.' }],
      [{}, { maxOutputTokens: 999 }],
    ] as const) {
      const next = await setUp(executor(ANSWER), { ledger, ...options });
      await next.call(turn);
      expect(next.agent.turns).toHaveLength(1);
    }
  });

  it('records which prompt file, model and settings produced it', async () => {
    const hash = async (text: string, turn: Partial<Turn> = {}) => {
      const { call, receipts } = await setUp(executor(ANSWER), { prompts: { executor: text } });
      await call(turn);
      return (await receipts())[0]?.promptHash;
    };
    expect(await hash('A')).toBe(await hash('A'));
    expect(await hash('A')).not.toBe(await hash('B'));
    expect(await hash('A')).not.toBe(await hash('A', { effort: 'high' }));
  });

  it('skips a held receipt of an earlier process: it may have been billed, so its row and hold stay', async () => {
    const ledger = openMemoryLedger();
    const crash = changing(executor(ANSWER), () => {
      throw new TypeError('crash');
    });
    const before = await makeContext({ executor: crash, ledger });
    await expect(pay(before.ctx, crash, TURN)).rejects.toThrow('crash');
    const { call, receipts, agent } = await setUp(executor(ANSWER), { ledger });
    await call();
    expect(agent.turns).toHaveLength(1);
    expect((await receipts()).map((receipt) => receipt.state).toSorted()).toEqual(['held', 'settled']);
  });

  it('tries as often as otherwise after a skipped receipt', async () => {
    const ledger = openMemoryLedger();
    const crash = changing(executor(ANSWER), () => {
      throw new TypeError('crash');
    });
    const before = await makeContext({ executor: crash, ledger });
    await expect(pay(before.ctx, crash, TURN)).rejects.toThrow('crash');
    const { call, agent } = await setUp(executor(fails('stalled'), ANSWER), { ledger });
    await call();
    expect(agent.turns).toHaveLength(2);
  });
});

describe('the length of an answer', () => {
  it('is never more than the model is known to give: its provider would refuse the call', async () => {
    const agent = scriptedAgent('executor', () => ANSWER, { model: 'test/short' });
    const { call, agent: asked } = await setUp(agent);
    await call({ maxOutputTokens: 10_000 });
    await call({ maxOutputTokens: 1000 });
    expect(asked.turns.map(({ maxOutputTokens }) => maxOutputTokens)).toEqual([4096, 1000]);
  });
});

describe('the budget', () => {
  it('refuses the call that could exceed it, with the exact figures, and does not make it', async () => {
    const { call, agent, ctx, receipts } = await setUp(executor(ANSWER), { settings: { budgetUsd: '0.004' } });
    await call();
    const [{ heldUsd } = { heldUsd: null }] = await receipts();
    const error = await call({ maxOutputTokens: 10_000 }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'budget', exitCode: 5 });
    expect(String(error)).toMatch(
      /^TercetError: The budget of \$0\.004 cannot hold the next call: test\/executor \(executor, edit\) could cost up to \$0\.02\d?; spent \$0\.00012, held by calls under way \$0\.00\. The call was not made\.$/,
    );
    expect(heldUsd).not.toBeNull();
    expect(agent.turns).toHaveLength(1);
    expect(await ctx.ledger.list({})).toHaveLength(1);
  });

  it('counts what calls under way hold', async () => {
    let more: Promise<unknown> = Promise.resolve();
    const agent = scriptedAgent(
      'executor',
      async ({ index }) => {
        if (index === 0) more = call({ task: 'T2' }).catch((error: unknown) => error);
        await more;
        return ANSWER;
      },
      { model: 'test/executor' },
    );
    const { call } = await setUp(agent, { settings: { budgetUsd: '0.003' } });
    await call();
    expect(String(await more)).toMatch(/spent \$0\.00, held by calls under way \$0\.00[1-9]/);
  });

  it('refuses a model without a price, and calls it when that is allowed, at an unknown cost', async () => {
    const agent = () => scriptedAgent('executor', () => ANSWER, { model: 'test/unheard-of' });
    const refusing = await setUp(agent());
    await expect(refusing.call()).rejects.toMatchObject({ code: 'config', exitCode: 2 });
    expect(refusing.agent.turns).toHaveLength(0);
    const allowing = await setUp(agent(), { settings: { unpriced: 'allow', budgetUsd: '0' } });
    await allowing.call();
    expect(await allowing.receipts()).toMatchObject([{ heldUsd: null, cost: { usd: null, basis: 'unpriced' } }]);
  });

  it('books a local model at nothing, and needs no price for it', async () => {
    const agent = scriptedAgent('executor', () => ANSWER, { model: 'ollama/anything', billing: 'local' });
    const { call, receipts } = await setUp(agent, { settings: { budgetUsd: '0' } });
    await call();
    expect(await receipts()).toMatchObject([{ heldUsd: '0', cost: { usd: '0', basis: 'local' } }]);
  });
});

describe('the bill', () => {
  it('is estimated, and marked so, when the provider does not count', async () => {
    const silent = changing(executor(ANSWER), (result) => ({ ...result, usage: null }));
    const run = await makeContext({ executor: silent });
    await pay(run.ctx, silent, TURN);
    const [receipt] = await run.receipts();
    expect(receipt?.cost.basis).toBe('estimated');
    expect(Number(receipt?.cost.usd)).toBeGreaterThan(0);
    expect(receipt?.usage?.output).toBeGreaterThan(0);
  });

  it('is what the provider states, where it does', async () => {
    const stating = changing(executor(ANSWER), (result) => (result.ok ? { ...result, reportedUsd: '0.5' } : result));
    const run = await makeContext({ executor: stating });
    await pay(run.ctx, stating, TURN);
    expect((await run.receipts())[0]?.cost).toEqual({ usd: '0.5', basis: 'reported', price: null });
  });

  it('is not doubted because of the provider’s own content that goes along, such as signatures', async () => {
    const { call, receipts } = await setUp(executor(ANSWER));
    const raw = { signature: 'A'.repeat(50_000) };
    await call({ messages: [...TURN.messages, { role: 'assistant', text: 'Hm.', toolCalls: [], raw }] });
    expect((await receipts())[0]?.cost).toMatchObject({ usd: PRICE, basis: 'computed' });
  });

  it('books a model that was not asked for, and does not use its answer', async () => {
    const { call, receipts } = await setUp(executor({ ...ANSWER, servedModel: 'test/cheaper' }));
    await expect(call()).rejects.toMatchObject({ code: 'served-model', exitCode: 1 });
    expect(await receipts()).toMatchObject([{ state: 'settled', servedModel: 'test/cheaper' }]);
  });

  it('uses another model’s answer under servedModel: warn, and says so', async () => {
    const { call, of } = await setUp(executor({ ...ANSWER, servedModel: 'test/cheaper' }), {
      settings: { servedModel: 'warn' },
    });
    expect((await call()).text).toBe('done');
    expect(of('warning.raised')).toMatchObject([{ code: 'served-model', message: expect.stringContaining('is used') }]);
  });

  it('takes a dated snapshot for the model, and says when nobody knows which one served', async () => {
    const dated = await setUp(executor({ ...ANSWER, servedModel: 'test/executor-20261001' }));
    await dated.call();
    expect(dated.of('warning.raised')).toEqual([]);
    const silent = changing(executor(ANSWER), (result) => ({ ...result, servedModel: null }));
    const run = await makeContext({ executor: silent });
    await pay(run.ctx, silent, TURN);
    expect(run.of('warning.raised')).toMatchObject([{ code: 'served-unknown' }]);
  });
});

describe('a call that fails', () => {
  it('is booked at nothing when it certainly was not billed', async () => {
    const { call, receipts } = await setUp(executor(fails('bad-request', { message: 'no such field' })));
    await expect(call()).rejects.toMatchObject({ code: 'agent-failed' });
    expect(await receipts()).toMatchObject([
      { state: 'failed', usage: null, cost: { usd: '0' }, error: 'no such field' },
    ]);
  });

  it('is booked as estimated from what was counted when it was billed', async () => {
    const { call, receipts } = await setUp(executor(fails('refused', { billed: 'yes', usage: USAGE })));
    await expect(call()).rejects.toMatchObject({ code: 'agent-failed' });
    expect(await receipts()).toMatchObject([
      { state: 'failed', usage: USAGE, cost: { usd: PRICE, basis: 'estimated' } },
    ]);
  });

  it('keeps its hold when nobody can say whether it was billed', async () => {
    const { call, receipts, ctx } = await setUp(executor(fails('too-long', { billed: 'maybe' })));
    await expect(call()).rejects.toMatchObject({ code: 'agent-failed' });
    const [receipt] = await receipts();
    expect(receipt).toMatchObject({ state: 'failed', cost: { usd: null }, error: 'scripted too-long' });
    const probe = { ...receipt, callId: 'probe', state: 'held', heldUsd: '0' } as NonNullable<typeof receipt>;
    const answer = await ctx.ledger.hold(probe, [{ scope: 'run', key: ctx.run, unit: 'usd', amount: '0' }]);
    expect(answer).toMatchObject({ granted: false, spent: '0', held: receipt?.heldUsd });
  });

  it('is booked from what the provider had counted when it may have been billed', async () => {
    const { call, receipts } = await setUp(executor(fails('too-long', { billed: 'maybe', usage: USAGE })));
    await expect(call()).rejects.toMatchObject({ code: 'agent-failed' });
    expect(await receipts()).toMatchObject([{ state: 'failed', cost: { usd: PRICE, basis: 'estimated' } }]);
  });

  it('costs nothing on a local model, whatever it says', async () => {
    const agent = scriptedAgent('executor', () => fails('too-long', { billed: 'maybe' }), {
      model: 'ollama/x',
      billing: 'local',
    });
    const { call, receipts } = await setUp(agent);
    await expect(call()).rejects.toMatchObject({ code: 'agent-failed' });
    expect(await receipts()).toMatchObject([{ cost: { usd: '0', basis: 'local' } }]);
  });

  it('keeps the hold of an answer nobody could read, and tries once more', async () => {
    const { call, receipts, agent } = await setUp(executor(fails('garbled', { billed: 'yes' }), ANSWER));
    await call();
    expect(agent.turns).toHaveLength(2);
    const [unread] = (await receipts()).filter(({ state }) => state === 'failed');
    // Whatever a broken answer says of its usage: unknown, under which the hold keeps counting.
    expect(unread).toMatchObject({ failure: 'garbled', usage: null, cost: { usd: null } });
    expect(Number(unread?.heldUsd)).toBeGreaterThan(0);
  });

  it.each<[FailureKind, number, string]>([
    ['rate-limit', 6, 'parked'],
    ['overloaded', 5, 'agent-failed'],
    ['network', 4, 'agent-failed'],
    ['cut-off', 3, 'agent-failed'],
    ['stalled', 2, 'agent-failed'],
    ['garbled', 2, 'agent-failed'],
    ['empty', 2, 'agent-failed'],
    ['quota', 1, 'parked'],
    ['bad-key', 1, 'parked'],
    ['refused', 1, 'agent-failed'],
    ['too-long', 1, 'agent-failed'],
    ['unknown-model', 1, 'config'],
    ['bad-request', 1, 'agent-failed'],
  ])('%s: %i calls in all, then %s', async (kind, calls, code) => {
    const { call, agent, sleeps, of, receipts } = await setUp(executor(fails(kind)));
    await expect(call()).rejects.toMatchObject({ code });
    expect(agent.turns).toHaveLength(calls);
    expect(sleeps).toHaveLength(calls - 1);
    for (const [n, ms] of sleeps.entries()) {
      const step = Math.min(500 * 2 ** n, 20_000);
      expect(ms).toBeGreaterThanOrEqual(step / 2);
      expect(ms).toBeLessThanOrEqual(step);
    }
    expect(of('call.failed').map((event) => event.willRetryInMs)).toEqual([...sleeps, null]);
    const booked = await receipts();
    expect(new Set(booked.map(({ callId }) => callId)).size).toBe(calls);
  });

  it('waits as long as the provider asks', async () => {
    const { call, sleeps } = await setUp(executor(fails('rate-limit', { retryAfterMs: 42_000 }), ANSWER));
    await call();
    expect(sleeps).toEqual([42_000]);
  });

  it('parks the run instead of waiting longer than a minute, and says how long', async () => {
    const { call, sleeps } = await setUp(executor(fails('rate-limit', { retryAfterMs: 3_600_500 })));
    await expect(call()).rejects.toMatchObject({
      code: 'parked',
      message: 'test/executor (executor) failed: scripted rate-limit It asks to wait 3601 s.',
    });
    expect(sleeps).toEqual([]);
  });

  it('is cancelled under way: booked, not reported as a failure', async () => {
    const agent = scriptedAgent(
      'executor',
      () => {
        run.cancel();
        return { ...ANSWER, delayMs: 60_000 };
      },
      { model: 'test/executor' },
    );
    const run = await setUp(agent);
    await expect(run.call()).rejects.toMatchObject({ code: 'cancelled', exitCode: 130 });
    expect(await run.receipts()).toMatchObject([{ state: 'failed' }]);
    expect(run.of('call.failed')).toEqual([]);
  });

  it('is cancelled while it waits to be tried again', async () => {
    const run = await setUp(executor(fails('overloaded'), ANSWER), { onSleep: () => run.cancel() });
    await expect(run.call()).rejects.toMatchObject({ code: 'cancelled' });
    expect(run.agent.turns).toHaveLength(1);
  });

  it('is not made when the run is cancelled already, even by an agent that does not look', async () => {
    const deaf = { ...executor(ANSWER), turn: () => Promise.reject(new Error('was called')) };
    const run = await makeContext({ executor: deaf });
    run.cancel();
    await expect(pay(run.ctx, deaf, TURN)).rejects.toMatchObject({ code: 'cancelled' });
    expect(await run.receipts()).toEqual([]);
  });

  it('adds up: what was spent is the sum of the receipts', async () => {
    const { call, receipts } = await setUp(
      executor(fails('cut-off', { billed: 'yes', usage: USAGE }), fails('overloaded'), ANSWER),
    );
    await call();
    const costs = (await receipts()).map(({ cost }) => cost.usd ?? 'unknown');
    expect(addUsd(...costs)).toBe(addUsd(PRICE, PRICE));
  });
});
