import { readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Identity } from '../../../ports/workspace.ts';
import { type Git, type Place, revision } from './git.ts';
import { leftoversOf } from './leftovers.ts';
import { GitError } from './process.ts';
import { addWorktree, attachWorktree, worktreePath } from './worktree-folder.ts';

export interface Reopening {
  run: string;
  branch: string;
  base: string;
  identity: Identity;
  /** git on another place: its index and HEAD, never the user's. */
  at: (place: Place) => Git;
}

/**
 * Opens the working tree of a run that was interrupted, whatever a kill left of it: whole, half made, without its entry,
 * or gone. The branch stays where it is; when there is none, it is made at base. Only the owner of a run calls this, so
 * locks found here belong to nobody.
 */
export async function reopenWorktree(git: Git, options: Reopening): Promise<Place> {
  const path = await worktreePath(git, options.run);
  const entry = join(git.place.commonDir, 'worktrees', options.run);
  await dropLocks(git, entry, options.branch);
  const place = await whole(git, path, entry, options);
  if (place !== null) {
    // A kill between moving the branch and writing the index leaves an index of the commit before.
    await options.at(place).run({ args: ['read-tree', 'HEAD'] });
    return place;
  }
  const left = leftoversOf(git, options);
  if ((await left.worktrees()).some((one) => one.path === path)) await left.removeWorktree(path);
  const there = await git.run({
    args: ['rev-parse', '--verify', '--quiet', `refs/heads/${revision(options.branch)}`],
    ok: [1, 128],
  });
  return there.code === 0 ? attachWorktree(git, options) : addWorktree(git, options);
}

/** The entry is this repository's own, whatever the links say: after `mv` they lead nowhere, after `cp -r` into the original. */
async function whole(git: Git, path: string, entry: string, { branch, at }: Reopening): Promise<Place | null> {
  try {
    const [root, gitDir] = await Promise.all([realpath(path), realpath(entry)]);
    const head = await readFile(join(gitDir, 'HEAD'), 'utf8');
    if (head.trim() !== `ref: refs/heads/${branch}`) return null;
    const place = { root, gitDir, commonDir: git.place.commonDir };
    await at(place).run({ args: ['rev-parse', '--verify', 'HEAD'] });
    // git writes the index last of all: without it the checkout did not end.
    if ((await stat(join(gitDir, 'index')).catch(() => null)) === null) return null;
    await link(join(root, '.git'), `gitdir: ${gitDir}\n`);
    await link(join(gitDir, 'gitdir'), `${join(root, '.git')}\n`);
    return place;
  } catch (error) {
    if (error instanceof GitError || (error as NodeJS.ErrnoException).code !== undefined) return null;
    throw error;
  }
}

/** Written anew only where it says something else: what stands there may be a link that a command planted. */
async function link(file: string, text: string): Promise<void> {
  if ((await readFile(file, 'utf8').catch(() => null)) === text) return;
  await rm(file, { recursive: true, force: true });
  await writeFile(file, text, { flag: 'wx' });
}

async function dropLocks(git: Git, entry: string, branch: string): Promise<void> {
  const locks = [
    join(entry, 'index.lock'),
    join(entry, 'HEAD.lock'),
    join(entry, 'locked'),
    join(git.place.commonDir, 'refs', 'heads', `${branch}.lock`),
  ];
  await Promise.all(locks.map((lock) => rm(lock, { force: true })));
}
