import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { byPurpose } from '../../../src/testing/scripted-agent.ts';
import { runWorkflow } from '../../../src/workflow/run.ts';
import {
  aTask,
  CLAMP,
  MATH,
  makeContext,
  planAnswer,
  reviewAnswer,
  type Script,
  writes,
} from '../../support/run-context.ts';

const ADDS = 'node --test add.test.js';
const CLAMPS = 'node --test clamp.test.js';
const FIRST = aTask({ criteria: [{ id: 'T1.1', text: 'add(1, 2) returns 3', command: ADDS }] });
const SECOND = aTask({
  id: 'T2',
  title: 'Clamp',
  dependsOn: ['T1'],
  criteria: [{ id: 'T2.1', text: 'clamp(5, 0, 3) returns 3', command: CLAMPS }],
});
const NOTED = `// adds and clamps\n${MATH}`;
const BROKEN = NOTED.replace('a + b', 'a - b') + CLAMP;
const MENDED = NOTED + CLAMP;
const YES = reviewAnswer({ 'T1.1': 'yes', 'T2.1': 'yes' });

/** T2 breaks what T1's command showed; the executor mends it when told. The reviewer sees nothing wrong. */
async function breaking(over: { fix?: string; reviewer?: Script } = {}) {
  const fixPrompts: string[] = [];
  const run = await makeContext({
    files: { 'src/math.js': MATH },
    planner: () => ({ object: planAnswer([FIRST, SECOND]) }),
    executor: ({ purpose, task, prompt }) => {
      if (purpose === 'fix') fixPrompts.push(prompt);
      const text = purpose !== 'edit' ? (over.fix ?? MENDED) : task === 'T1' ? NOTED : BROKEN;
      return { text: writes('src/math.js', text) };
    },
    reviewer: over.reviewer ?? (() => ({ object: YES })),
    commands: (command, cwd) => {
      const adds = readFileSync(join(cwd, 'src/math.js'), 'utf8').includes('a + b');
      return command === ADDS && !adds ? { exitCode: 1, output: 'expected 3, got -1\n' } : {};
    },
  });
  return {
    run,
    fixPrompts,
    go: () => runWorkflow(run.ctx, { plan: null, branch: 'tercet/clamp-abcd' }),
    [Symbol.dispose]: () => run.repo.remove(),
  };
}

describe('what a command showed and a later task undid', () => {
  it('is not met, whatever the reviewer says, and goes back to its task with the command’s own words', async () => {
    using made = await breaking();
    const result = await made.go();
    expect(result.outcome).toBe('approved');
    const [first] = made.run.of('review.finished');
    expect(first?.review).toMatchObject({
      verdict: 'changes_requested',
      reason: '1 criterion not met (T1.1).',
      criteria: [
        {
          id: 'T1.1',
          met: 'no',
          evidence: `\`${ADDS}\` passed for its task and fails on the whole change:\nexpected 3, got -1`,
        },
        { id: 'T2.1', met: 'yes' },
      ],
    });
    expect(made.fixPrompts).toHaveLength(1);
    expect(made.fixPrompts[0]).toContain('expected 3, got -1');
    expect(result.implementation?.tasks.map(({ checks }) => checks.map((check) => check.exitCode))).toEqual([[0], [0]]);
  });

  it('is shown to the reviewer as failed', async () => {
    const shown: string[] = [];
    using made = await breaking({
      reviewer: ({ prompt }) => {
        shown.push(/<checks>\n([\s\S]*?)\n<\/checks>/u.exec(prompt)?.[1] ?? '');
        return { object: YES };
      },
    });
    await made.go();
    expect(shown).toEqual([`FAILED: ${ADDS}\npassed: ${CLAMPS}`, `passed: ${ADDS}\npassed: ${CLAMPS}`]);
  });

  it('is never approved when the fix does not mend it', async () => {
    using made = await breaking({ fix: `${BROKEN}// sorry\n` });
    expect(await made.go()).toMatchObject({
      outcome: 'changes_requested',
      reason: expect.stringContaining('The fix failed'),
    });
  });

  it('is found once: a run that goes on from there does not run the command again', async () => {
    using made = await breaking({ reviewer: () => Promise.reject(new Error('stop here')) });
    await made.go();
    const before = made.run.commands.length;
    await runWorkflow({ ...made.run.ctx, again: true }, { plan: null, branch: 'tercet/clamp-abcd' });
    expect(made.run.commands.slice(before)).toEqual([]);
  });
});

describe('what has just passed', () => {
  it('is not run again', async () => {
    const run = await makeContext({
      files: { 'src/math.js': MATH },
      planner: () => ({ object: planAnswer([FIRST]) }),
      executor: () => ({ text: writes('src/math.js', NOTED) }),
      reviewer: byPurpose({ review: { object: reviewAnswer() } }),
    });
    const result = await runWorkflow(run.ctx, { plan: null, branch: 'tercet/clamp-abcd' });
    expect([result.outcome, run.commands]).toEqual(['approved', [ADDS]]);
    run.repo.remove();
  });
});
