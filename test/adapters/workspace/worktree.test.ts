import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { openRepository } from '../../../src/adapters/workspace/git/open.ts';
import type { Repository, Worktree } from '../../../src/ports/workspace.ts';
import { makeRepository, type TestRepository } from '../../support/repository.ts';

let repo: TestRepository;
afterEach(() => repo.remove());

async function start(
  files: Parameters<typeof makeRepository>[0] = {
    'a.txt': 'a\n',
    'b/c.txt': 'c\n',
    'run.sh': { executable: '#!/bin/sh\n' },
  },
) {
  repo = makeRepository(files);
  const opened = await openRepository(repo.root, { env: repo.env });
  const worktree = await opened.openWorktree({ run: 'run-1', branch: 'tercet/run-1', base: 'HEAD' });
  return { opened, worktree, base: await opened.resolve('HEAD') };
}
const message = (subject: string, ...trailers: [string, string][]) => ({ subject, body: '', trailers });
const files = (treeish: string) => repo.git('ls-tree', '-r', '--name-only', treeish).split('\n');

async function cycle(opened: Repository): Promise<Worktree> {
  const worktree = await opened.openWorktree({ run: 'run-1', branch: 'tercet/run-1', base: 'HEAD' });
  const base = await worktree.head();
  await worktree.write('a.txt', 'task\n');
  await worktree.write('new/n.txt', 'new\n');
  await worktree.commit(message('Task', ['Tercet-Task', 'T1']), await worktree.changed());
  await worktree.write('a.txt', 'fixed\n');
  await worktree.commit(message('Fix', ['Tercet-Fix', 'F1']), ['a.txt']);
  await worktree.fold(base);
  await worktree.write('half.txt', 'half done\n');
  await worktree.close();
  return worktree;
}

describe("the user's own things", () => {
  test('case 1: tree, index, HEAD, stash, configuration are byte-identical after a whole cycle', async () => {
    repo = makeRepository({ 'a.txt': 'a\n', 'b.txt': 'b\n', '.gitignore': 'ignored\n' });
    repo.write({ 'b.txt': 'stashed\n' });
    repo.git('stash');
    repo.write({ 'a.txt': 'staged\n' });
    repo.git('add', 'a.txt');
    repo.write({ 'a.txt': 'dirty\n', 'untracked file': 'u\n', ignored: 'i\n' });
    // Stat data in the index that a refresh would rewrite.
    utimesSync(join(repo.root, 'b.txt'), 1, 1);
    const status = repo.git('-c', 'core.optionalLocks=false', '--no-optional-locks', 'status', '--porcelain');
    const before = repo.fingerprint();
    const opened = await openRepository(repo.root, { env: repo.env });
    const worktree = await cycle(opened);
    await opened.snapshot({ of: 'worktree' });
    await opened.dirty();
    expect(repo.fingerprint()).toEqual(before);
    expect(repo.git('--no-optional-locks', 'status', '--porcelain')).toBe(status);
    expect(repo.git('worktree', 'list', '--porcelain').match(/^worktree /gm)).toHaveLength(1);
    expect(existsSync(worktree.path)).toBe(false);
    expect(repo.git('log', '--format=%s', 'main..tercet/run-1')).toBe('Task');
    expect(repo.git('show', 'refs/tercet/run-1/left:half.txt')).toBe('half done');
  });

  test('the check would see a touched index', () => {
    repo = makeRepository({ 'a.txt': 'a\n' });
    const before = repo.fingerprint();
    utimesSync(join(repo.root, 'a.txt'), 1, 1);
    repo.git('status');
    expect(repo.fingerprint()).not.toEqual(before);
  });

  test('while it is open the working tree is invisible to git status, and dependencies above are found', async () => {
    const { opened, worktree } = await start();
    expect(worktree.path).toBe(join(repo.root, '.tercet/worktrees/run-1'));
    expect(repo.git('status', '--porcelain')).toBe('');
    expect(await opened.dirty()).toBe(0);
    await worktree.close();
    expect(existsSync(join(repo.root, '.tercet'))).toBe(false);
  });

  test('a detached HEAD, a subfolder, a linked worktree', async () => {
    repo = makeRepository({ 'a.txt': 'a\n', 'sub/x': 'x\n' });
    repo.git('checkout', '-q', '--detach');
    const linked = `${repo.root}-linked`;
    repo.git('worktree', 'add', '-q', linked, '-b', 'linked');
    let before = repo.fingerprint();
    await cycle(await openRepository(join(repo.root, 'sub'), { env: repo.env }));
    expect(repo.fingerprint()).toEqual(before);
    repo.git('branch', '-D', 'tercet/run-1');
    before = repo.fingerprint();
    writeFileSync(join(linked, 'mine'), 'mine');
    const worktree = await cycle(await openRepository(linked, { env: repo.env }));
    expect(worktree.path).toBe(join(linked, '.tercet/worktrees/run-1'));
    expect(readdirSync(linked).sort()).toEqual(['.git', 'a.txt', 'mine', 'sub']);
    expect(repo.fingerprint()).toEqual(before);
    expect(repo.git('worktree', 'list')).toContain('linked');
  });

  test("another run's working tree and a .tercet folder of the user's own stay", async () => {
    const { opened, worktree } = await start();
    const other = await opened.openWorktree({ run: 'run-2', branch: 'tercet/run-2', base: 'HEAD' });
    await worktree.close();
    expect(await other.read('a.txt')).toBe('a\n');
    writeFileSync(join(repo.root, '.tercet/notes.md'), 'mine');
    await other.close();
    expect(readdirSync(join(repo.root, '.tercet')).sort()).toEqual(['.gitignore', 'notes.md']);
  });
});

