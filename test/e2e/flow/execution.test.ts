import { describe, expect, it } from 'vitest';
import type { ChangeDecision } from '../../../src/contract/plan.ts';
import { aPlan, approval, aTask, edit, file } from '../../support/answers.ts';
import { ADDED, EDIT, RUN, SMOOTH, TASK, WRONG_EDIT } from '../../support/shop-change.ts';
import { setStage, summary } from '../../support/stage.ts';

describe('a change request', () => {
  const asks = {
    text: 'CHANGE REQUEST: needs-file\nPATHS: src/shipping.js\nREASON: the flat rate is a share too',
  };
  const decide = (decision: ChangeDecision) => [{ object: decision }];
  const shipping = edit('src/shipping.js', 'const FLAT_RATE = 495;', 'const FLAT_RATE = 500;');

  it('widens the task when the planner allows it', async () => {
    await using stage = await setStage({
      ...SMOOTH,
      executor: [
        asks,
        (call) => {
          const told = call.messages.map(({ text }) => text).join('\n');
          expect(told).toContain('The planner answers your change request: it does need it');
          expect(told).toContain('const FLAT_RATE = 495;');
          return { text: `${EDIT}\n\n${shipping}` };
        },
      ],
      decide: decide({ decision: 'allow', reason: 'it does need it', task: null }),
    });
    const result = await stage.tercet(RUN);
    expect(result.code, result.stderr).toBe(0);
    expect(result.stderr).toContain('needs-file: the flat rate is a share too');
    expect(result.stderr).toContain('planner: allow: it does need it');
    const said = summary(result);
    expect(said.tasks).toMatchObject([
      { status: 'done', attempts: [{ outcome: 'change-requested' }, { outcome: 'done' }], changeRequests: [{}] },
    ]);
    expect(stage.repository.git('diff', '--name-only', said.base, said.branch ?? '')).toBe(
      'src/money.js\nsrc/shipping.js',
    );
  });

  it('leaves the task as it is when the planner denies it, and says so to the executor', async () => {
    await using stage = await setStage({
      ...SMOOTH,
      executor: [
        asks,
        { text: `${EDIT}\n\n${shipping}` },
        (call) => {
          expect(call.messages.at(-1)?.text).toContain('src/shipping.js');
          return { text: EDIT };
        },
      ],
      decide: decide({ decision: 'deny', reason: 'shipping is no share', task: null }),
    });
    const result = await stage.tercet(RUN);
    expect(result.code, result.stderr).toBe(0);
    expect(result.stderr).toContain('planner: deny: shipping is no share');
    expect(result.stderr).toContain('T1 out of scope: src/shipping.js');
    const said = summary(result);
    expect(said.tasks[0]?.attempts.map(({ outcome }) => outcome)).toEqual(['change-requested', 'out-of-scope', 'done']);
    expect(stage.repository.git('diff', '--name-only', said.base, said.branch ?? '')).toBe('src/money.js');
  });

  it('replaces the task when the planner revises it, and the review holds it against the revised one', async () => {
    const revised = aTask('T1', {
      ...TASK,
      title: 'Refuse shares above 100 percent, in a module of their own',
      files: [{ path: 'src/share.js', action: 'create' }],
      symbols: [],
      criteria: [{ id: 'T1.1', text: 'shareOf(1000, 101) throws a RangeError', command: 'node src/share.js' }],
    });
    await using stage = await setStage({
      ...SMOOTH,
      executor: [asks, { text: `${file('src/share.js', 'export const shareOf = () => 1;')}\nDone.` }],
      decide: decide({ decision: 'revise', reason: 'a module of its own', task: revised }),
      reviewer: [
        (call) => {
          expect(call.messages.at(-1)?.text).toContain('shareOf(1000, 101) throws a RangeError');
          return { object: approval(['T1.1']) };
        },
      ],
    });
    const result = await stage.tercet(RUN);
    expect(result.code, result.stderr).toBe(0);
    const said = summary(result);
    expect(said.commits).toMatchObject([{ subject: revised.title }]);
    expect(stage.repository.git('diff', '--name-status', said.base, said.branch ?? '')).toBe('A\tsrc/share.js');
    const plan = await stage.tercet(['show', said.run, '--plan']);
    expect(plan.stdout).toContain('src/share.js');
  });
});

