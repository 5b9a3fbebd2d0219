import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunResult } from '../../src/contract/outcome.ts';
import type { Plan } from '../../src/contract/plan.ts';
import { byPurpose, scriptedAgent } from '../../src/testing/scripted-agent.ts';
import { runWorkflow } from '../../src/workflow/run.ts';
import {
  aPlan,
  aTask,
  CLAMP,
  type ContextOptions,
  MATH,
  makeContext,
  planAnswer,
  reviewAnswer,
  writes,
} from '../support/run-context.ts';

const FILES = { 'src/math.js': MATH, 'README.md': '# Sample\n' };
const BRANCH = 'tercet/clamp-abcd';
const DONE = { text: writes('src/math.js', MATH + CLAMP) };
const FIXED = { text: writes('src/math.js', `${MATH}${CLAMP}// fixed\n`) };
const QUOTE = '  return Math.min(max, Math.max(min, value));';
const FINDING = { line: 5, quote: QUOTE };
const GOOD = { object: reviewAnswer() };
const BAD = { object: reviewAnswer({ 'T1.1': 'yes' }, [FINDING]) };

/** Plan, one edit, approval, unless the test says otherwise; the repository is as it was afterwards, but for the branch. */
async function running(options: ContextOptions = {}, plan: Plan | null = null) {
  const run = await makeContext({
    files: FILES,
    planner: () => ({ object: planAnswer() }),
    executor: () => DONE,
    reviewer: () => GOOD,
    ...options,
  });
  const before = run.repo.fingerprint();
  return {
    run,
    go: async (): Promise<RunResult> => {
      const result = await runWorkflow(run.ctx, { plan, branch: BRANCH });
      expect(run.events.at(-1)).toMatchObject({ type: 'run.finished', outcome: result.outcome });
      expect(run.of('run.finished')).toHaveLength(1);
      expect(existsSync(join(run.repo.root, '.tercet')), 'the working tree is closed').toBe(false);
      expect(run.repo.git('worktree', 'list').split('\n')).toHaveLength(1);
      expect(run.repo.fingerprint(), 'the user’s files, index and HEAD').toEqual(before);
      return result;
    },
    git: (...args: string[]) => run.repo.git(...args),
    phases: () => run.of('phase.started').map(({ phase, round }) => `${phase} ${round}`),
    [Symbol.dispose]: () => run.repo.remove(),
  };
}

describe('a run', () => {
  it('carries a request through to an approved branch', async () => {
    using made = await running();
    const result = await made.go();
    expect(result).toMatchObject({
      outcome: 'approved',
      exitCode: 0,
      plan: { title: 'Clamp' },
      review: { verdict: 'approved' },
      implementation: { branch: BRANCH, files: [{ path: 'src/math.js', status: 'modified' }] },
    });
    expect(made.phases()).toEqual(['plan 1', 'execute 1', 'review 1', 'deliver 1']);
    expect(result.implementation?.head).toBe(made.git('rev-parse', BRANCH));
    expect(result.implementation?.tasks[0]?.commit).toBe(result.implementation?.head);
    expect(made.run.of('run.started')).toMatchObject([
      { branch: BRANCH, models: { planner: 'test/planner', executor: 'test/executor', reviewer: 'test/reviewer' } },
    ]);
  });

  it('leaves its artefacts', async () => {
    using made = await running();
    const result = await made.go();
    expect([...made.run.written.keys()].toSorted()).toEqual([
      'change.diff',
      'plan.yaml',
      'report.md',
      'result.json',
      'review.json',
    ]);
    expect(JSON.parse(made.run.written.get('result.json') ?? '')).toEqual(JSON.parse(JSON.stringify(result)));
    expect(JSON.parse(made.run.written.get('review.json') ?? '')).toMatchObject({ verdict: 'approved' });
    expect(made.run.written.get('change.diff')).toContain('+export function clamp(value, min, max) {');
    expect(made.run.written.get('report.md')).toContain('Clamp');
  });

  it('says what it cost by role, and what the same tokens would have cost on the planner’s model', async () => {
    const usage = { inputUncached: 1000, output: 100 };
    using made = await running({
      planner: () => ({ object: planAnswer(), usage }),
      executor: () => ({ ...DONE, usage }),
      reviewer: () => ({ ...GOOD, usage }),
    });
    const { cost, counterfactual } = await made.go();
    // 1000 × in + 100 × out per million: 0.012 + 0.0012 + 0.0048, and three times the planner's.
    expect(cost).toMatchObject({ usd: '0.018', basis: 'computed', unknownCalls: 0 });
    expect(cost.byRole.map(({ key, usd }) => [key, usd])).toEqual([
      ['planner', '0.012'],
      ['executor', '0.0012'],
      ['reviewer', '0.0048'],
    ]);
    expect(counterfactual).toMatchObject({ model: 'test/planner', usd: '0.036', saved: 0.5 });
  });

  it('carries out a given plan without the planner', async () => {
    using made = await running({ planner: () => Promise.reject(new Error('was asked')) }, aPlan(aTask()));
    expect((await made.go()).outcome).toBe('approved');
  });
});

