import { readFile, realpath, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Git, type Place, revision } from './git.ts';
import { GitError } from './process.ts';
import { addWorktree, attachWorktree, worktreePath } from './worktree-folder.ts';

export interface Reopening {
  run: string;
  branch: string;
  base: string;
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
  const place = await whole(git, path, options);
  if (place !== null) {
    // A kill between moving the branch and writing the index leaves an index of the commit before.
    await options.at(place).run({ args: ['read-tree', 'HEAD'] });
    return place;
  }
  await rm(path, { recursive: true, force: true });
  await rm(entry, { recursive: true, force: true });
  const there = await git.run({
    args: ['rev-parse', '--verify', '--quiet', `refs/heads/${revision(options.branch)}`],
    ok: [1, 128],
  });
  return there.code === 0 ? attachWorktree(git, options) : addWorktree(git, options);
}

async function whole(git: Git, path: string, { branch, at }: Reopening): Promise<Place | null> {
  try {
    const link = await readFile(join(path, '.git'), 'utf8');
    const gitDir = await realpath(link.replace(/^gitdir: /u, '').replace(/\n$/u, ''));
    const head = await readFile(join(gitDir, 'HEAD'), 'utf8');
    if (head.trim() !== `ref: refs/heads/${branch}`) return null;
    const place = { root: await realpath(path), gitDir, commonDir: git.place.commonDir };
    await at(place).run({ args: ['rev-parse', '--verify', 'HEAD'] });
    // git writes the index last of all: without it the checkout did not end.
    return (await stat(join(gitDir, 'index')).catch(() => null)) === null ? null : place;
  } catch (error) {
    if (error instanceof GitError || (error as NodeJS.ErrnoException).code !== undefined) return null;
    throw error;
  }
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