describe('the ladder', () => {
  it('goes from edit over repairs to tools, whose calls go over the wire and back', async () => {
    await using stage = await setStage({
      ...SMOOTH,
      executor: [
        { text: WRONG_EDIT },
        { text: 'src/money.js\n<<<<<<< SEARCH\nnot there\n=======\nx\n>>>>>>> REPLACE\n' },
        { text: 'I believe it is done.' },
        (call) => {
          expect(call.tools).toContain('edit_file');
          return { toolCalls: [{ name: 'read_file', input: { path: 'src/money.js', first: null, last: null } }] };
        },
        (call) => {
          expect(JSON.stringify(call.body)).toContain('percent > 1000');
          return {
            thinking: 'one zero too many',
            toolCalls: [
              { name: 'edit_file', input: { path: 'src/cart.js', search: 'goods', replace: 'x' } },
              {
                name: 'edit_file',
                input: {
                  path: 'src/money.js',
                  search: "  if (percent > 1000) throw new RangeError('bad');",
                  replace: ADDED,
                },
              },
              { name: 'run_checks', input: {} },
            ],
          };
        },
        (call) => {
          const sent = JSON.stringify(call.body);
          expect(sent).toContain('all checks pass');
          expect(sent).toContain('Use request_change if the task needs it');
          return { text: 'The limit is 100 now.' };
        },
      ],
    });
    const result = await stage.tercet(RUN);
    expect(result.code, result.stderr).toBe(0);
    const said = summary(result);
    expect(said.tasks[0]?.attempts.map(({ rung, outcome }) => [rung, outcome])).toEqual([
      ['edit', 'checks-failed'],
      ['repair', 'edit-failed'],
      ['repair', 'no-change'],
      ['tools', 'done'],
    ]);
    expect(result.stderr).toContain('T1 out of scope: src/cart.js');
    expect(stage.repository.git('show', `${said.branch}:src/money.js`)).toContain(ADDED);
    expect(stage.repository.git('diff', '--name-only', said.base, said.branch ?? '')).toBe('src/money.js');
    expect((await stage.receipts(said.run)).map(({ purpose }) => purpose)).toEqual([
      'plan',
      'edit',
      'repair',
      'repair',
      'tools',
      'tools',
      'tools',
      'review',
    ]);
  });

  it('asks a stronger model last, which starts from clean files and signs the commit', async () => {
    await using stage = await setStage(
      {
        ...SMOOTH,
        executor: [
          { text: WRONG_EDIT },
          { text: 'I am done.' },
          (call) => {
            expect(call.model).toBe('claude-opus-5-5');
            expect(call.messages.at(-1)?.text).not.toContain('percent > 1000');
            return { text: EDIT };
          },
        ],
      },
      {
        config: 'roles: { executor: { stronger: anthropic/claude-opus-5-5 } }\nlimits: { repairs: 0, toolSteps: 1 }\n',
      },
    );
    const result = await stage.tercet(RUN);
    expect(result.code, result.stderr).toBe(0);
    const said = summary(result);
    expect(said.tasks[0]?.attempts.map(({ rung, model }) => [rung, model])).toEqual([
      ['edit', 'anthropic/claude-haiku-5-5'],
      ['tools', 'anthropic/claude-haiku-5-5'],
      ['stronger', 'anthropic/claude-opus-5-5'],
    ]);
    expect(
      stage.repository.git('log', '-1', '--format=%(trailers:key=Tercet-Model,valueonly)', said.branch ?? ''),
    ).toBe('anthropic/claude-opus-5-5\n');
  });

  it('keeps the work of a task that nobody could do under a ref, and the branch without it', async () => {
    await using stage = await setStage(
      { ...SMOOTH, executor: [{ text: WRONG_EDIT }, { text: 'I am done.' }] },
      { config: 'limits: { repairs: 0, toolSteps: 1 }\n' },
    );
    const before = stage.repository.fingerprint();
    const result = await stage.tercet(RUN);
    expect(result.code).toBe(1);
    const said = summary(result);
    expect(said).toMatchObject({ outcome: 'failed', verdict: null, commits: [], tasks: [{ status: 'failed' }] });
    const ref = /work so far is kept at (\S+)/.exec(result.stderr)?.[1] ?? '';
    expect(stage.repository.git('show', `${ref}:src/money.js`)).toContain('percent > 1000');
    expect(stage.repository.fingerprint()).toEqual(before);
    expect(stage.calls('reviewer')).toEqual([]);
  });
});

it('carries out tasks in the order of their dependencies, each on top of the one before', async () => {
  const first = aTask('T1', { title: 'Name the limit', files: [{ path: 'src/limit.js', action: 'create' }] });
  const second = aTask('T2', {
    ...TASK,
    criteria: TASK.criteria.map((each) => ({ ...each, id: 'T2.1' })),
    dependsOn: ['T1'],
    read: ['src/limit.js'],
  });
  await using stage = await setStage({
    planner: [{ object: aPlan([first, second]) }],
    executor: [
      { text: file('src/limit.js', 'export const LIMIT = 100;') },
      (call) => {
        expect(call.messages.at(-1)?.text).toContain('export const LIMIT = 100;');
        return { text: EDIT };
      },
    ],
    reviewer: [{ object: approval(['T1.1', 'T2.1']) }],
  });
  const result = await stage.tercet([...RUN, '--verbose']);
  expect(result.code, result.stderr).toBe(0);
  expect(summary(result).commits.map(({ task }) => task)).toEqual(['T1', 'T2']);
});
