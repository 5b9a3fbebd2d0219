import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it, vi } from 'vitest';
import { EDIT, RUN, SMOOTH } from '../../support/shop-change.ts';
import { type Stage, setStage, summary } from '../../support/stage.ts';

// Each test is several processes; a busy machine takes its time.
vi.setConfig({ testTimeout: 90_000 });

/** The folder git keeps of the run's working tree. */
function entryOf(stage: Stage): string {
  const [, tree = ''] = stage.repository.git('worktree', 'list', '--porcelain').split('\n\n');
  const link = readFileSync(path.join(tree.split('\n', 1)[0]?.replace('worktree ', '') ?? '', '.git'), 'utf8');
  return link.replace('gitdir: ', '').trim();
}

it('an index.lock that the user’s own git left is in nobody’s way but theirs, and is still there', async () => {
  await using stage = await setStage(SMOOTH);
  const lock = path.join(stage.repository.root, '.git', 'index.lock');
  writeFileSync(lock, 'not ours');
  const before = stage.repository.fingerprint();
  const result = await stage.tercet(RUN);
  const { run } = summary(result);
  expect(summary(result), result.stderr).toMatchObject({ outcome: 'approved' });
  expect((await stage.tercet(['replay', run])).code).toBe(0);
  expect((await stage.tercet(['clean', '--yes'])).code).toBe(0);
  expect(stage.repository.fingerprint()).toEqual(before);
  const applied = await stage.tercet(['apply', run]);
  expect(applied.code, applied.stderr).toBe(0);
  expect(readFileSync(lock, 'utf8')).toBe('not ours');
});

it('case 12: an index.lock that a git of ours left ends the run with a clear message, and it can be resumed', async () => {
  let stage: Stage | undefined;
  const leave = () => {
    if (stage !== undefined) writeFileSync(path.join(entryOf(stage), 'index.lock'), '');
    return { text: EDIT };
  };
  await using set = await setStage({ ...SMOOTH, executor: [leave] });
  stage = set;
  const result = await set.tercet(RUN);
  expect(result.code, result.stderr).toBe(1);
  expect(summary(result).reason).toMatch(/index\.lock.*Another git is at work, or one was killed.*tercet resume/s);
  const resumed = await set.tercet(['resume', '--json']);
  expect(summary(resumed), resumed.stderr).toMatchObject({ outcome: 'approved', commits: [{ task: 'T1' }] });
  expect(set.server.log).toHaveLength(3);
  expect(existsSync(path.join(set.repository.root, '.tercet'))).toBe(false);
  expect(set.repository.git('fsck', '--no-dangling', '--no-progress')).toBe('');
});
