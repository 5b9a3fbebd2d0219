import { cpSync, existsSync, renameSync, rmSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { aPlan, approval, aTask, file } from '../../support/answers.ts';
import { makeRepository } from '../../support/repository.ts';
import { EDIT, RUN, SMOOTH, TASK } from '../../support/shop-change.ts';
import { setStage, shopFiles, summary } from '../../support/stage.ts';

// Each test is several processes; a busy machine takes its time.
vi.setConfig({ testTimeout: 90_000 });

const PARKED = { fault: { kind: 'status' as const, status: 429, headers: { 'retry-after': '3600' } } };

describe('a repository that was moved', () => {
  it('has its runs and its costs, and a parked run can be resumed', async () => {
    await using stage = await setStage({ ...SMOOTH, reviewer: [PARKED, ...SMOOTH.reviewer] });
    const { run } = summary(await stage.tercet(RUN));
    renameSync(stage.repository.root, `${stage.repository.root}-2`);
    const cwd = `${stage.repository.root}-2`;
    const runs = await stage.tercet(['runs'], { cwd });
    expect(runs.stdout).toContain(run);
    expect(runs.stderr).toContain(`the runs made in ${stage.repository.root}, which has moved here, are found again`);
    expect((await stage.tercet(['runs'], { cwd })).stderr).toBe('');
    const resumed = await stage.tercet(['resume', '--json'], { cwd });
    expect(summary(resumed), resumed.stderr).toMatchObject({ run, outcome: 'approved' });
    expect(stage.server.log).toHaveLength(4);
    expect((await stage.tercet(['costs'], { cwd })).stdout).toContain('reviewer');
    expect((await stage.tercet(['replay', run], { cwd })).code).toBe(0);
    // Moved back, and moved again.
    renameSync(cwd, stage.repository.root);
    expect((await stage.tercet(['show', run])).code).toBe(0);
    renameSync(stage.repository.root, cwd);
    expect((await stage.tercet(['show', run], { cwd })).code).toBe(0);
    renameSync(cwd, stage.repository.root);
  });

  it('in the middle of a run ends it with a clear message; what was uncommitted is kept, and it can be resumed', async () => {
    let move = () => {};
    const first = aTask('T1', { title: 'Add a table of rows', files: [{ path: 'src/rows.js', action: 'create' }] });
    const second = aTask('T2', { ...TASK, criteria: TASK.criteria.map((each) => ({ ...each, id: 'T2.1' })) });
    await using stage = await setStage({
      planner: [{ object: aPlan([first, second]) }],
      executor: [
        { text: file('src/rows.js', 'export const rows = [];') },
        () => {
          move();
          return { text: EDIT };
        },
      ],
      reviewer: [{ object: approval(['T1.1', 'T2.1']) }],
    });
    const cwd = `${stage.repository.root}-2`;
    move = () => renameSync(stage.repository.root, cwd);
    const result = await stage.tercet(RUN);
    expect(result.code, result.stderr).toBe(1);
    expect(result.stdout + result.stderr).toContain('is gone');
    expect(result.stdout + result.stderr).not.toContain('internal error');
    expect(existsSync(stage.repository.root), 'nothing is made where the repository was').toBe(false);
    const resumed = await stage.tercet(['resume', '--json'], { cwd });
    expect(summary(resumed), resumed.stderr).toMatchObject({
      outcome: 'approved',
      commits: [{ task: 'T1' }, { task: 'T2' }],
    });
    // One plan, two edits, one review: nothing was paid twice.
    expect(stage.server.log).toHaveLength(4);
    renameSync(cwd, stage.repository.root);
    expect(stage.repository.git('worktree', 'list').split('\n')).toHaveLength(1);
    expect(stage.repository.git('fsck', '--no-dangling', '--no-progress')).toBe('');
  });
});

it('a copy has no runs of its own, and is told where they are', async () => {
  await using stage = await setStage({ ...SMOOTH, reviewer: [PARKED, ...SMOOTH.reviewer] });
  const { run } = summary(await stage.tercet(RUN));
  const cwd = `${stage.repository.root}-copy`;
  cpSync(stage.repository.root, cwd, { recursive: true });
  try {
    expect((await stage.tercet(['runs'], { cwd })).stdout).toContain('No runs in this repository yet');
    const resumed = await stage.tercet(['resume', run], { cwd });
    expect(resumed.code).toBe(2);
    expect(resumed.stderr).toContain(`Run ${run} was made in another repository: ${stage.repository.root}.`);
    expect((await stage.tercet(['resume', '--json'])).code).toBe(0);
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
});

it('another repository that is made where one stood does not take over its runs', async () => {
  await using stage = await setStage(SMOOTH);
  const { run } = summary(await stage.tercet(RUN));
  const cwd = `${stage.repository.root}-2`;
  renameSync(stage.repository.root, cwd);
  expect((await stage.tercet(['runs'], { cwd })).stdout).toContain(run);
  const other = makeRepository(shopFiles());
  renameSync(other.root, stage.repository.root);
  try {
    expect((await stage.tercet(['runs'])).stdout).toContain('No runs in this repository yet');
    expect((await stage.tercet(['runs'], { cwd })).stdout).toContain(run);
  } finally {
    other.remove();
    rmSync(cwd, { recursive: true, force: true });
  }
});
