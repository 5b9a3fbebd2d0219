import { describe, expect, it } from 'vitest';
import type { Plan } from '../../../src/contract/plan.ts';
import type { Person, PlanProposal } from '../../../src/ports/person.ts';
import { planRequest } from '../../../src/workflow/1-plan/plan-request.ts';
import {
  aPlan,
  aTask,
  type ContextOptions,
  MATH,
  makeContext,
  planAnswer,
  type TestRun,
} from '../../support/run-context.ts';

const FILES = { 'src/math.js': MATH, 'README.md': '# Sample\n' };

async function requesting(options: ContextOptions, given: Plan | null = null) {
  const run = await makeContext({ files: FILES, planner: () => ({ object: planAnswer() }), ...options });
  return { run, plan: () => planRequest(run.ctx, given), [Symbol.dispose]: () => run.repo.remove() };
}

/** A person who says these words in turn about the plan; each may change the file first. */
function saying(...words: ['approved' | 'rejected' | 'edited', ((yaml: string) => string)?][]) {
  const shown: PlanProposal[] = [];
  let run: TestRun | null = null;
  const person: Person = {
    answer: async (questions) => questions.map(() => null),
    approve: async (proposal) => {
      shown.push(structuredClone(proposal));
      const [word, change] = words[shown.length - 1] ?? ['rejected'];
      if (change !== undefined) run?.written.set('plan.yaml', change(run.written.get('plan.yaml') ?? ''));
      return word;
    },
  };
  return { person, shown, at: (there: TestRun) => (run = there) };
}

describe('approval', () => {
  it('is given by a flag', async () => {
    using made = await requesting({ settings: { approval: 'skip' } });
    await made.plan();
    expect(made.run.of('plan.approved')).toEqual([{ type: 'plan.approved', by: 'flag' }]);
    expect(made.run.of('plan.ready')).toMatchObject([{ file: '/runs/plan.yaml' }]);
    expect(made.run.written.get('plan.yaml')).toContain('title: Clamp');
  });

  it('parks the run when it is wanted and nobody can be asked, naming the file', async () => {
    using made = await requesting({ settings: { approval: 'ask' } });
    await expect(made.plan()).rejects.toMatchObject({
      code: 'parked',
      exitCode: 5,
      hint: expect.stringContaining('tercet execute /runs/plan.yaml'),
    });
  });

  it('is given by the person', async () => {
    const { person, shown } = saying(['approved']);
    using made = await requesting({ settings: { approval: 'ask' }, person });
    expect((await made.plan()).title).toBe('Clamp');
    expect(shown).toMatchObject([{ file: '/runs/plan.yaml', problem: null, warnings: [] }]);
    expect(made.run.of('plan.approved')).toMatchObject([{ by: 'person' }]);
  });

  it('is refused by the person: cancelled, and the plan is kept', async () => {
    const { person } = saying(['rejected']);
    using made = await requesting({ settings: { approval: 'ask' }, person });
    await expect(made.plan()).rejects.toMatchObject({ code: 'cancelled', hint: 'It is kept in /runs/plan.yaml.' });
  });

  it('takes the plan as the person edited it, and says what it is now', async () => {
    const { person, at } = saying(
      ['edited', (yaml) => yaml.replace('title: Clamp\n', 'title: Clamp well\n')],
      ['approved'],
    );
    using made = await requesting({ settings: { approval: 'ask' }, person });
    at(made.run);
    expect((await made.plan()).title).toBe('Clamp well');
    expect(made.run.of('plan.ready').map(({ plan }) => plan.title)).toEqual(['Clamp', 'Clamp well']);
  });

  it('names the line of YAML that is broken, until it is mended', async () => {
    const { person, shown, at } = saying(
      ['edited', (yaml) => yaml.replace('tasks:', 'tasks: [')],
      ['approved'],
      ['edited', (yaml) => yaml.replace('tasks: [', 'tasks:')],
      ['approved'],
    );
    using made = await requesting({ settings: { approval: 'ask' }, person });
    at(made.run);
    await made.plan();
    expect(shown.map(({ problem }) => problem === null)).toEqual([true, false, false, true]);
    expect(shown[1]?.problem).toMatch(/^line \d+: /u);
  });

  it('is not taken for an edit that breaks a rule', async () => {
    const { person, shown, at } = saying(
      ['edited', (yaml) => yaml.replace('src/math.js', 'src/mathe.js')],
      ['approved'],
      ['rejected'],
    );
    using made = await requesting({ settings: { approval: 'ask' }, person });
    at(made.run);
    await expect(made.plan()).rejects.toMatchObject({ code: 'cancelled' });
    expect(shown[1]?.problem).toContain('path-missing');
    expect(shown[2]?.problem).toContain('path-missing');
    expect(made.run.of('plan.approved')).toEqual([]);
  });
});