describe('opening', () => {
  test('a branch that exists, a folder that exists, an option for a name', async () => {
    const { opened, worktree } = await start();
    await worktree.write('a.txt', 'work\n');
    const open = (run: string, branch: string) => opened.openWorktree({ run, branch, base: 'HEAD' });
    await expect(open('run-2', 'main')).rejects.toMatchObject({
      code: 'repository',
      message: 'The branch main exists already.',
    });
    await expect(open('run-1', 'fresh')).rejects.toThrow('exists already');
    expect(repo.git('branch', '--list', 'fresh')).toBe('');
    await expect(open('run-3', '--evil')).rejects.toMatchObject({ code: 'usage' });
    await expect(open('run-3', 'a..b')).rejects.toMatchObject({ code: 'repository' });
    await expect(open('../evil', 'fresh')).rejects.toThrow('not the name of a run');
    expect(await worktree.read('a.txt')).toBe('work\n');
    expect(readdirSync(join(repo.root, '.tercet/worktrees'))).toEqual(['run-1']);
  });

  test('a .tercet that is a link is refused', async () => {
    repo = makeRepository({ '.tercet': { link: '../home' } });
    const opened = await openRepository(repo.root, { env: repo.env });
    await expect(opened.openWorktree({ run: 'r', branch: 'r', base: 'HEAD' })).rejects.toThrow('is not a folder');
    expect(readdirSync(join(repo.root, '../home'))).toEqual(['.gitconfig']);
  });

  test('a sparse checkout and submodules of the user', async () => {
    repo = makeRepository({ 'a/x': 'x\n', 'b/y': 'y\n' });
    repo.git('update-index', '--add', '--cacheinfo', `160000,${repo.git('rev-parse', 'HEAD')},sub`);
    repo.git('commit', '-qm', 'sub');
    repo.git('sparse-checkout', 'set', 'a');
    const before = repo.fingerprint();
    const opened = await openRepository(repo.root, { env: repo.env });
    const worktree = await opened.openWorktree({ run: 'r', branch: 'r', base: 'HEAD' });
    expect(await worktree.read('b/y')).toBe('y\n');
    expect(await worktree.changed()).toEqual([]);
    expect(await opened.diff('HEAD', (await opened.snapshot({ of: 'worktree' })).tree)).toEqual([]);
    await worktree.close();
    expect(repo.fingerprint()).toEqual(before);
  });
});

