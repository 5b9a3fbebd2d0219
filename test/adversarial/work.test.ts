import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { openRepository } from '../../src/adapters/workspace/git/open.ts';
import type { Worktree } from '../../src/ports/workspace.ts';
import type { CliResult } from '../support/cli.ts';
import type { ScriptCall } from '../support/model-server/types.ts';
import { makeRepository, type TestRepository } from '../support/repository.ts';
import { one, RUN, type Scene, setScene } from '../support/set-scene.ts';

// Whole runs; a busy machine takes its time.
vi.setConfig({ testTimeout: 90_000 });

const BRANCH = 'tercet/run-1';
const ORDER = { run: 'run-1', branch: BRANCH, base: 'HEAD' };
const task = (subject: string) => ({ subject, body: '', trailers: [['Tercet-Task', 'T1']] as const });

let repo: TestRepository | null = null;
afterEach(() => {
  repo?.remove();
  repo = null;
});

async function opened(files: Record<string, string> = { 'a.txt': 'a\n' }) {
  const repository = makeRepository(files);
  repo = repository;
  const open = () => openRepository(repository.root, { env: repository.env });
  return { git: repository.git, repository, open };
}

/** What a kill leaves: nothing was closed. */
async function interrupted(work: (worktree: Worktree) => Promise<void>) {
  const { git, repository, open } = await opened();
  const worktree = await (await open()).openWorktree(ORDER);
  await work(worktree);
  const base = git('rev-parse', 'HEAD');
  const again = async () => (await open()).openWorktree({ ...ORDER, base, again: true });
  return { git, repository, worktree, again };
}

describe('an interrupted run', () => {
  test('case 2: resumed in a working tree with commits, it keeps them, and what was uncommitted under a ref', async () => {
    const { git, worktree, again } = await interrupted(async (tree) => {
      await tree.write('a.txt', 'task\n');
      await tree.commit(task('Task'), ['a.txt']);
      await tree.write('b.txt', 'half done\n');
    });
    const tip = git('rev-parse', BRANCH);
    const resumed = await again();
    expect(await resumed.head()).toBe(tip);
    expect(await resumed.read('a.txt')).toBe('task\n');
    expect(git('show', 'refs/tercet/run-1/interrupted:b.txt')).toBe('half done');
    await resumed.close();
    // Without its folder too: the branch is checked out where it stands.
    const more = await again();
    expect(await more.head()).toBe(tip);
    expect(more.path).toBe(worktree.path);
    await more.close();
    expect(git('rev-parse', BRANCH)).toBe(tip);
  });

  test('case 12: locks that a killed git left are gone when it is resumed, and nothing is lost', async () => {
    const { git, repository, again } = await interrupted(async (tree) => {
      await tree.write('a.txt', 'task\n');
      await tree.commit(task('Task'), ['a.txt']);
      await tree.write('b.txt', 'half done\n');
    });
    const tip = git('rev-parse', BRANCH);
    const entry = path.join(repository.root, '.git/worktrees/run-1');
    for (const lock of [
      `${entry}/index.lock`,
      `${entry}/HEAD.lock`,
      `${repository.root}/.git/refs/heads/${BRANCH}.lock`,
    ])
      writeFileSync(lock, '');
    const resumed = await again();
    await resumed.write('a.txt', 'next\n');
    const next = await resumed.commit(task('Next'), ['a.txt']);
    expect(git('rev-parse', `${next.sha}^`)).toBe(tip);
    expect(git('show', 'refs/tercet/run-1/interrupted:b.txt')).toBe('half done');
    await resumed.close();
    expect(git('fsck', '--no-dangling', '--no-progress')).toBe('');
  });
});

test('case 4: untracked files count as work, whatever status.showUntrackedFiles says', async () => {
  const { git, open } = await opened();
  git('config', 'status.showUntrackedFiles', 'no');
  const repository = await open();
  const worktree = await repository.openWorktree(ORDER);
  writeFileSync(path.join(worktree.path, 'untracked.txt'), 'only here\n');
  expect(git('-C', worktree.path, 'status', '--porcelain')).toBe('');
  expect(await worktree.changed()).toEqual(['untracked.txt']);
  expect(await repository.leftovers.worktrees()).toMatchObject([{ work: '1 uncommitted file' }]);
  await worktree.close();
  expect(git('show', 'refs/tercet/run-1/left:untracked.txt')).toBe('only here');
});

