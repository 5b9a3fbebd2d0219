import { execFileSync } from 'node:child_process';
import { afterEach, expect, test } from 'vitest';
import { openRepository } from '../../../src/adapters/workspace/git/open.ts';
import { makeRepository, type TestRepository } from '../../support/repository.ts';

let repo: TestRepository;
afterEach(() => repo.remove());

async function opened() {
  repo = makeRepository({ 'a.txt': 'one\n' });
  return openRepository(repo.root, { env: repo.env });
}
/** A commit that was made at `at`. */
function commitAt(at: string): string {
  const env = { ...repo.env, GIT_COMMITTER_DATE: at };
  execFileSync('git', ['commit', '-q', '--allow-empty', '-m', at], { cwd: repo.root, env });
  return repo.git('rev-parse', 'HEAD');
}

test('a tree that is only named is the same, and leaves nothing in the repository', async () => {
  const it = await opened();
  repo.write({ 'a.txt': 'two\n', 'new.txt': 'never seen by git\n', 'd/e.txt': 'deep\n' });
  const before = repo.git('count-objects');
  const named = await it.snapshot({ of: 'worktree', keep: false });
  expect(repo.git('count-objects')).toBe(before);
  expect(() => repo.git('cat-file', '-e', named.tree)).toThrow();
  const kept = await it.snapshot({ of: 'worktree' });
  expect(kept).toEqual(named);
  expect(await it.snapshot({ of: 'worktree', keep: false })).toEqual(kept);
});

test('trees of commits and trees, and null for what is not there', async () => {
  const it = await opened();
  const head = repo.git('rev-parse', 'HEAD');
  const tree = repo.git('rev-parse', 'HEAD^{tree}');
  expect(await it.treesOf([head, '0'.repeat(40), tree, 'no such branch', 'main'])).toEqual([
    tree,
    null,
    tree,
    null,
    tree,
  ]);
  expect(await it.treesOf([])).toEqual([]);
  await expect(it.treesOf(['--help'])).rejects.toThrow('is not a commit');
});

test('the newest commit before a moment, and not one of its own second', async () => {
  const it = await opened();
  repo.git('checkout', '-q', '--orphan', 'dated');
  const first = commitAt('2026-01-01T10:00:00Z');
  const second = commitAt('2026-01-02T10:00:00Z');
  expect(await it.lastBefore('HEAD', '2026-01-03T00:00:00.000Z')).toBe(second);
  expect(await it.lastBefore(second, '2026-01-02T10:00:00.900Z')).toBe(first);
  expect(await it.lastBefore('HEAD', '2026-01-01T10:00:00.000Z')).toBeNull();
});
