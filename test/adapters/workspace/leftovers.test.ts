import { cpSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { openRepository } from '../../../src/adapters/workspace/git/open.ts';
import { makeRepository, type TestRepository } from '../../support/repository.ts';

let repo: TestRepository;
const more: string[] = [];
afterEach(() => {
  for (const folder of more.splice(0)) rmSync(folder, { recursive: true, force: true });
  repo.remove();
});

const ORDER = { run: 'run-1', branch: 'tercet/run-1', base: 'HEAD' };

async function leave() {
  repo = makeRepository({ 'a.txt': 'a\n', 'b.txt': 'b\n' });
  const opened = await openRepository(repo.root, { env: repo.env });
  const worktree = await opened.openWorktree(ORDER);
  writeFileSync(join(worktree.path, 'a.txt'), 'changed\n');
  writeFileSync(join(worktree.path, 'new.txt'), 'new\n');
  return { opened, path: worktree.path, entry: join(repo.root, '.git', 'worktrees', 'run-1') };
}
const saved = (ref: string, path: string) => repo.git('show', `${ref}:${path}`);

describe('a left working tree', () => {
  test('case 3: without its entry is saved and removed all the same', async () => {
    const { opened, path, entry } = await leave();
    rmSync(entry, { recursive: true });
    expect(await opened.leftovers.worktrees()).toEqual([{ run: 'run-1', path, work: '2 uncommitted files' }]);
    expect(await opened.leftovers.removeWorktree(path)).toEqual({ rescued: ['refs/tercet/run-1/left'] });
    expect([saved('refs/tercet/run-1/left', 'a.txt'), saved('refs/tercet/run-1/left', 'new.txt')]).toEqual([
      'changed',
      'new',
    ]);
    expect(existsSync(path)).toBe(false);
  });

  test('without its index, half checked out: what is there is saved, what is missing is not taken for deleted', async () => {
    const { opened, path, entry } = await leave();
    rmSync(join(entry, 'index'));
    rmSync(join(path, 'b.txt'));
    await opened.leftovers.removeWorktree(path);
    expect(saved('refs/tercet/run-1/left', 'b.txt')).toBe('b');
    expect(saved('refs/tercet/run-1/left', 'new.txt')).toBe('new');
  });

  test('without its folder leaves no entry', async () => {
    const { opened, path, entry } = await leave();
    rmSync(path, { recursive: true });
    expect(await opened.leftovers.worktrees()).toEqual([{ run: 'run-1', path, work: null }]);
    expect(await opened.leftovers.removeWorktree(path)).toEqual({ rescued: [] });
    expect(existsSync(entry)).toBe(false);
  });

  test('that is clean is removed without a ref', async () => {
    const { opened, path } = await leave();
    writeFileSync(join(path, 'a.txt'), 'a\n');
    rmSync(join(path, 'new.txt'));
    expect(await opened.leftovers.removeWorktree(path)).toEqual({ rescued: [] });
  });
});

describe('after the repository was copied', () => {
  test('nothing that is done in the copy reaches the original', async () => {
    const { path } = await leave();
    const copy = `${repo.root}-copy`;
    more.push(copy);
    cpSync(repo.root, copy, { recursive: true });
    const before = repo.git('-C', path, 'status', '--porcelain');
    const opened = await openRepository(copy, { env: repo.env });
    const worktree = await opened.openWorktree({ ...ORDER, again: true });
    await worktree.write('a.txt', 'in the copy\n');
    await worktree.commit({ subject: 'In the copy', body: '', trailers: [] }, ['a.txt']);
    await worktree.close();
    expect(repo.git('-C', path, 'status', '--porcelain')).toBe(before);
    expect(readFileSync(join(path, 'a.txt'), 'utf8')).toBe('changed\n');
    expect(repo.git('-C', copy, 'log', '-1', '--format=%s', 'tercet/run-1')).toBe('In the copy');
  });

  test('clean-up in the copy leaves the original, also where the copy has only the entry', async () => {
    const { path } = await leave();
    const copy = `${repo.root}-copy`;
    more.push(copy);
    cpSync(repo.root, copy, { recursive: true });
    rmSync(join(copy, '.tercet'), { recursive: true });
    const { leftovers } = await openRepository(copy, { env: repo.env });
    for (const left of await leftovers.worktrees()) await leftovers.removeWorktree(left.path);
    expect(readFileSync(join(path, 'new.txt'), 'utf8')).toBe('new\n');
    expect(repo.git('worktree', 'list').split('\n')).toHaveLength(2);
  });
});

test('after the repository was moved a reopened working tree keeps what was uncommitted under a ref', async () => {
  await leave();
  const moved = `${repo.root}-moved`;
  renameSync(repo.root, moved);
  const opened = await openRepository(moved, { env: repo.env });
  const worktree = await opened.openWorktree({ ...ORDER, again: true });
  expect(await worktree.changed()).toEqual([]);
  await worktree.close();
  renameSync(moved, repo.root);
  expect(saved('refs/tercet/run-1/interrupted', 'new.txt')).toBe('new');
  expect(repo.git('worktree', 'list').split('\n')).toHaveLength(1);
});
