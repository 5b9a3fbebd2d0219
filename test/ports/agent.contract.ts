import { afterEach, describe, expect, it } from 'vitest';
import type { Usage } from '../../src/contract/usage.ts';
import type { Agent, TurnAnswer, TurnResult } from '../../src/ports/agent.ts';
import { aTurn } from './turn.ts';

export { aTurn } from './turn.ts';

/** What the far side does on one call. `hang`: it takes the request and never answers. */
export type Scripted =
  | { text: string }
  | { object: unknown }
  | { toolCalls: { name: string; input: unknown }[] }
  | { overloaded: true }
  | { hang: true };

export interface AgentHarness {
  agent: Agent;
  /** Requests the far side has received. */
  requests(): number;
  close(): Promise<void>;
}

export const SCHEMA = {
  type: 'object',
  properties: { verdict: { type: 'string', enum: ['yes', 'no'] }, notes: { type: 'array', items: { type: 'string' } } },
  required: ['verdict', 'notes'],
  additionalProperties: false,
};

export const READ_TOOL = {
  name: 'read_file',
  description: 'Reads a file.',
  input: {
    type: 'object',
    properties: { path: { type: 'string' } },
    required: ['path'],
    additionalProperties: false,
  },
};

/** What every agent promises (src/ports/agent.ts), whatever it is made of. `open` gets the far side's answers in order. */
export function agentContract(name: string, open: (script: Scripted[]) => Promise<AgentHarness>): void {
  describe(`agent contract: ${name}`, () => {
    let harness: AgentHarness | null = null;
    const start = async (...script: Scripted[]) => {
      harness = await open(script);
      return harness;
    };
    const signal = () => new AbortController().signal;
    afterEach(async () => {
      await harness?.close();
      harness = null;
    });

    it('names its model as provider/model', async () => {
      const { agent } = await start();
      expect(agent.model).toMatch(/^[^/]+\/.+/);
      expect(['metered', 'local', 'credits', 'subscription']).toContain(agent.billing);
    });

    it('answers with text, and says what it used', async () => {
      const { agent, requests } = await start({ text: 'Done, é and 漢字 kept.' });
      const answer = ok(await agent.turn(aTurn(), { signal: signal() }));
      expect(answer).toMatchObject({ text: 'Done, é and 漢字 kept.', object: null, toolCalls: [], finish: 'stop' });
      expectSane(answer.usage);
      expect(requests()).toBe(1);
    });

    it('parses a structured answer', async () => {
      const { agent } = await start({ object: { verdict: 'yes', notes: ['a "quoted" note'] } });
      if (!agent.can.structured) return;
      const turn = aTurn({ output: { name: 'answer', schema: SCHEMA } });
      const answer = ok(await agent.turn(turn, { signal: signal() }));
      expect(answer.object).toEqual({ verdict: 'yes', notes: ['a "quoted" note'] });
    });

    it('gives null for an object when the text is none', async () => {
      const { agent } = await start({ text: 'I would rather not use JSON.' });
      const turn = aTurn({ output: { name: 'answer', schema: SCHEMA } });
      expect(ok(await agent.turn(turn, { signal: signal() })).object).toBeNull();
    });

    it('hands out tool calls, and goes on with their results', async () => {
      const call = { name: 'read_file', input: { path: 'src/a.ts' } };
      const { agent, requests } = await start({ toolCalls: [call, call] }, { text: 'It says hello.' });
      if (!agent.can.tools) return;
      const first = ok(await agent.turn(aTurn({ tools: [READ_TOOL] }), { signal: signal() }));
      expect(first.finish).toBe('tools');
      expect(first.toolCalls.map(({ name, input }) => ({ name, input }))).toEqual([call, call]);
      expect(new Set(first.toolCalls.map(({ id }) => id)).size).toBe(2);
      // A receipt stores the answer as JSON; it has to work after that.
      const kept = JSON.parse(JSON.stringify(first)) as TurnAnswer;
      const second = aTurn({
        tools: [READ_TOOL],
        messages: [
          { role: 'user', text: 'Do the task.' },
          { role: 'assistant', text: kept.text, toolCalls: kept.toolCalls, raw: kept.raw },
          {
            role: 'tool',
            results: kept.toolCalls.map(({ id, name }) => ({ id, name, text: 'hello', isError: false })),
          },
        ],
      });
      expect(ok(await agent.turn(second, { signal: signal() })).text).toBe('It says hello.');
      expect(requests()).toBe(2);
    });

    it('reports failure as data and never retries', async () => {
      const { agent, requests } = await start({ overloaded: true }, { text: 'a retry would get this' });
      const result = await agent.turn(aTurn(), { signal: signal() });
      expect(result).toMatchObject({ ok: false, kind: 'overloaded', billed: 'no' });
      expect(requests()).toBe(1);
    });

    it('does nothing when it is cancelled before it starts', async () => {
      const { agent, requests } = await start({ text: 'too late' });
      const result = await agent.turn(aTurn(), { signal: AbortSignal.abort() });
      expect(result).toMatchObject({ ok: false, kind: 'cancelled', billed: 'no' });
      expect(requests()).toBe(0);
    });

    it('ends within a second of being cancelled', async () => {
      const { agent, requests } = await start({ hang: true });
      const controller = new AbortController();
      const turn = agent.turn(aTurn(), { signal: controller.signal });
      await until(() => requests() === 1);
      const at = performance.now();
      controller.abort();
      expect(await turn).toMatchObject({ ok: false, kind: 'cancelled', billed: 'maybe' });
      expect(performance.now() - at).toBeLessThan(10_000);
    });

    it('keeps turns apart that run side by side', async () => {
      const { agent } = await start({ text: 'one' }, { text: 'two' }, { text: 'three' });
      const turns = [1, 2, 3].map(() => agent.turn(aTurn(), { signal: signal() }));
      const texts = (await Promise.all(turns)).map((result) => ok(result).text);
      expect(texts.toSorted()).toEqual(['one', 'three', 'two']);
    });
  });
}

/** The answer, or a failed test that says which failure came instead. */
export function ok(result: TurnResult): TurnAnswer {
  if (!result.ok) throw new Error(`expected an answer, got ${result.kind}: ${result.message}`);
  return result;
}

export function expectSane(usage: Usage | null): void {
  if (usage === null) return;
  for (const [kind, tokens] of Object.entries(usage)) {
    if (kind === 'reasoning' && tokens === null) continue;
    expect(Number.isInteger(tokens) && Number(tokens) >= 0, `${kind}: ${tokens}`).toBe(true);
  }
  expect(usage.reasoning ?? 0).toBeLessThanOrEqual(usage.output);
}

export async function until(condition: () => boolean, ms = 5000): Promise<void> {
  const deadline = performance.now() + ms;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error('waited in vain');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
