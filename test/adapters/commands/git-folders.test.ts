import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { gitFolders, withoutCredentials } from '../../../src/adapters/commands/bubblewrap/git-folders.ts';
import { bubblewrapCommands } from '../../../src/adapters/commands/bubblewrap/index.ts';
import { openRepository } from '../../../src/adapters/workspace/git/open.ts';
import type { Worktree } from '../../../src/ports/workspace.ts';
import { makeRepository, type TestRepository } from '../../support/repository.ts';
import { bubblewrap, cannotTry } from './bubblewrap-here.ts';

const TOKEN = 'ghp_0123456789';

let repository: TestRepository;
let worktree: Worktree;
beforeEach(async () => {
  repository = makeRepository({ 'a.txt': 'one\n' });
  repository.commit('Start');
  repository.git('remote', 'add', 'origin', `https://me:${TOKEN}@example.org/shop.git`);
  repository.git('config', 'http.https://example.org/.extraheader', `AUTHORIZATION: basic ${TOKEN}`);
  const opened = await openRepository(repository.root, { env: repository.env });
  worktree = await opened.openWorktree({ run: 'r1', branch: 'tercet/x', base: 'HEAD' });
});
afterEach(() => repository.remove());

describe('what of git is shown', () => {
  test('the marker and the repository it leads to, with a configuration that holds no credential', async () => {
    const { readable, replaced } = await gitFolders(worktree.path);
    expect(readable).toEqual([join(worktree.path, '.git'), join(repository.root, '.git')]);
    expect(replaced.map(({ path }) => path)).toContain(join(repository.root, '.git', 'config'));
    const text = replaced.map((file) => file.text).join('');
    expect(text).toContain('repositoryformatversion');
    expect(text).not.toContain(TOKEN);
  });

  test('a folder without git, and a main working tree', async () => {
    const plain = mkdtempSync(join(tmpdir(), 'tercet-plain-'));
    expect(await gitFolders(plain)).toEqual({ readable: [], replaced: [] });
    rmSync(plain, { recursive: true });
    expect((await gitFolders(repository.root)).readable).toEqual([join(repository.root, '.git')]);
  });

  test('case 17: a marker that leads elsewhere opens nothing there', async () => {
    const elsewhere = realpathSync(mkdtempSync(join(tmpdir(), 'tercet-elsewhere-')));
    try {
      const tree = join(elsewhere, 'tree');
      const secret = join(elsewhere, 'secret');
      mkdirSync(tree);
      mkdirSync(join(secret, 'worktrees', 'x'), { recursive: true });
      const marker = join(tree, '.git');
      // Names the folder of another repository, which does not know this tree.
      writeFileSync(marker, `gitdir: ${join(repository.root, '.git', 'worktrees', 'r1')}\n`);
      expect(await gitFolders(tree)).toEqual({ readable: [marker], replaced: [] });
      // Both ends forged, but the common folder is not where git puts it.
      const gitDir = join(elsewhere, 'git');
      mkdirSync(gitDir);
      writeFileSync(join(gitDir, 'gitdir'), `${marker}\n`);
      writeFileSync(join(gitDir, 'commondir'), `${secret}\n`);
      writeFileSync(marker, `gitdir: ${gitDir}\n`);
      expect(await gitFolders(tree)).toEqual({ readable: [marker], replaced: [] });
      rmSync(marker);
      symlinkSync(join(repository.root, '.git'), marker);
      expect(await gitFolders(tree)).toEqual({ readable: [], replaced: [] });
    } finally {
      rmSync(elsewhere, { recursive: true });
    }
  });

  test.each([
    ['[remote "o"]\n\turl = https://T@h\n[core]\n\tbare = false', '[core]\n\tbare = false\n'],
    ['[core]\n\tx = 1\n  [ http "u" ] extraheader = T', '[core]\n\tx = 1\n'],
    ['[CORE] bare = true\n[credential]\n\thelper = store\n\tT = [core]', '[CORE] bare = true\n'],
    ['\tT = before any section\n[url "https://T@h"]\n\tinsteadOf = h', '\n'],
  ])('%j is shown as %j', (config, expected) => {
    expect(withoutCredentials(config)).toBe(expected);
  });
});

describe.skipIf(cannotTry('git inside bubblewrap'))('git inside', () => {
  const run = (command: string) =>
    bubblewrapCommands({ program: bubblewrap.program ?? '', path: process.env.PATH }).run(command, {
      cwd: worktree.path,
      timeoutMs: 10_000,
      maxOutputBytes: 10_000,
      signal: new AbortController().signal,
    });

  test('status, log, diff and grep work in a worktree under .tercet/worktrees', async () => {
    writeFileSync(join(worktree.path, 'a.txt'), 'two\n');
    const result = await run('git status --short; git log --format=%s; git diff; git grep -c two');
    expect(result).toMatchObject({
      exitCode: 0,
      output: expect.stringMatching(/^ M a\.txt\nStart\n[\s\S]*\+two\na\.txt:1/),
    });
  });

  test('cases 9, 17: nothing of git can be written: no commit, ref, hook, stash, configuration, marker', async () => {
    const before = repository.fingerprint();
    const git = join(repository.root, '.git');
    for (const command of [
      'git commit --allow-empty -m x',
      'git branch -D main',
      'git update-ref refs/heads/main HEAD~0 && git tag x',
      'git stash',
      'git config user.name x',
      `echo x > ${git}/hooks/pre-commit`,
      `mkdir -p ${git}/hooks && echo x > ${git}/hooks/post-checkout`,
      `touch ${git}/objects/planted`,
      'mv .git elsewhere',
      'echo x > .git',
      'mkdir .git',
      'ln -sf elsewhere .git',
    ])
      expect((await run(command)).exitCode, command).not.toBe(0);
    expect(repository.fingerprint()).toEqual(before);
    expect(await worktree.changed()).toEqual([]);
  });

  test('the token of the remote is not to be read, nor the user’s own tree', async () => {
    writeFileSync(join(repository.root, '.env'), `KEY=${TOKEN}`);
    const { output } = await run(
      `git remote -v; git config --list; cat ${repository.root}/.git/config; ls -A ${repository.root}; cat ${repository.root}/.env`,
    );
    expect(output).not.toContain(TOKEN);
    expect(output).toMatch(/\.git\n\.tercet\n/);
  });

  test('case 25: a control file can be made in the tree, and stands in the change for review', async () => {
    await run('mkdir -p .claude .vscode && echo {} > .claude/settings.json && echo {} > .vscode/tasks.json');
    expect(await worktree.changed()).toEqual(['.claude/settings.json', '.vscode/tasks.json']);
    expect(readdirSync(repository.root).sort()).toEqual(['.git', '.tercet', 'a.txt']);
  });
});
