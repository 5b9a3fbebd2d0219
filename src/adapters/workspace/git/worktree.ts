import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { TercetError } from '../../../contract/errors.ts';
import type { Identity, Worktree } from '../../../ports/workspace.ts';
import { commitPaths, keepDetached, rescuePaths, tipOf } from './commit.ts';
import { foldFixes } from './fold.ts';
import type { Git, Place } from './git.ts';
import { GuardedFiles } from './guarded-files.ts';
import { goneFolder } from './process.ts';
import { reopenWorktree } from './reopen.ts';
import { restorePaths } from './restore.ts';
import { changedPaths } from './status.ts';
import { takeBack } from './take-back.ts';
import { addWorktree, removeWorktree } from './worktree-folder.ts';

export interface WorktreeOptions {
  run: string;
  branch: string;
  /** A full object name. */
  base: string;
  /** Opens what an interrupted run left. */
  again?: boolean;
  identity: Identity;
  at: (place: Place) => Git;
}

/** No git call of ours lasts so long on an index; a lock this old was left by a command that was killed. */
const STALE_LOCK_MS = 10_000;

export async function openWorktree(main: Git, options: WorktreeOptions): Promise<Worktree> {
  const { run, branch, identity } = options;
  const place = options.again === true ? await reopenWorktree(main, options) : await addWorktree(main, options);
  const git = options.at(place);
  const files = new GuardedFiles(place.root);
  /** Where our own last step left the branch. */
  let left = options.again === true ? await startOf(git, options) : options.base;
  const rescue = async (name: string): Promise<string | null> => {
    if (!/^[A-Za-z0-9][A-Za-z0-9-]*$/u.test(name)) throw new TercetError('internal', `${name} cannot name a rescue`);
    const changed = await changedPaths(git);
    return changed.length === 0 ? null : rescuePaths(git, identity, `refs/tercet/${run}/${name}`, changed);
  };
  if (options.again === true) {
    // What was under way is done again from the receipts; whatever stands here is kept under a ref all the same.
    await rescue('interrupted');
    await restorePaths(git, await changedPaths(git));
  }
  let closed = false;
  return {
    path: place.root,
    branch,
    head: async () => (await tipOf(git, branch, left)).sha,
    read: (path) =>
      onDisk(place.root, async () => {
        const text = await files.read(path);
        // Every file is absent where the whole folder is gone: no model should be asked about that.
        if (text === null) await stat(place.root);
        return text;
      }),
    isExecutable: (path) => onDisk(place.root, () => files.isExecutable(path)),
    write: (path, text, executable) => onDisk(place.root, () => files.write(path, text, executable)),
    remove: (path) => onDisk(place.root, () => files.remove(path)),
    changed: () => changedPaths(git),
    restore: async (paths) => {
      await clearStaleLock(place);
      await restorePaths(git, paths ?? (await changedPaths(git)));
    },
    commit: async (message, paths) => {
      await clearStaleLock(place);
      const commit = await commitPaths(git, { branch, left, identity }, message, paths);
      left = commit.sha;
      return commit;
    },
    takeBack: async (to = left) => {
      await clearStaleLock(place);
      left = to;
      return takeBack(git, branch, left, `refs/tercet/${run}/taken-back`);
    },
    rescue,
    fold: async (base) => {
      const commits = await foldFixes(git, branch, left, base);
      left = commits.at(-1)?.sha ?? left;
      return commits;
    },
    close: async () => {
      if (closed) return;
      // A command may have removed the whole folder; then there is nothing to save, and still an entry to remove.
      if (await stat(place.root).catch(() => null)) {
        await rescue('left');
        await keepDetached(git, `refs/tercet/${run}/head`);
      }
      await removeWorktree(main, place);
      closed = true;
    },
  };
}

/** Where a run that was interrupted goes on. Throws `repository` for a branch that no longer holds its base. */
async function startOf(git: Git, { branch, base }: WorktreeOptions): Promise<string> {
  const { sha } = await tipOf(git, branch, null);
  const holds = await git.run({ args: ['merge-base', '--is-ancestor', base, sha], ok: [1] });
  if (holds.code === 0) return sha;
  const began = base.slice(0, 12);
  throw new TercetError('repository', `The branch ${branch} does not hold the commit the run began at, ${began}.`, {
    hint: `\`git reflog ${branch}\` shows where it stood; put it back there, then go on with \`tercet resume\`.`,
  });
}

/** What the disk refuses is no error of the run, and none that a model could mend. Throws `storage`. */
async function onDisk<T>(root: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (error instanceof TercetError || code === undefined) throw error;
    if ((await stat(root).catch(() => null)) === null) throw goneFolder(root);
    const full = code === 'ENOSPC' || code === 'EDQUOT';
    throw new TercetError('storage', `The working tree ${root} cannot be used: ${message}.`, {
      hint: full
        ? 'The disk is full: free some space, then go on with `tercet resume`.'
        : 'Check that it is there and that you may write to it, then go on with `tercet resume`.',
      cause: error,
    });
  }
}

async function clearStaleLock(place: Place): Promise<void> {
  const lock = join(place.gitDir, 'index.lock');
  const found = await stat(lock).catch(() => null);
  if (found !== null && Date.now() - found.mtimeMs > STALE_LOCK_MS) await rm(lock, { force: true });
}