describe('fix rounds', () => {
  it('mend what blocks, and fold into the task’s commit', async () => {
    using made = await running({
      executor: byPurpose({ edit: DONE, fix: FIXED }),
      reviewer: byPurpose({ review: BAD, rereview: { object: reviewAnswer({ 'T1.1': 'yes' }, [], ['F1']) } }),
    });
    const result = await made.go();
    expect(result.outcome).toBe('approved');
    expect(made.phases()).toEqual(['plan 1', 'execute 1', 'review 1', 'fix 1', 'review 2', 'deliver 1']);
    expect(made.git('rev-list', '--count', `main..${BRANCH}`)).toBe('1');
    expect(result.implementation?.commits).toHaveLength(1);
    expect(result.implementation?.tasks).toMatchObject([{ commit: made.git('rev-parse', BRANCH), attempts: [{}, {}] }]);
    expect(made.git('show', `${BRANCH}:src/math.js`)).toContain('// fixed');
    expect(result.review?.findings).toMatchObject([{ id: 'F1', status: 'fixed' }]);
  });

  it('show the reviewer the delta only', async () => {
    let second = '';
    using made = await running({
      executor: byPurpose({ edit: DONE, fix: FIXED }),
      reviewer: ({ purpose, prompt }) => {
        if (purpose === 'review') return BAD;
        second = /<diff>([\s\S]*)<\/diff>/u.exec(prompt)?.[1] ?? '';
        return { object: reviewAnswer({ 'T1.1': 'yes' }, [], ['F1']) };
      },
    });
    await made.go();
    expect(second).toContain('// fixed');
    expect(second.split('\n').filter((line) => /^\s*\d+ \+/u.test(line))).toHaveLength(1);
  });

  it.each([
    [0, 'No round of fixing is allowed.'],
    [1, '1 round of fixing was not enough.'],
    [2, '2 rounds of fixing were not enough.'],
  ])('are bounded: %i', async (fixRounds, why) => {
    using made = await running({
      settings: { fixRounds },
      executor: ({ index }) => ({ text: writes('src/math.js', `${MATH}${CLAMP}// try ${index}\n`) }),
      reviewer: () => BAD,
    });
    const result = await made.go();
    expect(result).toMatchObject({ outcome: 'changes_requested', exitCode: 3 });
    expect(result.reason).toContain(why);
    expect(made.run.of('review.finished')).toHaveLength(fixRounds + 1);
  });

  it('end when a fix cannot be made, and say so', async () => {
    using made = await running({
      settings: { repairs: 0 },
      executor: byPurpose({ edit: DONE, fix: { text: 'I would rather not.' } }),
      reviewer: () => BAD,
    });
    const result = await made.go();
    expect(result.outcome).toBe('changes_requested');
    expect(result.reason).toContain('The fix failed: T1 (Clamp values) could not be done: The answer holds no edits.');
    expect(result.implementation?.tasks).toMatchObject([{ status: 'done', attempts: [{}, { outcome: 'no-change' }] }]);
  });

  it('review again against the plan as the fix revised it', async () => {
    const revised = aTask({ criteria: [{ id: 'T1.1', text: 'clamp(5, 0, 3) returns 4', command: null }] });
    let asked = '';
    using made = await running({
      planner: byPurpose({
        plan: { object: planAnswer() },
        decide: { object: { decision: 'revise', reason: 'so be it', task: revised } },
      }),
      executor: ({ purpose }) =>
        purpose === 'edit'
          ? DONE
          : purpose === 'fix'
            ? { text: 'CHANGE REQUEST: criterion-impossible\nPATHS: src/math.js\nREASON: it is 4' }
            : FIXED,
      reviewer: ({ purpose, prompt }) => {
        asked = prompt;
        return purpose === 'review' ? BAD : { object: reviewAnswer({ 'T1.1': 'yes' }, [], ['F1']) };
      },
    });
    const result = await made.go();
    expect(result.outcome).toBe('approved');
    expect(asked).toContain('clamp(5, 0, 3) returns 4');
    expect(result.plan?.tasks[0]?.criteria[0]?.text).toBe('clamp(5, 0, 3) returns 4');
  });
});

