import { describe, expect, it } from 'vitest';
import { openMemoryLedger } from '../../../src/adapters/ledger/memory.ts';
import type { RunEvent } from '../../../src/contract/event.ts';
import { DEFAULT_SETTINGS } from '../../../src/contract/settings.ts';
import type { Agent, Turn } from '../../../src/ports/agent.ts';
import type { Ledger } from '../../../src/ports/ledger.ts';
import { buildCatalogue } from '../../../src/pricing/catalogue.ts';
import { type ScriptedReply, scriptedAgent } from '../../../src/testing/scripted-agent.ts';
import { Providers } from '../../../src/workflow/calls/breaker.ts';
import { checkLineage } from '../../../src/workflow/calls/lineage.ts';
import { pay } from '../../../src/workflow/calls/pay.ts';
import type { RunContext } from '../../../src/workflow/run-context.ts';

const TURN: Turn = {
  role: 'executor',
  purpose: 'edit',
  task: 'T1',
  system: 'You execute.',
  messages: [{ role: 'user', text: 'Do it.' }],
  output: null,
  tools: [],
  effort: 'low',
  maxOutputTokens: 1_000,
};

/** One process of a run: its own tries and providers, the ledger of all. */
function processOf(ledger: Ledger, own: Agent, fallback: Agent | null): { ctx: RunContext; events: RunEvent[] } {
  const events: RunEvent[] = [];
  const prompt = { sections: new Map<string, string>(), hash: 'p' };
  const ctx = {
    run: 'run-1',
    settings: DEFAULT_SETTINGS,
    agents: { planner: own, executor: own, reviewer: own },
    stronger: null,
    fallbacks: { planner: null, executor: fallback, reviewer: null },
    prompts: { planner: prompt, executor: prompt, reviewer: prompt },
    repository: { key: 'repository' },
    ledger,
    clock: { now: () => new Date('2026-11-22T10:00:00Z'), sleep: async () => {} },
    providers: new Providers(),
    refusedKeys: { find: () => null, mark: () => {}, clearAll: () => 0 },
    catalogue: buildCatalogue(['own/model', 'other/model'].map((id) => ({ id, input: 1, output: 2 }))),
    signal: new AbortController().signal,
    emit: (event: RunEvent) => events.push(event),
    attempts: new Map(),
  };
  return { ctx: ctx as unknown as RunContext, events };
}

const fails = (kind: 'refused' | 'overloaded' | 'empty'): ScriptedReply => ({ failure: { kind } });
const agent = (model: string, ...replies: ScriptedReply[]) =>
  scriptedAgent('executor', ({ index }) => replies[index] ?? replies.at(-1) ?? {}, { model, lineage: model });

describe('a run that was killed after another way had been taken', () => {
  it.each(['refused', 'overloaded'] as const)('finds the fallback’s answer again: %s', async (kind) => {
    const ledger = openMemoryLedger();
    const fallback = agent('other/model', { text: 'the fallback’s' });
    const own = agent('own/model', fails(kind));
    const before = processOf(ledger, own, fallback);
    const paid = await pay(before.ctx, own, TURN);
    expect(paid).toMatchObject({ text: 'the fallback’s', model: 'other/model' });
    expect(before.events.filter(({ type }) => type === 'call.rerouted')).toHaveLength(1);

    const awake = agent('own/model', { text: 'its own' });
    const silent = agent('other/model', { text: 'again' });
    const after = processOf(ledger, awake, silent);
    expect(await pay(after.ctx, awake, TURN)).toMatchObject({ text: 'the fallback’s', callId: paid.callId });
    expect(awake.turns).toHaveLength(0);
    expect(silent.turns).toHaveLength(0);
    // The same request made a second time in this process is a call of its own.
    expect(await pay(after.ctx, awake, TURN)).not.toMatchObject({ callId: paid.callId });
  });

  it('finds it again when its own model was passed over, because the circuit was open', async () => {
    const ledger = openMemoryLedger();
    const fallback = agent('other/model', { text: 'the fallback’s' });
    const own = agent('own/model', { text: 'its own' });
    const before = processOf(ledger, own, fallback);
    const now = before.ctx.clock.now().getTime();
    for (let count = 0; count < 5; count++) before.ctx.providers.of('own/model').failed('overloaded', now, null);
    const paid = await pay(before.ctx, own, TURN);
    expect(own.turns).toHaveLength(0);

    const awake = agent('own/model', { text: 'its own' });
    const silent = agent('other/model', { text: 'again' });
    const after = processOf(ledger, awake, silent);
    expect(await pay(after.ctx, awake, TURN)).toMatchObject({ text: 'the fallback’s', callId: paid.callId });
    expect([awake.turns.length, silent.turns.length]).toEqual([0, 0]);
    // What was not answered by anybody yet is asked of its own model first.
    const other = { ...TURN, task: 'T2' };
    expect(await pay(after.ctx, awake, other)).toMatchObject({ text: 'its own', model: 'own/model' });
  });

  it('finds the answer to its nudge again', async () => {
    const ledger = openMemoryLedger();
    const own = agent('own/model', fails('empty'), { text: 'now' });
    const paid = await pay(processOf(ledger, own, null).ctx, own, TURN);
    const again = agent('own/model', { text: 'again' });
    expect(await pay(processOf(ledger, again, null).ctx, again, TURN)).toMatchObject({ callId: paid.callId });
    expect(again.turns).toHaveLength(0);
  });
});

describe('two requests in the same words at once', () => {
  it('are two calls with ids of their own', async () => {
    const ledger = openMemoryLedger();
    const own = agent('own/model', { text: 'done', delayMs: 5 });
    const { ctx } = processOf(ledger, own, null);
    const [a, b] = await Promise.all([pay(ctx, own, TURN), pay(ctx, own, TURN)]);
    expect(a.callId).not.toBe(b.callId);
    expect(own.turns).toHaveLength(2);
  });
});

describe('the lineage of whoever may stand in', () => {
  const cast = (executorFallback: string | null, reviewerFallback: string | null) => {
    const of = (lineage: string) => scriptedAgent('executor', () => ({}), { model: `${lineage}/m`, lineage });
    const or = (lineage: string | null) => (lineage === null ? null : of(lineage));
    return {
      agents: { planner: of('a'), executor: of('a'), reviewer: of('b') },
      stronger: null,
      fallbacks: { planner: or('b'), executor: or(executorFallback), reviewer: or(reviewerFallback) },
      settings: DEFAULT_SETTINGS,
      emit: () => {},
    };
  };

  it('differs from that of whoever may review, before any call', () => {
    expect(() => checkLineage(cast(null, null))).not.toThrow();
    expect(() => checkLineage(cast('c', 'd'))).not.toThrow();
    expect(() => checkLineage(cast('b', null))).toThrow('same lineage (b)');
    expect(() => checkLineage(cast(null, 'a'))).toThrow('same lineage (a)');
    expect(() => checkLineage(cast('c', 'c'))).toThrow('same lineage (c)');
  });
});
