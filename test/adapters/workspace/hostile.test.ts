import { cpSync, existsSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { openRepository } from '../../../src/adapters/workspace/git/open.ts';
import { type HostileRepository, makeHostile, makeMarked } from '../../support/hostile-repository.ts';

let repo: HostileRepository;
afterEach(() => repo.remove());

test('a hostile configuration fires with plain git, and with ours nothing does over a whole cycle', async () => {
  repo = makeHostile();
  repo.write({ 'a.txt': 'changed\n', 'b.txt': 'changed\n', 'c.txt': 'changed\n' });
  repo.provoke();
  // The proof that every mark below can be made; what is missing here would make the check empty.
  const proven = repo.fired();
  expect(proven).toEqual(
    expect.arrayContaining([
      'clean',
      'clean-odd-name',
      'diff-external',
      'ext',
      'fsmonitor',
      'gpg',
      'nested-clean',
      'nested-fsmonitor',
      'process',
      'smudge',
      'textconv',
    ]),
  );
  expect(proven.filter((name) => name.startsWith('hook-')).length).toBeGreaterThanOrEqual(3);
  repo.remove();

  repo = makeHostile();
  const off = ['core.hooksPath=/dev/null', 'core.fsmonitor=false', 'commit.gpgSign=false', 'filter.proc.process='];
  const quiet = off.flatMap((setting) => ['-c', setting]);
  repo.git(...quiet, 'add', '.gitattributes', '.hooks');
  repo.git(...quiet, 'commit', '-qm', 'attributes');
  repo.write({ 'a.txt': 'changed\n', 'b.txt': 'changed\n', 'c.txt': 'changed\n' });
  repo.forget();
  const opened = await openRepository(repo.root, { env: repo.env });
  const base = await opened.resolve('HEAD');
  const { tree } = await opened.snapshot({ of: 'worktree' });
  await opened.snapshot({ of: 'staged' });
  await opened.dirty();
  await opened.diff(base, tree);
  await opened.patch(base, tree);
  await opened.log(`${base}~1`, base);
  await opened.read(base, ['a.txt', 'b.txt']);
  const worktree = await opened.openWorktree({ run: 'r1', branch: 'tercet/r1', base });
  for (const path of ['a.txt', 'b.txt', 'c.txt']) await worktree.write(path, 'by the run\n');
  await worktree.changed();
  const task = await worktree.commit({ subject: 'Task', body: '', trailers: [['Tercet-Task', 'T1']] }, [
    'a.txt',
    'b.txt',
    'c.txt',
  ]);
  await worktree.write('a.txt', 'by the fix\n');
  await worktree.commit({ subject: 'Fix', body: '', trailers: [['Tercet-Fix', 'F1']] }, ['a.txt']);
  await worktree.fold(base);
  await worktree.write('b.txt', 'thrown away\n');
  await worktree.restore();
  await worktree.write('b.txt', 'left\n');
  await worktree.rescue('attempt');
  const head = await worktree.head();
  await worktree.close();
  await expect(opened.apply(base, head)).rejects.toThrow('conflicts');
  repo.write({ 'a.txt': 'a\n', 'b.txt': 'b\n', 'c.txt': 'c\n' });
  await opened.apply(base, head);
  expect(repo.fired()).toEqual([]);
  expect(task.task).toBe('T1');
});

test('a filter that is configured during the run is blanked too', async () => {
  repo = makeMarked({ 'a.txt': 'a\n', '.gitattributes': '* filter=late\n' });
  const opened = await openRepository(repo.root, { env: repo.env });
  const worktree = await opened.openWorktree({ run: 'r1', branch: 'r1', base: 'HEAD' });
  repo.git('config', 'filter.late.clean', repo.fire('late'));
  await worktree.write('a.txt', 'changed\n');
  expect(await worktree.changed()).toEqual(['a.txt']);
  await worktree.commit({ subject: 'x', body: '', trailers: [] }, ['a.txt']);
  expect(repo.fired()).toEqual([]);
  repo.write({ 'a.txt': 'b\n' });
  repo.git('status');
  expect(repo.fired()).toEqual(['late']);
  await worktree.close();
});

const REPLACEMENTS = {
  file: (marker: string, git: string) => writeFileSync(marker, `gitdir: ${git}\n`),
  link: (marker: string, git: string) => symlinkSync(git, marker),
  folder: (marker: string, git: string) => cpSync(git, marker, { recursive: true }),
};

test.each(Object.entries(REPLACEMENTS))(
  "case 17: a working tree's .git replaced by a %s of a hostile repository leads nowhere",
  async (_, replace) => {
    repo = makeHostile();
    const opened = await openRepository(repo.root, { env: repo.env });
    const worktree = await opened.openWorktree({ run: 'r1', branch: 'r1', base: 'HEAD' });
    rmSync(join(worktree.path, '.git'));
    replace(join(worktree.path, '.git'), join(repo.root, 'nested/.git'));
    await worktree.write('new.txt', 'x\n');
    expect(await worktree.changed()).toEqual(['new.txt']);
    await worktree.commit({ subject: 'x', body: '', trailers: [] }, ['new.txt']);
    await worktree.close();
    expect(repo.fired()).toEqual([]);
    expect(existsSync(worktree.path)).toBe(false);
    expect(existsSync(join(repo.root, 'nested/.git/HEAD'))).toBe(true);
    expect(readdirSync(join(repo.root, '.git')).includes('worktrees')).toBe(false);
  },
);