describe('changed and restore', () => {
  test('finds every kind of change and puts exactly the given paths back', async () => {
    const { worktree } = await start({
      'a.txt': 'a\n',
      'b/c.txt': 'c\n',
      'd.txt': 'd\n',
      lib: 'file\n',
      '.gitignore': 'node_modules\n',
    });
    await worktree.write('a.txt', 'A\n');
    await worktree.write('odd "näme" .txt', 'x\n');
    await worktree.write('deep/er/n.txt', 'n\n');
    await worktree.remove('b/c.txt');
    await worktree.remove('lib');
    await worktree.write('lib/inner.txt', 'i\n');
    writeFileSync(join(worktree.path, 'nl\nname'), 'x');
    chmodSync(join(worktree.path, 'd.txt'), 0o755);
    symlinkSync('/etc', join(worktree.path, 'link'));
    mkdirSync(join(worktree.path, 'node_modules'));
    writeFileSync(join(worktree.path, 'node_modules/x'), 'x');
    const all = [
      'a.txt',
      'b/c.txt',
      'd.txt',
      'deep/er/n.txt',
      'lib',
      'lib/inner.txt',
      'link',
      'nl\nname',
      'odd "näme" .txt',
    ];
    expect(await worktree.changed()).toEqual([...all].sort());
    await worktree.restore(['b/c.txt', 'deep/er/n.txt']);
    expect(await worktree.changed()).toEqual(
      all.filter((path) => path !== 'b/c.txt' && path !== 'deep/er/n.txt').sort(),
    );
    expect(existsSync(join(worktree.path, 'deep'))).toBe(false);
    await worktree.restore();
    expect(await worktree.changed()).toEqual([]);
    expect(await worktree.read('lib')).toBe('file\n');
    expect(lstatSync(join(worktree.path, 'd.txt')).mode & 0o111).toBe(0);
    expect(existsSync(join(worktree.path, 'node_modules/x'))).toBe(true);
    expect(existsSync('/etc/passwd')).toBe(true);
  });

  test('restore follows no link and leaves no staged file', async () => {
    const { worktree } = await start({ 'lib/a.txt': 'a\n', 'z.txt': 'z\n' });
    repo.write({ '../outside/a.txt': 'precious' });
    rmSync(join(worktree.path, 'lib'), { recursive: true });
    symlinkSync(join(repo.root, '../outside'), join(worktree.path, 'lib'));
    expect(await worktree.changed()).toEqual(['lib', 'lib/a.txt']);
    await worktree.restore();
    expect(await worktree.changed()).toEqual([]);
    expect(readFileSync(join(repo.root, '../outside/a.txt'), 'utf8')).toBe('precious');
    expect(await worktree.read('lib/a.txt')).toBe('a\n');
    await worktree.write('staged.txt', 's\n');
    repo.git('-C', worktree.path, 'add', 'staged.txt');
    await worktree.restore();
    expect(await worktree.changed()).toEqual([]);
    await expect(worktree.restore(['../../../a'])).rejects.toMatchObject({ code: 'repository' });
    await expect(worktree.restore(['.git/config'])).rejects.toMatchObject({ code: 'repository' });
  });

  test('a repository made inside is one path, is not committed as a submodule, is saved and removed', async () => {
    const { worktree } = await start();
    mkdirSync(join(worktree.path, 'inner'));
    writeFileSync(join(worktree.path, 'inner/x.txt'), 'x\n');
    repo.git('-C', join(worktree.path, 'inner'), 'init', '-q');
    expect(await worktree.changed()).toEqual(['inner']);
    await expect(worktree.commit(message('x'), ['inner'])).rejects.toThrow('repository inside this one');
    expect(await worktree.rescue('nested')).toBe('refs/tercet/run-1/nested');
    expect(repo.git('show', 'refs/tercet/run-1/nested:inner/x.txt')).toBe('x');
    await worktree.restore();
    expect(existsSync(join(worktree.path, 'inner'))).toBe(false);
  });
});

