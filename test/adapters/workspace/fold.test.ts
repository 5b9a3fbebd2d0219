import { afterEach, expect, test } from 'vitest';
import { openRepository } from '../../../src/adapters/workspace/git/open.ts';
import type { Worktree } from '../../../src/ports/workspace.ts';
import { makeRepository, type TestRepository } from '../../support/repository.ts';

let repo: TestRepository;
let worktree: Worktree;
let base: string;
afterEach(() => repo.remove());

async function start(
  files: Parameters<typeof makeRepository>[0] = { 'one.txt': '1\n', 'two.txt': '2\n', 'old.txt': 'old\n' },
) {
  repo = makeRepository(files);
  const opened = await openRepository(repo.root, { env: repo.env });
  worktree = await opened.openWorktree({ run: 'r', branch: 'run', base: 'HEAD' });
  base = await worktree.head();
}

/** Writes (or with null removes) files and commits them with trailers. */
async function commit(subject: string, trailers: [string, string][], files: Record<string, string | null>) {
  for (const [path, text] of Object.entries(files))
    await (text === null ? worktree.remove(path) : worktree.write(path, text));
  return worktree.commit({ subject, body: '', trailers }, Object.keys(files));
}
const task = (id: string, files: Record<string, string | null>) =>
  commit(
    `Task ${id}`,
    [
      ['Tercet-Task', id],
      ['Tercet-Model', 'cheap'],
    ],
    files,
  );
const fix = (id: string, finding: string, files: Record<string, string | null>) =>
  commit(
    `Fix ${finding}`,
    [
      ['Tercet-Task', id],
      ['Tercet-Fix', finding],
      ['Tercet-Model', 'dear'],
    ],
    files,
  );

/** Folds, and checks what holds of every fold: same tree, branch moved, nothing left to do in the working tree. */
async function fold() {
  const tree = repo.git('rev-parse', 'run^{tree}');
  const commits = await worktree.fold(base);
  expect(repo.git('rev-parse', 'run^{tree}')).toBe(tree);
  expect(commits.at(-1)?.sha ?? base).toBe(await worktree.head());
  expect(await worktree.changed()).toEqual([]);
  expect(repo.git('fsck', '--strict', '--no-dangling')).toBe('');
  return commits;
}
const at = (index: number, commits: { sha: string }[], path: string) =>
  repo.git('show', `${commits[index]?.sha}:${path}`);
const subjects = (commits: { subject: string }[]) => commits.map(({ subject }) => subject);

test('a fix of task 1 made after task 2 goes into task 1, and task 2 carries it on', async () => {
  await start();
  await task('T1', { 'one.txt': 'wrong\n' });
  const t2 = await task('T2', { 'two.txt': 'two\n' });
  const when = repo.git('show', '-s', '--format=%ad %cd %an', '--date=raw', t2.sha);
  await fix('T2', 'F1', { 'one.txt': 'right\n' });
  const commits = await fold();
  expect(commits.map(({ subject, task: id }) => [subject, id])).toEqual([
    ['Task T1', 'T1'],
    ['Task T2', 'T2'],
  ]);
  expect(at(0, commits, 'one.txt')).toBe('right');
  expect(at(0, commits, 'two.txt')).toBe('2');
  expect(at(1, commits, 'one.txt')).toBe('right');
  expect(repo.git('show', '-s', '--format=%B', `${commits[0]?.sha}`).trim()).toBe(
    'Task T1\n\nTercet-Task: T1\nTercet-Model: cheap\nTercet-Fixed: F1\nTercet-Model: dear',
  );
  expect(repo.git('show', '-s', '--format=%ad %cd %an', '--date=raw', `${commits[1]?.sha}`)).toBe(when);
  // Once more changes nothing: a folded commit is not taken for a fix.
  expect(await fold()).toEqual(commits);
});

test('a new file goes to the task the fix names, else to the last one; untouched commits keep their names', async () => {
  await start();
  const t1 = await task('T1', { 'one.txt': 'a\n' });
  await task('T2', { 'two.txt': 'b\n' });
  await task('T3', { 'three.txt': 'c\n' });
  await fix('T2', 'F1', { 'test/two.test': 'named\n' });
  await fix('T9', 'F2', { 'test/other.test': 'last\n' });
  const commits = await fold();
  expect(subjects(commits)).toEqual(['Task T1', 'Task T2', 'Task T3']);
  expect(commits[0]?.sha).toBe(t1.sha);
  expect(at(1, commits, 'test/two.test')).toBe('named');
  expect(() => at(1, commits, 'test/other.test')).toThrow();
  expect(at(2, commits, 'test/other.test')).toBe('last');
});

