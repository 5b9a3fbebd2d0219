import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { openRepository } from '../../../src/adapters/workspace/git/open.ts';
import { makeRepository, type TestRepository } from '../../support/repository.ts';

let repo: TestRepository;
afterEach(() => repo.remove());

/** Each attack is a program outside the repository that leaves a mark when it runs: a file in `fired`, named after it. */
const fire = (name: string, then = 'cat') => {
  const script = join(repo.root, '..', 'evil', name);
  repo.write({
    [`../evil/${name}`]: { executable: `#!/bin/sh\ntouch ${join(repo.root, '..', 'fired', name)}\n${then}\n` },
  });
  return script;
};
const fired = () => readdirSync(join(repo.root, '..', 'fired')).sort();
const forget = () => {
  for (const name of fired()) rmSync(join(repo.root, '..', 'fired', name));
};

function hostile(): TestRepository {
  repo = makeRepository({ 'a.txt': 'a\n', 'b.txt': 'b\n', 'c.txt': 'c\n' });
  repo.write({ '../fired/.keep': '' });
  forget();
  // A submodule with programs of its own, which plain git starts when it looks into it.
  repo.write({ 'nested/x': 'x' });
  repo.git('init', '-q', 'nested');
  repo.git('-C', 'nested', 'add', 'x');
  repo.git('-C', 'nested', 'commit', '-qm', 'x');
  repo.git('update-index', '--add', '--cacheinfo', `160000,${repo.git('-C', 'nested', 'rev-parse', 'HEAD')},nested`);
  repo.git('-C', 'nested', 'config', 'core.fsmonitor', fire('nested-fsmonitor', 'exit 1'));
  repo.git('-C', 'nested', 'config', 'filter.inner.clean', fire('nested-clean'));
  repo.write({ 'nested/x': 'y', 'nested/.gitattributes': 'x filter=inner\n' });
  const set = (key: string, value: string) => repo.git('config', key, value);
  set('filter.evil.clean', fire('clean'));
  set('filter.evil.smudge', fire('smudge'));
  set('filter.evil.required', 'true');
  set('filter.a=b.clean', fire('clean-odd-name'));
  set('filter.proc.process', fire('process', 'exit 1'));
  set('diff.evil.textconv', fire('textconv', 'cat "$1"'));
  set('diff.other.command', fire('diff-command', 'true'));
  set('diff.external', fire('diff-external', 'true'));
  set('core.fsmonitor', fire('fsmonitor', 'exit 1'));
  set('core.sshCommand', fire('ssh', 'exit 1'));
  set('core.pager', fire('pager', 'true'));
  set('core.alternateRefsCommand', fire('alternate-refs'));
  set('gpg.program', fire('gpg', 'exit 1'));
  set('commit.gpgSign', 'true');
  set('log.showSignature', 'true');
  set('trailer.evil.command', fire('trailer'));
  set('protocol.ext.allow', 'always');
  set('remote.origin.url', `ext::${fire('ext', 'exit 1')}`);
  repo.write({
    '.gitattributes': 'a.txt filter=evil diff=evil\nb.txt filter=a=b diff=other\nc.txt filter=proc\n',
    '.hooks/any': { executable: `#!/bin/sh\ntouch ${join(repo.root, '..', 'fired')}/hook-$(basename $0)\n` },
  });
  for (const hook of [
    'pre-commit',
    'commit-msg',
    'post-commit',
    'post-checkout',
    'post-index-change',
    'reference-transaction',
    'post-rewrite',
    'applypatch-msg',
  ]) {
    repo.write({ [`.hooks/${hook}`]: { link: 'any' } });
  }
  set('core.hooksPath', '.hooks');
  return repo;
}

/** Plain git on the same repository: what would have happened. */
function provoke(): void {
  const quiet = ['-c', 'filter.proc.process=', '-c', 'core.fsmonitor=false'];
  const tries = [
    ['status'],
    [...quiet, 'status'],
    [...quiet, 'diff', 'HEAD'],
    [...quiet, 'diff', '--no-ext-diff', 'HEAD'],
    ['add', 'c.txt'],
    [...quiet, 'add', 'a.txt', 'b.txt', '.gitattributes'],
    [...quiet, 'commit', '-qm', 'signed'],
    [...quiet, '-c', 'commit.gpgSign=false', 'commit', '-qm', 'x'],
    [...quiet, 'worktree', 'add', '-q', '../proof', '-b', 'proof', 'HEAD'],
    ['fetch'],
  ];
  for (const args of tries) {
    try {
      repo.git(...args);
    } catch {
      // An attack that fires may well make git fail.
    }
  }
}

test('a hostile configuration fires with plain git, and with ours nothing does over a whole cycle', async () => {
  hostile();
  repo.write({ 'a.txt': 'changed\n', 'b.txt': 'changed\n', 'c.txt': 'changed\n' });
  provoke();
  // The proof that every mark below can be made; what is missing here would make the check empty.
  const proven = fired();
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

  hostile();
  const off = ['core.hooksPath=/dev/null', 'core.fsmonitor=false', 'commit.gpgSign=false', 'filter.proc.process='];
  const quiet = off.flatMap((setting) => ['-c', setting]);
  repo.git(...quiet, 'add', '.gitattributes', '.hooks');
  repo.git(...quiet, 'commit', '-qm', 'attributes');
  repo.write({ 'a.txt': 'changed\n', 'b.txt': 'changed\n', 'c.txt': 'changed\n' });
  forget();
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
  expect(fired()).toEqual([]);
  expect(task.task).toBe('T1');
});

test('a filter that is configured during the run is blanked too', async () => {
  repo = makeRepository({ 'a.txt': 'a\n', '.gitattributes': '* filter=late\n' });
  repo.write({ '../fired/.keep': '' });
  forget();
  const opened = await openRepository(repo.root, { env: repo.env });
  const worktree = await opened.openWorktree({ run: 'r1', branch: 'r1', base: 'HEAD' });
  repo.git('config', 'filter.late.clean', fire('late'));
  await worktree.write('a.txt', 'changed\n');
  expect(await worktree.changed()).toEqual(['a.txt']);
  await worktree.commit({ subject: 'x', body: '', trailers: [] }, ['a.txt']);
  expect(fired()).toEqual([]);
  repo.write({ 'a.txt': 'b\n' });
  repo.git('status');
  expect(fired()).toEqual(['late']);
  await worktree.close();
});

test("a working tree's .git that points to a hostile repository leads nowhere", async () => {
  hostile();
  const opened = await openRepository(repo.root, { env: repo.env });
  const worktree = await opened.openWorktree({ run: 'r1', branch: 'r1', base: 'HEAD' });
  writeFileSync(join(worktree.path, '.git'), `gitdir: ${join(repo.root, 'nested/.git')}\n`);
  await worktree.write('new.txt', 'x\n');
  expect(await worktree.changed()).toEqual(['new.txt']);
  await worktree.commit({ subject: 'x', body: '', trailers: [] }, ['new.txt']);
  await worktree.close();
  expect(fired()).toEqual([]);
  expect(existsSync(worktree.path)).toBe(false);
  expect(existsSync(join(repo.root, 'nested/.git/HEAD'))).toBe(true);
  expect(readdirSync(join(repo.root, '.git')).includes('worktrees')).toBe(false);
});