describe('while a run is under way', () => {
  /** A run during which `act` happens, once, while a part is asked. */
  async function meanwhile(act: (scene: Scene) => unknown, files = {}, part: 'planner' | 'executor' = 'executor') {
    const lines = one();
    let waiting: Scene | undefined;
    const scene = await setScene(
      {
        [part]: async (call: ScriptCall) => {
          const set = waiting;
          waiting = undefined;
          if (set !== undefined) await act(set);
          return lines[part](call);
        },
      },
      files,
    );
    waiting = scene;
    return scene;
  }
  const worktreeOf = ({ repository }: Scene) => {
    const folder = path.join(repository.root, '.tercet/worktrees');
    return path.join(folder, readdirSync(folder)[0] ?? '');
  };
  const branchOf = ({ repository }: Scene) =>
    repository.git('branch', '--list', '--format=%(refname:short)', 'tercet/*');

  test('case 6: mass deletions that arrive by a merge stop it before anything is built on them or approved', async () => {
    const files = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`lib/f${n}.js`, `${n}\n`]));
    await using scene = await meanwhile((set) => {
      set.repository.git('-C', worktreeOf(set), 'merge', '-q', '--no-edit', 'cleared');
    }, files);
    const { git } = scene.repository;
    git('checkout', '-q', '-b', 'cleared');
    git('rm', '-q', '-r', 'lib');
    scene.repository.commit('Clear');
    git('checkout', '-q', 'main');
    const run = await scene.inside([...RUN, '--json']);
    expect(run.code).toBe(1);
    expect(run.json()).toMatchObject({ outcome: 'failed', reason: expect.stringContaining('was moved while') });
    // The reviewer was not asked; what the executor had made is kept.
    expect(scene.server.log).toHaveLength(2);
    expect(git('show', `refs/tercet/${run.json().run}/left:src/note.js`)).toContain('note = 1');
    expect(git('ls-tree', '--name-only', 'main:lib').split('\n')).toHaveLength(40);
  });

  test('case 7: another branch that is checked out is not the base: it is the commit the run began at', async () => {
    const checkOut = ({ repository }: Scene) => {
      repository.git('checkout', '-q', '-b', 'other');
      repository.write({ 'other.txt': 'x\n' });
      repository.commit('Other');
    };
    await using scene = await meanwhile(checkOut, {}, 'planner');
    const { git } = scene.repository;
    const base = git('rev-parse', 'HEAD');
    const run = await scene.inside([...RUN, '--json']);
    expect(run.json()).toMatchObject({ outcome: 'approved', base });
    expect(git('rev-parse', `${branchOf(scene)}^`)).toBe(base);
    expect(git('symbolic-ref', '--short', 'HEAD')).toBe('other');
  });

  test('case 53: another process is refused what one has under way, and is told which', async () => {
    const others: CliResult[] = [];
    await using scene = await meanwhile(async (set) => {
      for (const args of [
        ['resume', path.basename(worktreeOf(set))],
        ['clean', '--yes', '--older-than', '0h'],
      ])
        others.push(await set.tercet(args));
    });
    const run = await scene.inside([...RUN, '--json']);
    const [resumed, cleaned] = others;
    expect(resumed?.code).toBe(2);
    expect(resumed?.stderr).toContain(`is being carried on by process ${process.pid}`);
    expect(cleaned?.code).toBe(0);
    expect(run.code, run.stderr).toBe(0);
    expect(scene.server.log).toHaveLength(3);
  });

  test('case 8: a commit of the user on its branch stops it, and stays; one on theirs is not in its way', async () => {
    await using scene = await meanwhile((set) => {
      const { repository } = set;
      const tree = worktreeOf(set);
      repository.git('commit', '-q', '--allow-empty', '-m', 'On main');
      writeFileSync(path.join(tree, 'mine.txt'), 'mine\n');
      repository.git('-C', tree, 'add', 'mine.txt');
      repository.git('-C', tree, 'commit', '-qm', 'Mine');
    });
    const { git } = scene.repository;
    const run = await scene.inside([...RUN, '--json']);
    expect(run.code).toBe(1);
    expect(run.json()).toMatchObject({ reason: expect.stringMatching(/was moved while.*tercet resume/) });
    const subjects = (ref: string) => git('log', '--format=%s', ref).split('\n');
    expect(subjects(branchOf(scene))).toEqual(['Mine', 'Start']);
    expect(subjects('main')).toEqual(['On main', 'Start']);
    // With the person's word it goes on behind their commit.
    expect((await scene.inside(['resume'])).code).toBe(0);
    expect(subjects(branchOf(scene))).toEqual(['Add a note', 'Mine', 'Start']);
  });
});

test('case 7: a run is not resumed on a branch that was put where its base is not', async () => {
  const { git, again } = await interrupted(async (tree) => {
    await tree.write('a.txt', 'task\n');
    await tree.commit(task('Task'), ['a.txt']);
  });
  git('checkout', '-q', '--orphan', 'apart');
  git('commit', '-qm', 'Apart');
  git('update-ref', `refs/heads/${BRANCH}`, 'apart');
  await expect(again()).rejects.toThrow('does not hold the commit the run began at');
  expect(git('rev-parse', BRANCH)).toBe(git('rev-parse', 'apart'));
});
