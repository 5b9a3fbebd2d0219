import { lstat, mkdir, readdir, readFile, realpath, rm, rmdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { TercetError } from '../../../contract/errors.ts';
import { type Git, type Place, revision } from './git.ts';
import { GitError, plain } from './process.ts';

/** Hides the folder from git by itself: neither .git/info/exclude nor the user's .gitignore is touched. */
const HIDDEN = '*\n';

/** What git says of the entry of a working tree that is not whole yet. */
const HALF_MADE = /failed to read .*\/worktrees\/[^/]+\/\w+: /u;
/** An entry is half made for about a millisecond; together these wait for a second, in ms. */
const TRIES = 8;
const WAIT_MS = 40;

/**
 * Checks `base` out on a new branch at `<root>/.tercet/worktrees/<run>`, inside the repository so that what looks for
 * dependencies in the folders above finds them. Throws `repository`: the branch or the folder exists.
 */
export async function addWorktree(git: Git, options: { run: string; branch: string; base: string }): Promise<Place> {
  const path = await worktreePath(git, options.run);
  const { base } = options;
  const branch = revision(options.branch);
  const args = ['worktree', 'add', '--quiet', '--no-track', '-b', branch, path, revision(base)];
  try {
    await patiently(
      () => git.run({ args }),
      () => dropBranch(git, { branch, base }),
    );
  } catch (error) {
    throw await notAdded(git, { branch, path, base }, error);
  }
  return placeOf(git, path);
}

/** Checks a commit out in `.tercet/worktrees/<name>`, on no branch. */
export async function detachedWorktree(git: Git, name: string, commit: string): Promise<Place> {
  const path = await worktreePath(git, name);
  await patiently(() => git.run({ args: ['worktree', 'add', '--quiet', '--detach', path, revision(commit)] }));
  return placeOf(git, path);
}

/** The same for a branch that is there already: it is checked out where it stands. */
export async function attachWorktree(git: Git, options: { run: string; branch: string }): Promise<Place> {
  const path = await worktreePath(git, options.run);
  await patiently(() => git.run({ args: ['worktree', 'add', '--quiet', path, revision(options.branch)] }));
  return placeOf(git, path);
}

/** Where the working tree of a run is, with the folders above it made. */
export async function worktreePath(git: Git, run: string): Promise<string> {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,120}$/u.test(run) || run.includes('..') || /\.(lock|git)$/u.test(run)) {
    throw new TercetError('repository', `${JSON.stringify(plain(run))} is not the name of a run.`);
  }
  return join(await ownFolder(git.place.root), run);
}

async function placeOf(git: Git, path: string): Promise<Place> {
  const link = await readFile(join(path, '.git'), 'utf8');
  const gitDir = await realpath(link.replace(/^gitdir: /u, '').replace(/\n$/u, ''));
  return { root: await realpath(path), gitDir, commonDir: git.place.commonDir };
}

async function notAdded(
  git: Git,
  { branch, path, base }: { branch: string; path: string; base: string },
  error: unknown,
): Promise<unknown> {
  await leaveFolder(git.place.root);
  if (!(error instanceof GitError)) return error;
  if (/a branch named .* already exists/u.test(error.stderr)) {
    return new TercetError('repository', `The branch ${branch} exists already.`, {
      hint: `Choose another name, or remove it if you do not need it: git branch -D ${branch}`,
      cause: error,
    });
  }
  await dropBranch(git, { branch, base });
  if (error.stderr.includes(`'${path}' already exists`)) {
    return new TercetError('repository', `The run's working tree ${plain(path)} exists already.`, {
      hint: `Look at what is in it, then remove it: git worktree remove ${plain(path)}`,
      cause: error,
    });
  }
  return error;
}

/** git makes the branch before the working tree; it is removed again, unless something was built on it already. */
function dropBranch(git: Git, { branch, base }: { branch: string; base: string }): Promise<unknown> {
  return git.run({ args: ['update-ref', '-d', `refs/heads/${branch}`, base], ok: [1, 128] });
}

/**
 * git reads the entries of all working trees, and gives up at one that another process is just making. `undo` takes back
 * what it did before it gave up.
 */
async function patiently(work: () => Promise<unknown>, undo: () => Promise<unknown> = async () => {}): Promise<void> {
  for (let tried = 1; ; tried++) {
    try {
      await work();
      return;
    } catch (error) {
      if (tried === TRIES || !(error instanceof GitError) || !HALF_MADE.test(error.stderr)) throw error;
      await undo();
      await pause(WAIT_MS * tried);
    }
  }
}

/** Removes the working tree and git's entry for it, whatever state a command left it in. */
export async function removeWorktree(git: Git, place: Place): Promise<void> {
  try {
    await patiently(() => git.run({ args: ['worktree', 'remove', '--force', '--force', place.root] }));
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    // Its .git was replaced, say: then the same two removals by hand, of our own entry only.
    await rm(place.root, { recursive: true, force: true });
    await removeEntry(place.gitDir);
  }
  await leaveFolder(git.place.root);
}

/** Removes git's entry for a working tree, and the folder of such entries when that was the last. */
export async function removeEntry(entry: string): Promise<void> {
  const entries = dirname(entry);
  if (basename(entries) !== 'worktrees') return;
  await rm(entry, { recursive: true, force: true });
  // Only when it is empty, as git does: other working trees have their entries there.
  await rmdir(entries).catch(() => {});
}

/** `.tercet/worktrees`, made where it is missing. A link in its place could lead anywhere and is refused. */
async function ownFolder(root: string): Promise<string> {
  let here = root;
  for (const name of ['.tercet', 'worktrees']) {
    here = join(here, name);
    await mkdir(here).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
    if (!(await lstat(here)).isDirectory()) {
      throw new TercetError('repository', `${plain(here)} is not a folder.`, {
        hint: 'Move it away: Tercet needs the name.',
      });
    }
  }
  await writeFile(join(root, '.tercet', '.gitignore'), HIDDEN, { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  return here;
}

/** Removes `.tercet` when nothing is left in it but what we put there. */
export async function leaveFolder(root: string): Promise<void> {
  const folder = join(root, '.tercet');
  try {
    await rmdir(join(folder, 'worktrees'));
    const names = await readdir(folder);
    const ignore = join(folder, '.gitignore');
    if (names.length !== 1 || names[0] !== '.gitignore' || (await readFile(ignore, 'utf8')) !== HIDDEN) return;
    await rm(ignore);
    await rmdir(folder);
  } catch {
    // Another run's working tree is in it, or another process is just making one: it stays.
  }
}