describe('the short path', () => {
  const small = 'Make add in src/math.js return 0 when a is null.';

  it('is taken for one small change, and shown', async () => {
    using made = await requesting({ request: small, settings: { planning: 'auto' }, planner: () => ({}) });
    const plan = await made.plan();
    expect(plan.tasks[0]?.files).toEqual([{ path: 'src/math.js', action: 'modify' }]);
    expect(made.run.of('path.chosen')).toMatchObject([
      { path: 'short', why: 'the request is one small change of src/math.js' },
    ]);
    expect(await made.run.receipts()).toEqual([]);
  });

  it('is not taken for more, and the reason is the rule’s', async () => {
    using made = await requesting({ request: 'Improve the arithmetic.', settings: { planning: 'auto' } });
    await made.plan();
    const [{ path, why } = { path: '', why: '' }] = made.run.of('path.chosen');
    expect(path).toBe('planned');
    expect(why).toMatch(/^The request /u);
  });

  it('leaves a request to the planner that makes no good task by itself', async () => {
    // It names a file and a condition, so the rule lets it pass; as a task it says too little.
    using made = await requesting({ request: 'Fix src/math.js when it is empty.', settings: { planning: 'auto' } });
    expect((await made.plan()).title).toBe('Clamp');
    expect(made.run.of('path.chosen')).toMatchObject([
      { path: 'planned', why: expect.stringMatching(/^The request alone makes no task: The behaviour of T1 says/u) },
    ]);
    expect(await made.run.receipts()).toHaveLength(1);
  });

  it('is forced by --no-plan, whatever the wording', async () => {
    using made = await requesting({ request: 'Refactor src/math.js and src/new.js', settings: { planning: 'never' } });
    expect((await made.plan()).tasks[0]?.files).toEqual([
      { path: 'src/math.js', action: 'modify' },
      { path: 'src/new.js', action: 'create' },
    ]);
    expect(made.run.of('path.chosen')).toMatchObject([{ path: 'short', why: 'no planner was wanted' }]);
  });

  it('cannot be forced on a request that names no file', async () => {
    using made = await requesting({ request: 'Make it better.', settings: { planning: 'never' } });
    await expect(made.plan()).rejects.toMatchObject({ code: 'usage', exitCode: 2 });
  });
});

describe('a given plan', () => {
  it('is linted and kept, and counts as approved', async () => {
    using made = await requesting({ settings: { approval: 'ask' } }, aPlan(aTask()));
    expect((await made.plan()).tasks).toHaveLength(1);
    expect(made.run.of('path.chosen')).toMatchObject([{ path: 'given' }]);
    expect(made.run.written.has('plan.yaml')).toBe(true);
  });

  it('is refused when it is vague, before any call', async () => {
    const vague = aTask({ title: 'Implement auth', behaviour: 'Implement auth properly.' });
    using made = await requesting({}, aPlan(vague));
    await expect(made.plan()).rejects.toMatchObject({ code: 'plan-rejected', message: /task-vague/u });
    expect(await made.run.receipts()).toEqual([]);
  });
});
