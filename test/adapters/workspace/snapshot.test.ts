import { readFileSync, rmSync, symlinkSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { openRepository } from '../../../src/adapters/workspace/git/open.ts';
import { makeRepository, type TestRepository } from '../../support/repository.ts';

let repo: TestRepository;
afterEach(() => repo.remove());

async function opened(files: Parameters<typeof makeRepository>[0]) {
  repo = makeRepository(files);
  return openRepository(repo.root, { env: repo.env });
}
const list = (tree: string) =>
  repo
    .git('ls-tree', '-r', '--name-only', tree)
    .split('\n')
    .filter((name) => name !== '');
const show = (tree: string, path: string) => repo.git('cat-file', 'blob', `${tree}:${path}`);

test('staged, working tree and patch are three different trees, and nothing of the user is touched', async () => {
  const it = await opened({
    'a.txt': 'one\n',
    'b.txt': 'bee\n',
    'gone.txt': 'x\n',
    '.gitignore': 'secret\n',
    'd/e.txt': 'e\n',
  });
  repo.write({ 'a.txt': 'staged\n' });
  repo.git('add', 'a.txt');
  repo.write({ 'a.txt': 'working\n', 'new file.txt': 'new\n', secret: 'key', 'run.sh': { executable: '#!/bin/sh\n' } });
  rmSync(join(repo.root, 'gone.txt'));
  const before = repo.fingerprint();
  const head = repo.git('rev-parse', 'HEAD');

  const staged = await it.snapshot({ of: 'staged' });
  expect(staged.base).toBe(head);
  expect(show(staged.tree, 'a.txt')).toBe('staged');
  expect(list(staged.tree)).toEqual(['.gitignore', 'a.txt', 'b.txt', 'd/e.txt', 'gone.txt']);

  const working = await it.snapshot({ of: 'worktree' });
  expect(show(working.tree, 'a.txt')).toBe('working');
  expect(list(working.tree)).toEqual(['.gitignore', 'a.txt', 'b.txt', 'd/e.txt', 'new file.txt', 'run.sh']);
  expect((await it.tree(working.tree)).find(({ path }) => path === 'run.sh')?.kind).toBe('executable');
  expect((await it.diff(working.base, working.tree)).map(({ file }) => `${file.status} ${file.path}`)).toEqual([
    'modified a.txt',
    'deleted gone.txt',
    'added new file.txt',
    'added run.sh',
  ]);
  expect(await it.dirty()).toBe(4);

  const patch = '--- a/b.txt\n+++ b/b.txt\n@@ -1 +1 @@\n-bee\n+sea\n';
  const patched = await it.snapshot({ of: 'patch', patch, base: 'main' });
  expect(patched.base).toBe(head);
  expect(show(patched.tree, 'b.txt')).toBe('sea');
  expect(show(patched.tree, 'a.txt')).toBe('one');
  expect(repo.fingerprint()).toEqual(before);
});

test('a patch that does not apply, or is none, is a usage error with the reason', async () => {
  const it = await opened({ 'a.txt': 'one\n' });
  const wrong = '--- a/a.txt\n+++ b/a.txt\n@@ -1 +1 @@\n-two\n+three\n';
  await expect(it.snapshot({ of: 'patch', patch: wrong, base: 'HEAD' })).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringContaining('a.txt'),
    hint: expect.stringContaining('--base'),
  });
  await expect(it.snapshot({ of: 'patch', patch: 'no diff', base: 'HEAD' })).rejects.toMatchObject({ code: 'usage' });
  const outside = '--- /dev/null\n+++ b/../evil\n@@ -0,0 +1 @@\n+x\n';
  await expect(it.snapshot({ of: 'patch', patch: outside, base: 'HEAD' })).rejects.toMatchObject({ code: 'usage' });
});

test('a folder that became a link, a file that became a folder, a repository inside', async () => {
  const it = await opened({ 'lib/a.txt': 'a\n', file: 'f\n' });
  rmSync(join(repo.root, 'lib'), { recursive: true });
  symlinkSync('/etc', join(repo.root, 'lib'));
  rmSync(join(repo.root, 'file'));
  repo.write({ 'file/inner.txt': 'i\n', 'nested/x.txt': 'x\n' });
  repo.git('init', '-q', 'nested');
  const { tree } = await it.snapshot({ of: 'worktree' });
  expect(list(tree)).toEqual(['file/inner.txt', 'lib']);
  expect((await it.tree(tree)).map(({ kind }) => kind)).toEqual(['file', 'link']);
});

test('a change that leaves size and time as the index has them is still seen', async () => {
  const it = await opened({ 'a.txt': 'one\n' });
  repo.git('config', 'core.trustctime', 'false');
  const file = join(repo.root, 'a.txt');
  // As old as the index, so git looks into the file itself; a copy of the index made now would be younger.
  const time = new Date(Date.now() - 60_000);
  repo.write({ 'a.txt': 'aaa\n' });
  utimesSync(file, time, time);
  repo.git('add', 'a.txt');
  repo.write({ 'a.txt': 'bbb\n' });
  utimesSync(file, time, time);
  utimesSync(join(repo.root, '.git/index'), time, time);
  expect(show((await it.snapshot({ of: 'worktree' })).tree, 'a.txt')).toBe('bbb');
});

test("the user's own ignore file and line endings count, as they do for plain git", async () => {
  repo = makeRepository({ 'a.txt': 'one\n' });
  repo.write({ '../home/.config/git/ignore': '*.swp\n', 'a.txt.swp': 'x' });
  repo.write({ '../home/.gitconfig': '[core]\n\tautocrlf = true\n' });
  rmSync(join(repo.root, 'a.txt'));
  repo.git('checkout', '--', 'a.txt');
  expect(readFileSync(join(repo.root, 'a.txt'), 'utf8')).toBe('one\r\n');
  // A younger file has to be read and compared, line endings and all.
  repo.write({ 'a.txt': 'one\r\n' });
  expect(repo.git('status', '--porcelain')).toBe('');
  const it = await openRepository(repo.root, { env: repo.env });
  repo.write({ 'a.txt': 'one\r\n' });
  expect(await it.dirty()).toBe(0);
  repo.write({ 'a.txt': 'two\r\n' });
  expect(show((await it.snapshot({ of: 'worktree' })).tree, 'a.txt')).toBe('two');
});

test('unresolved conflicts in the index are named', async () => {
  const it = await opened({ 'a.txt': 'one\n' });
  repo.git('checkout', '-qb', 'other');
  repo.write({ 'a.txt': 'other\n' });
  repo.commit('other');
  repo.git('checkout', '-q', 'main');
  repo.write({ 'a.txt': 'main\n' });
  repo.commit('main');
  expect(() => repo.git('merge', 'other')).toThrow();
  await expect(it.snapshot({ of: 'staged' })).rejects.toThrow('unresolved merge conflicts');
  expect(show((await it.snapshot({ of: 'worktree' })).tree, 'a.txt')).toContain('<<<<<<<');
});

test('a split index of the user stays as it is', async () => {
  const it = await opened({ 'a.txt': 'one\n', 'b.txt': 'two\n' });
  repo.git('update-index', '--split-index');
  repo.write({ 'a.txt': 'changed\n' });
  const shared = () => repo.git('ls-files', '--others', '.git').length + repo.git('rev-parse', '--git-dir').length;
  const [files, before] = [shared(), repo.fingerprint()];
  expect(show((await it.snapshot({ of: 'worktree' })).tree, 'a.txt')).toBe('changed');
  expect([shared(), repo.fingerprint()]).toEqual([files, before]);
});
