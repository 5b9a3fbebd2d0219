import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ChangeDecision, PlannerAnswer } from '../../../src/contract/plan.ts';
import { ReviewerAnswer } from '../../../src/contract/review.ts';
import { scriptedAgent } from '../../../src/testing/scripted-agent.ts';
import { TOOLS } from '../../../src/workflow/2-execute/tool-box.ts';
import { ask, jsonSchemaOf } from '../../../src/workflow/calls/ask.ts';
import { changing, makeContext, type Script } from '../../support/run-context.ts';

const Answer = z.strictObject({ verdict: z.enum(['yes', 'no']), notes: z.array(z.string()) });

async function asking(script: Script, change?: Parameters<typeof changing>[1]) {
  const agent = scriptedAgent('reviewer', script, { model: 'test/reviewer' });
  const run = await makeContext({ reviewer: change === undefined ? agent : changing(agent, change) });
  const call = () =>
    ask(run.ctx, run.ctx.agents.reviewer, {
      role: 'reviewer',
      purpose: 'review',
      task: null,
      system: 'You review.',
      messages: [{ role: 'user', text: 'Look.' }],
      name: 'answer',
      schema: Answer,
    });
  return { run, call, turns: agent.turns };
}

describe('asking for an object', () => {
  it('hands it on checked, with the conversation ready to be carried on', async () => {
    const { call } = await asking(() => ({ object: { verdict: 'yes', notes: [] } }));
    const answered = await call();
    expect(answered.value).toEqual({ verdict: 'yes', notes: [] });
    expect(answered.messages.map(({ role }) => role)).toEqual(['user', 'assistant']);
    expect(answered.servedModel).toBe('test/reviewer');
  });

  it('sends a wrong answer back once, with the exact problems', async () => {
    const { call, turns, run } = await asking(({ index }) =>
      index === 0 ? { object: { verdict: 'maybe', more: 1 } } : { object: { verdict: 'no', notes: ['mended'] } },
    );
    expect((await call()).value).toEqual({ verdict: 'no', notes: ['mended'] });
    const [, again] = turns;
    expect(again?.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
    expect(again?.messages.at(-1)).toMatchObject({ text: expect.stringContaining('verdict') });
    expect(again?.messages.at(-1)).toMatchObject({ text: expect.stringContaining('notes') });
    expect(again?.messages.at(-1)).toMatchObject({ text: expect.stringContaining('"more"') });
    expect(await run.receipts()).toHaveLength(2);
  });

  it('says so when the answer is no JSON at all', async () => {
    const { call, turns } = await asking(() => ({ text: 'I think it is fine.' }));
    await expect(call()).rejects.toMatchObject({
      code: 'agent-failed',
      message: 'The reviewer (test/reviewer) did not answer in the agreed form: the answer is not JSON',
    });
    expect(turns).toHaveLength(2);
  });

  it('does not repair an answer that was cut off', async () => {
    const { call, turns } = await asking(
      () => ({ object: { verdict: 'yes', notes: [] } }),
      (result) => (result.ok ? { ...result, finish: 'length' } : result),
    );
    await expect(call()).rejects.toMatchObject({
      code: 'agent-failed',
      message: 'The reviewer (test/reviewer) was cut off after 16000 output tokens.',
      hint: expect.stringContaining('roles.reviewer.maxOutputTokens'),
    });
    expect(turns).toHaveLength(1);
  });
});

/** Every object of a schema, wherever it stands. */
function* objectsOf(schema: unknown): Iterable<Record<string, unknown>> {
  if (typeof schema !== 'object' || schema === null) return;
  const node = schema as Record<string, unknown>;
  if (node.type === 'object') yield node;
  for (const child of Object.values(node)) yield* objectsOf(child);
}

describe('the JSON schema a provider gets', () => {
  const schemas = {
    plan: jsonSchemaOf(PlannerAnswer),
    review: jsonSchemaOf(ReviewerAnswer),
    decision: jsonSchemaOf(ChangeDecision),
    ...Object.fromEntries(TOOLS.map(({ name, input }) => [name, input])),
  };

  it.each(Object.entries(schemas))('%s is within the subset every provider accepts', (_, schema) => {
    const objects = [...objectsOf(schema)];
    expect(objects.length).toBeGreaterThan(0);
    for (const object of objects) {
      expect(object.additionalProperties).toBe(false);
      expect(object.required ?? []).toEqual(Object.keys(object.properties ?? {}));
    }
    const keywords = new Set(JSON.stringify(schema).match(/"[$\w]+":/gu));
    for (const unwanted of ['$schema', 'default', 'minLength', 'minItems', 'pattern', 'minimum', 'maximum', 'format'])
      expect(keywords.has(`"${unwanted}":`), unwanted).toBe(false);
  });

  it('is the same object every time, so that its bytes stay cacheable', () => {
    expect(jsonSchemaOf(PlannerAnswer)).toBe(jsonSchemaOf(PlannerAnswer));
  });

  it('keeps what a model reads: descriptions and enumerations', () => {
    const text = JSON.stringify(schemas.plan);
    expect(text).toContain('path from the repository root');
    expect(text).toContain('["create","modify","delete"]');
    expect(text).toContain('files to show the executor');
    expect(text).toContain('exits 0 when it is met, or null');
  });

  it('is small: every planning and review call pays for it', () => {
    const bytes = (schema: unknown) => JSON.stringify(schema).length;
    expect(bytes(schemas.plan)).toBeLessThan(2600);
    expect(bytes(schemas.review)).toBeLessThan(1600);
    expect(bytes(TOOLS)).toBeLessThan(2600);
  });
});