test('one fix over two tasks, a second fix of the same file, trailers once', async () => {
  await start();
  await task('T1', { 'one.txt': 'a\n' });
  await task('T2', { 'two.txt': 'b\n' });
  await fix('T1', 'F1', { 'one.txt': 'a2\n', 'two.txt': 'b2\n' });
  await fix('T1', 'F1', { 'one.txt': 'a3\n' });
  const commits = await fold();
  expect(at(0, commits, 'one.txt')).toBe('a3');
  expect(at(0, commits, 'two.txt')).toBe('2');
  expect(at(1, commits, 'two.txt')).toBe('b2');
  expect(repo.git('show', '-s', '--format=%B', `${commits[0]?.sha}`).match(/Tercet-Fixed/g)).toHaveLength(1);
});

test('deletions, and a file both tasks touched goes to the later', async () => {
  await start();
  await task('T1', { 'one.txt': 'a\n', 'shared.txt': 's1\n' });
  await task('T2', { 'shared.txt': 's2\n', 'extra.txt': 'x\n' });
  await fix('T1', 'F1', { 'extra.txt': null, 'shared.txt': 's3\n', 'old.txt': null });
  const commits = await fold();
  expect(at(0, commits, 'shared.txt')).toBe('s1');
  expect(at(1, commits, 'shared.txt')).toBe('s3');
  expect(() => at(1, commits, 'extra.txt')).toThrow();
  expect(() => at(0, commits, 'old.txt')).toThrow();
  expect(subjects(commits)).toEqual(['Task T1', 'Task T2']);
});

test('a fix between two tasks, and a second round after a fold', async () => {
  await start();
  await task('T1', { 'one.txt': 'a\n' });
  await fix('T1', 'F1', { 'one.txt': 'a2\n' });
  await task('T2', { 'one.txt': 'a2\nb\n' });
  const first = await fold();
  expect(at(0, first, 'one.txt')).toBe('a2');
  await fix('T2', 'F2', { 'one.txt': 'a2\nb2\n' });
  const second = await fold();
  expect(second[0]?.sha).toBe(first[0]?.sha);
  expect(at(1, second, 'one.txt')).toBe('a2\nb2');
  expect(subjects(second)).toEqual(['Task T1', 'Task T2']);
});

test('nothing to fold, or nothing to fold into, leaves the branch', async () => {
  await start();
  expect(await fold()).toEqual([]);
  const only = await fix('T1', 'F1', { 'one.txt': 'a\n' });
  expect(await fold()).toEqual([only]);
  await task('T1', { 'two.txt': 'b\n' });
  expect(subjects(await fold())).toEqual(['Fix F1', 'Task T1']);
});

test('a merge in between leaves the branch as it is', async () => {
  await start();
  await task('T1', { 'one.txt': 'a\n' });
  repo.git('-C', worktree.path, 'checkout', '-q', '-b', 'side', base);
  repo.git('-C', worktree.path, 'commit', '-q', '--allow-empty', '-m', 'side');
  repo.git('-C', worktree.path, 'checkout', '-q', 'run');
  repo.git('-C', worktree.path, 'merge', '-q', '--no-ff', '-m', 'merge', 'side');
  // A run goes on behind it only when it is resumed.
  const opened = await openRepository(repo.root, { env: repo.env });
  worktree = await opened.openWorktree({ run: 'r', branch: 'run', base, again: true });
  await fix('T1', 'F1', { 'one.txt': 'b\n' });
  const head = await worktree.head();
  expect(subjects(await fold())).toContain('Fix F1');
  expect(await worktree.head()).toBe(head);
});

test('modes, odd names and a file that becomes a folder', async () => {
  await start();
  await task('T1', { 'ödd "name".txt': 'a\n', lib: 'file\n' });
  await task('T2', { 'two.txt': 'b\n' });
  await worktree.remove('lib');
  await fix('T2', 'F1', { 'ödd "name".txt': 'b\n', lib: null, 'lib/inner.txt': 'i\n' });
  const commits = await fold();
  expect(subjects(commits)).toEqual(['Task T1', 'Task T2']);
  expect(at(0, commits, 'ödd "name".txt')).toBe('b');
  expect(at(1, commits, 'lib/inner.txt')).toBe('i');
});
