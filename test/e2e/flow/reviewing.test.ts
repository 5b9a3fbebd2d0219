import { describe, expect, it } from 'vitest';
import { aFinding, aPlan, approval, aTask, edit, file } from '../../support/answers.ts';
import type { Line } from '../../support/cast.ts';
import { ADDED, EDIT, RUN, SMOOTH, TASK } from '../../support/shop-change.ts';
import { setStage, summary } from '../../support/stage.ts';

const blocked: Line = (call) => ({
  object: approval([], {
    criteria: [{ id: 'T1.1', met: 'no', evidence: 'exactly 100 should be refused as well' }],
    findings: [
      aFinding(call, {
        title: 'The limit is off by one',
        path: 'src/money.js',
        quote: ADDED.trim(),
        criterion: 'T1.1',
      }),
    ],
  }),
});

describe('a review that asks for changes', () => {
  it('ends 3 with --max-rounds 0, leaves the branch, and names what stands against it', async () => {
    await using stage = await setStage({ ...SMOOTH, reviewer: [blocked] });
    const result = await stage.tercet([...RUN, '--max-rounds', '0']);
    expect(result.code, result.stderr).toBe(3);
    const said = summary(result);
    expect(said).toMatchObject({ outcome: 'changes_requested', verdict: 'changes_requested' });
    expect(said.findings).toMatchObject([{ id: 'F1', line: 13, status: 'open', blocking: true }]);
    expect(stage.repository.git('show', `${said.branch}:src/money.js`)).toContain(ADDED);
    expect(stage.repository.git('worktree', 'list').split('\n')).toHaveLength(1);

    const refused = await stage.tercet(['apply', said.run]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('was not approved');
    const forced = await stage.tercet(['apply', said.run, '--force']);
    expect(forced.code, forced.stderr).toBe(0);
    expect(stage.repository.git('status', '--porcelain')).toBe(' M src/money.js');
  });

  it('is not answered for ever: it ends 3 when the rounds are used up', async () => {
    const again: Line = (call) => ({
      object: approval([], {
        criteria: [{ id: 'T1.1', met: 'no', evidence: 'still the same' }],
        findings: [aFinding(call, { path: 'src/money.js', quote: 'bad percent' })],
      }),
    });
    await using stage = await setStage({
      ...SMOOTH,
      executor: [{ text: EDIT }, { text: edit('src/money.js', ADDED, ADDED.replace('> 100', '>= 101')) }],
      reviewer: [blocked, again],
    });
    const result = await stage.tercet([...RUN, '--max-rounds', '1']);
    expect(result.code, result.stderr).toBe(3);
    expect(stage.calls('reviewer')).toHaveLength(2);
    expect(summary(result).commits).toHaveLength(1);
  });

  it('is held against the plan as the planner revised it during the fix', async () => {
    const revised = aTask('T1', {
      ...TASK,
      criteria: [{ id: 'T1.1', text: 'percentOf(1000, 100) throws a RangeError', command: null }],
    });
    await using stage = await setStage({
      ...SMOOTH,
      executor: [
        { text: EDIT },
        { text: 'CHANGE REQUEST: plan-mismatch\nPATHS: src/money.js\nREASON: the plan says 101' },
        { text: edit('src/money.js', ADDED, ADDED.replace('> 100', '>= 100')) },
      ],
      decide: [{ object: { decision: 'revise', reason: '100 is refused too', task: revised } }],
      reviewer: [
        blocked,
        (call) => {
          expect(call.messages.at(-1)?.text).toContain('percentOf(1000, 100) throws a RangeError');
          return { object: approval(['T1.1'], { fixed: ['F1'] }) };
        },
      ],
    });
    const result = await stage.tercet(RUN);
    expect(result.code, result.stderr).toBe(0);
    expect((await stage.tercet(['show', summary(result).run, '--plan'])).stdout).toContain(
      'percentOf(1000, 100) throws a RangeError',
    );
  });
});

it('splits a large change into several review calls that together see every line', async () => {
  const names = Array.from({ length: 6 }, (_, index) => `src/table-${index}.js`);
  const lineOf = (name: string, index: number) => `export const row_${index} = '${name} ${'x'.repeat(40)}';`;
  const content = (name: string) => Array.from({ length: 60 }, (_, index) => lineOf(name, index)).join('\n');
  const task = aTask('T1', {
    title: 'Add six tables of rows',
    files: names.map((name) => ({ path: name, action: 'create' as const })),
  });
  const seen: string[] = [];
  await using stage = await setStage(
    {
      planner: [{ object: aPlan([task]) }],
      executor: [{ text: names.map((name) => file(name, content(name))).join('\n') }],
      reviewer: names.map(
        (_, index): Line =>
          (call) => {
            seen.push(call.messages.at(-1)?.text ?? '');
            return { object: approval(index === 0 ? ['T1.1'] : []) };
          },
      ),
    },
    { config: 'review: { tokens: 3000 }\n' },
  );
  const result = await stage.tercet(RUN);
  expect(result.code, result.stderr).toBe(0);
  expect(seen.length).toBeGreaterThan(1);
  for (const name of names) {
    for (let index = 0; index < 60; index++) {
      expect(seen.filter((prompt) => prompt.includes(lineOf(name, index)))).toHaveLength(1);
    }
  }
  const report = await stage.tercet(['show', summary(result).run]);
  expect(report.stdout).not.toContain('Not reviewed');
});

it('is inconclusive, never approved, when a part of the change is too large to be read', async () => {
  const wide = Array.from({ length: 400 }, (_, index) => `export const row_${index} = '${'x'.repeat(60)}';`).join('\n');
  const task = aTask('T1', { title: 'Add a table of rows', files: [{ path: 'src/table.js', action: 'create' }] });
  await using stage = await setStage(
    { planner: [{ object: aPlan([task]) }], executor: [{ text: file('src/table.js', wide) }], reviewer: [] },
    { config: 'review: { tokens: 1000 }\n' },
  );
  const result = await stage.tercet(RUN);
  expect(result.code, result.stderr).toBe(4);
  expect(summary(result).reason).toContain('Not read: src/table.js');
  expect((await stage.tercet(['show', summary(result).run])).stdout).toContain('Not reviewed  0 of 1 hunk reviewed');
});
