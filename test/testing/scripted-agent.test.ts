import { describe, expect, it } from 'vitest';
import { byPurpose, type ScriptedReply, scriptedAgent } from '../../src/testing/index.ts';
import { agentContract, aTurn, ok, type Scripted } from '../ports/agent.contract.ts';

/** What the far side does, as a script says it. */
function replyOf(scripted: Scripted | undefined): ScriptedReply {
  if (scripted === undefined) throw new Error('the script has ended');
  if ('overloaded' in scripted) return { failure: { kind: 'overloaded' } };
  return 'hang' in scripted ? { delayMs: 60_000 } : scripted;
}

agentContract('scripted', async (script) => {
  const agent = scriptedAgent('executor', ({ index }) => replyOf(script[index]));
  return { agent, requests: () => agent.turns.length, close: async () => {} };
});

const signal = () => new AbortController().signal;

describe('the scripted agent', () => {
  it('tells its script which turn it is, and the last thing said', async () => {
    const seen: string[] = [];
    const agent = scriptedAgent('executor', ({ index, prompt, purpose }) => {
      seen.push(`${index} ${purpose} ${prompt}`);
      return { text: 'ok' };
    });
    await agent.turn(aTurn(), { signal: signal() });
    const results = [{ id: '1', name: 'read_file', text: 'hello', isError: false }];
    await agent.turn(aTurn({ purpose: 'tools', messages: [{ role: 'tool', results }] }), { signal: signal() });
    await agent.turn(aTurn({ messages: [] }), { signal: signal() });
    expect(seen).toEqual(['0 edit Do the task.', '1 tools hello', '2 edit ']);
    expect(agent.turns.map((turn) => turn.purpose)).toEqual(['edit', 'tools', 'edit']);
  });

  it('counts its usage from the characters, and takes over what the reply states', async () => {
    const agent = scriptedAgent('executor', () => ({ text: 'x'.repeat(40), usage: { cacheRead: 7 } }));
    const { usage } = ok(await agent.turn(aTurn(), { signal: signal() }));
    expect(usage).toMatchObject({ output: 10, cacheRead: 7, reasoning: null });
    expect(usage?.inputUncached).toBeGreaterThan(0);
  });

  it('says which model served, its own unless told otherwise', async () => {
    const agent = scriptedAgent('executor', ({ index }) => (index === 0 ? {} : { servedModel: 'other/model' }));
    expect(ok(await agent.turn(aTurn(), { signal: signal() })).servedModel).toBe('scripted/executor');
    expect(ok(await agent.turn(aTurn(), { signal: signal() })).servedModel).toBe('other/model');
  });

  it('reports progress', async () => {
    const progress: number[] = [];
    const agent = scriptedAgent('executor', () => ({ text: 'abc' }));
    await agent.turn(aTurn(), { signal: signal(), onProgress: (chars) => progress.push(chars) });
    expect(progress).toEqual([3]);
  });

  it('ends a delay when it is cancelled, also while its script was still thinking', async () => {
    const controller = new AbortController();
    const agent = scriptedAgent('executor', async () => {
      controller.abort();
      return { text: 'late', delayMs: 60_000 };
    });
    expect(await agent.turn(aTurn(), { signal: controller.signal })).toMatchObject({ ok: false, kind: 'cancelled' });
  });

  it('gives the answer after a delay', async () => {
    const agent = scriptedAgent('executor', () => ({ text: 'here', delayMs: 5 }));
    expect(ok(await agent.turn(aTurn(), { signal: signal() })).text).toBe('here');
  });
});

describe('answers by purpose', () => {
  const turn = (purpose: 'edit' | 'repair' | 'review') => ({ ...aTurn({ purpose }), index: 0, prompt: '' });

  it('come in the order of their list, each purpose by itself, the last one again and again', () => {
    const script = byPurpose({ edit: [{ text: '1' }, { text: '2' }], repair: { text: 'r' } });
    const said = (['edit', 'repair', 'edit', 'edit', 'repair'] as const).map((purpose) => script(turn(purpose)).text);
    expect(said).toEqual(['1', 'r', '2', '2', 'r']);
  });

  it('say which purpose has none', () => {
    expect(() => byPurpose({ edit: [] })(turn('edit'))).toThrow('the script has no answer for purpose "edit"');
    expect(() => byPurpose({})(turn('review'))).toThrow('the script has no answer for purpose "review"');
  });
});