describe('the end of a run', () => {
  it('is refused before it begins when reviewer and executor are of one lineage', async () => {
    using made = await running({
      executor: scriptedAgent('executor', () => DONE, { model: 'test/executor', lineage: 'x' }),
      reviewer: scriptedAgent('reviewer', () => GOOD, { model: 'test/reviewer', lineage: 'x' }),
    });
    await expect(runWorkflow(made.run.ctx, { plan: null, branch: BRANCH })).rejects.toMatchObject({ code: 'lineage' });
    expect(made.run.events).toEqual([]);
  });

  it('is inconclusive when the review fails: never approved, and no loop', async () => {
    using made = await running({ reviewer: () => ({ text: 'fine' }) });
    expect(await made.go()).toMatchObject({ outcome: 'inconclusive', exitCode: 4 });
    expect(made.phases()).toEqual(['plan 1', 'execute 1', 'review 1', 'deliver 1']);
  });

  it('is failed for a plan that is refused, with nothing executed and no branch', async () => {
    using made = await running({ planner: () => ({ object: planAnswer([]) }) });
    expect(await made.go()).toMatchObject({ outcome: 'failed', exitCode: 1, implementation: null, plan: null });
    expect(made.git('branch', '--list', 'tercet/*')).toBe('');
  });

  it('is failed for a task that cannot be done, and says that nothing was committed', async () => {
    using made = await running({ executor: () => ({ text: 'No.' }), settings: { repairs: 0 } });
    const result = await made.go();
    expect(result).toMatchObject({ outcome: 'failed', exitCode: 1, review: null });
    expect(result.reason).toMatch(/could not be done: The answer holds no edits\.\nNothing was committed\.$/u);
    expect(result.implementation?.tasks).toMatchObject([{ status: 'failed' }]);
  });

  it('is failed with exit code 2 for what the person has to configure', async () => {
    using made = await running({ planner: () => ({ failure: { kind: 'unknown-model' } }) });
    expect(await made.go()).toMatchObject({ outcome: 'failed', exitCode: 2 });
  });

  it('is parked when the budget cannot hold the next call; what is done is kept and said', async () => {
    const second = aTask({
      id: 'T2',
      files: [{ path: 'README.md', action: 'modify' }],
      criteria: [{ id: 'T2.1', text: 'the README names clamp', command: null }],
    });
    using made = await running({
      planner: () => ({ object: planAnswer([aTask(), second]) }),
      executor: ({ task }) => (task === 'T1' ? { ...DONE, usage: { output: 15_000 } } : DONE),
      settings: {
        budgetUsd: '0.38',
        roles: {
          planner: { effort: 'low', maxOutputTokens: 17_000 },
          executor: { effort: 'low', maxOutputTokens: 180_000 },
          reviewer: { effort: 'low', maxOutputTokens: 1000 },
        },
      },
    });
    const result = await made.go();
    expect(result).toMatchObject({ outcome: 'parked', exitCode: 5 });
    expect(result.reason).toMatch(
      /The budget of \$0\.38 cannot hold the next call: test\/executor \(executor, edit\)/u,
    );
    expect(result.implementation?.tasks.map(({ task, status }) => `${task} ${status}`)).toEqual([
      'T1 done',
      'T2 skipped',
    ]);
    expect(result.implementation?.commits).toMatchObject([{ task: 'T1' }]);
  });

  it('is cancelled; work that was not committed is kept, and the person is told where', async () => {
    using made = await running({
      settings: { checks: ['npm test'] },
      commands: () => {
        made.run.cancel();
        return { exitCode: 0 };
      },
    });
    const result = await made.go();
    expect(result).toMatchObject({ outcome: 'cancelled', exitCode: 130 });
    const ref = `refs/tercet/${made.run.ctx.run}/left`;
    expect(made.git('show', `${ref}:src/math.js`)).toContain('clamp');
    expect(made.git('for-each-ref', '--format=%(refname)', 'refs/tercet')).toBe(ref);
    expect(made.run.of('warning.raised')).toMatchObject([
      {
        code: 'work-left',
        message: `Work that was not committed is kept at ${ref} (\`git diff ${made.run.ctx.request.base.slice(0, 12)} ${ref}\`).`,
      },
    ]);
  });

  it('is cancelled when what was interrupted rejects with the signal’s own reason', async () => {
    using made = await running({
      settings: { approval: 'ask' },
      person: {
        answer: async () => [],
        approve: async (_, signal) => {
          made.run.cancel();
          signal.throwIfAborted();
          return 'approved';
        },
      },
    });
    expect(await made.go()).toMatchObject({ outcome: 'cancelled', exitCode: 130 });
    expect(made.run.of('warning.raised')).toEqual([]);
  });

  it('is failed for a defect of ours, said as one, with the work kept', async () => {
    const second = aTask({
      id: 'T2',
      files: [{ path: 'README.md', action: 'modify' }],
      criteria: [{ id: 'T2.1', text: 'the README names clamp', command: null }],
    });
    using made = await running({
      planner: () => ({ object: planAnswer([aTask(), second]) }),
      executor: ({ task }) => (task === 'T1' ? DONE : Promise.reject(new TypeError('x is not a function'))),
    });
    const result = await made.go();
    expect(result).toMatchObject({
      outcome: 'failed',
      exitCode: 1,
      reason: 'Tercet itself failed: x is not a function. Please report it with the run’s events.',
    });
    expect(result.implementation?.commits).toMatchObject([{ task: 'T1' }]);
    expect(result.implementation?.tasks.map(({ status }) => status)).toEqual(['done', 'failed']);
    expect(made.run.of('warning.raised')).toMatchObject([{ code: 'internal', message: /TypeError/u }]);
  });

  it('is failed, and still an end, when a command has moved the working tree off its branch', async () => {
    using made = await running({
      settings: { checks: ['npm test'] },
      commands: (_, cwd) => {
        made.git('-C', cwd, 'checkout', '--quiet', '--detach');
        return {};
      },
    });
    const result = await made.go();
    expect(result).toMatchObject({ outcome: 'failed', exitCode: 1, implementation: null });
    expect(result.reason).toMatch(/no longer on its branch tercet\/clamp-abcd/u);
  });

  it('is not approved when the branch cannot be finished after a good review', async () => {
    using made = await running({
      reviewer: () => {
        const [, worktree = ''] = made.git('worktree', 'list', '--porcelain').split('\n\n');
        made.git('-C', /worktree (\S+)/u.exec(worktree)?.[1] ?? '', 'checkout', '--quiet', '--detach');
        return GOOD;
      },
    });
    const result = await made.go();
    expect(result.outcome).toBe('failed');
    expect(result.reason).toMatch(
      /^1 criterion met; no finding\. The branch tercet\/clamp-abcd could not be finished: /u,
    );
  });

  it('is failed when the branch is there already', async () => {
    using made = await running();
    made.git('branch', BRANCH);
    expect(await made.go()).toMatchObject({ outcome: 'failed', reason: /exists already/u });
  });
});