describe('commit', () => {
  test('exactly these paths, as the user, with trailers', async () => {
    const { opened, worktree, base } = await start();
    await worktree.write('a.txt', 'task\n');
    await worktree.write('other.txt', 'other\n');
    await worktree.write('staged.txt', 's\n');
    repo.git('-C', worktree.path, 'add', 'staged.txt');
    await worktree.remove('b/c.txt');
    const commit = await worktree.commit(
      {
        subject: 'Do it',
        body: 'Because.',
        trailers: [
          ['Tercet-Run', 'run-1'],
          ['Tercet-Task', 'T1'],
        ],
      },
      ['a.txt', 'b/c.txt'],
    );
    expect(commit).toEqual({ sha: await worktree.head(), subject: 'Do it', task: 'T1' });
    expect(files(commit.sha)).toEqual(['a.txt', 'run.sh']);
    expect(await worktree.changed()).toEqual(['other.txt', 'staged.txt']);
    expect(repo.git('show', '-s', '--format=%an <%ae> %cn <%ce>%n%B', commit.sha)).toBe(
      'Ada Example <ada@example.org> Ada Example <ada@example.org>\nDo it\n\nBecause.\n\nTercet-Run: run-1\nTercet-Task: T1\n',
    );
    expect(await opened.log(base, worktree.branch)).toEqual([commit]);
    expect(repo.git('fsck', '--strict', '--no-dangling')).toBe('');
  });

  test('keeps the executable bit, takes odd names and links as they are', async () => {
    const { opened, worktree } = await start();
    await worktree.write('run.sh', '#!/bin/sh\nexit 0\n');
    await worktree.write('-odd "näme"', 'x\n');
    symlinkSync('/etc/passwd', join(worktree.path, 'link'));
    const { sha } = await worktree.commit(message('x'), await worktree.changed());
    const kinds = (await opened.tree(sha)).map(({ path, kind }) => [path, kind]);
    expect(kinds).toEqual(
      expect.arrayContaining([
        ['run.sh', 'executable'],
        ['-odd "näme"', 'file'],
        ['link', 'link'],
      ]),
    );
  });

  test('nothing to commit, a path outside, a working tree that left its branch', async () => {
    const { worktree, base } = await start();
    await expect(worktree.commit(message('x'), ['a.txt'])).rejects.toMatchObject({
      code: 'repository',
      message: expect.stringContaining('nothing to commit'),
    });
    await expect(worktree.commit(message('x'), ['../../../a.txt'])).rejects.toMatchObject({ code: 'repository' });
    await worktree.write('a.txt', 'x\n');
    repo.git('-C', worktree.path, 'checkout', '-q', '-b', 'elsewhere');
    await expect(worktree.commit(message('x'), ['a.txt'])).rejects.toThrow('no longer on its branch tercet/run-1');
    expect(repo.git('rev-parse', 'elsewhere')).toBe(base);
  });

  test('a stand-in commits when git knows nobody', async () => {
    repo = makeRepository();
    writeFileSync(join(repo.root, '../home/.gitconfig'), '');
    const opened = await openRepository(repo.root, { env: repo.env });
    const worktree = await opened.openWorktree({ run: 'r', branch: 'r', base: 'main' });
    await worktree.write('x', 'x');
    const { sha } = await worktree.commit(message('x'), ['x']);
    expect(repo.git('show', '-s', '--format=%an <%ae>', sha)).toBe('Tercet <tercet@localhost>');
  });

  test('an index lock left by a killed command is cleared, a fresh one is not', async () => {
    const { worktree } = await start();
    await worktree.write('a.txt', 'x\n');
    const lock = join(repo.git('-C', worktree.path, 'rev-parse', '--absolute-git-dir'), 'index.lock');
    writeFileSync(lock, '');
    await expect(worktree.restore()).rejects.toThrow('index.lock');
    utimesSync(lock, 1, 1);
    await worktree.restore();
    expect(await worktree.changed()).toEqual([]);
  });
});

describe('rescue and close', () => {
  test('saves everything that is not ignored; never over an earlier rescue', async () => {
    const { worktree, base } = await start();
    expect(await worktree.rescue('attempt')).toBeNull();
    await worktree.write('a.txt', 'one\n');
    await worktree.write('new.txt', 'n\n');
    expect(await worktree.rescue('attempt')).toBe('refs/tercet/run-1/attempt');
    await worktree.write('a.txt', 'two\n');
    expect(await worktree.rescue('attempt')).toBe('refs/tercet/run-1/attempt-2');
    expect(repo.git('show', 'refs/tercet/run-1/attempt:a.txt')).toBe('one');
    expect(repo.git('show', 'refs/tercet/run-1/attempt:new.txt')).toBe('n');
    expect(repo.git('show', 'refs/tercet/run-1/attempt-2:a.txt')).toBe('two');
    expect(await worktree.head()).toBe(base);
    expect(await worktree.changed()).toEqual(['a.txt', 'new.txt']);
  });

  test('case 5: commits on a detached HEAD get a ref; the branch stays; a second close is nothing', async () => {
    const { worktree, base } = await start();
    repo.git('-C', worktree.path, 'checkout', '-q', '--detach');
    repo.git('-C', worktree.path, 'commit', '-q', '--allow-empty', '-m', 'adrift');
    const adrift = repo.git('-C', worktree.path, 'rev-parse', 'HEAD');
    await worktree.close();
    await worktree.close();
    expect(repo.git('rev-parse', 'refs/tercet/run-1/head')).toBe(adrift);
    expect(repo.git('rev-parse', 'tercet/run-1')).toBe(base);
  });

  test('a working tree that a command removed is closed all the same', async () => {
    const { worktree } = await start();
    rmSync(worktree.path, { recursive: true });
    await worktree.close();
    expect(repo.git('worktree', 'list', '--porcelain').match(/^worktree /gm)).toHaveLength(1);
    expect(existsSync(join(repo.root, '.tercet'))).toBe(false);
  });
});
