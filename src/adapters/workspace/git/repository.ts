import { TercetError } from '../../../contract/errors.ts';
import type { Identity, Repository } from '../../../ports/workspace.ts';
import { applyToWorkingTree } from './apply.ts';
import { openCheckout } from './checkout.ts';
import { diff, patchBytes } from './diff.ts';
import { type Git, type Place, revision } from './git.ts';
import { leftoversOf } from './leftovers.ts';
import { readLog, shown } from './log.ts';
import { GitError, plain } from './process.ts';
import { Objects } from './read-objects.ts';
import { snapshot } from './snapshot.ts';
import { changedPaths } from './status.ts';
import { lastBefore, treesOf } from './trees.ts';
import { openWorktree } from './worktree.ts';

export interface RepositoryParts {
  /** Ends with the caller's signal. */
  reading: Git;
  /** Runs to its end. */
  lasting: Git;
  /** The same hardening on another working tree of the repository. */
  at: (place: Place) => Git;
  identity: Identity;
  key: string;
}

/** The repository behind the port, over one hardened git. */
export function repositoryAt(parts: RepositoryParts): Repository {
  const { reading, lasting, at, identity, key } = parts;
  const objects = new Objects(reading);
  /** Full names that were found: what they name does not change. */
  const found = new Set<string>();
  const resolve = async (commitish: string): Promise<string> => {
    if (found.has(commitish)) return commitish;
    const name = await resolveCommit(reading, commitish);
    found.add(name);
    return name;
  };
  return {
    root: reading.place.root,
    key,
    gitFolder: reading.place.commonDir,
    identity,
    leftovers: leftoversOf(lasting, { identity, at }),
    resolve,
    mergeBase: (a, b) => mergeBase(reading, a, b),
    lastBefore: async (commitish, at) => lastBefore(reading, await resolve(commitish), at),
    treesOf: (names) => treesOf(reading, names),
    tree: (treeish) => orNoCommit(treeish, objects.tree(treeish)),
    read: (treeish, paths) => orNoCommit(treeish, objects.read(treeish, paths)),
    diff: (from, to) => diff(reading, from, to),
    patch: async (from, to) => (await patchBytes(reading, from, to, { renames: true })).toString(),
    log: async (from, to) => (await readLog(reading, from, to)).map(shown),
    snapshot: (what) => snapshot(reading, what, resolve),
    dirty: async () => (await changedPaths(reading)).length,
    openWorktree: async (options) =>
      openWorktree(lasting, { identity, ...options, base: await resolve(options.base), at }),
    openCheckout: (order) => openCheckout(lasting, { ...order, identity, at }),
    apply: (base, head) => applyToWorkingTree(lasting, base, head),
  };
}

async function resolveCommit(git: Git, commitish: string): Promise<string> {
  const asked = `${revision(commitish)}^{commit}`;
  const answer = await git.run({ args: ['rev-parse', '--verify', '--quiet', asked], ok: [1, 128] });
  const name = answer.stdout.toString().trim();
  if (answer.code === 0 && name !== '') return name;
  if (commitish === 'HEAD') throw noCommit();
  throw new TercetError('usage', `There is no commit ${JSON.stringify(plain(commitish))} in this repository.`, {
    hint: 'Name a commit that `git log` shows, a branch or a tag; fetch it first if it is on a remote.',
  });
}

async function mergeBase(git: Git, a: string, b: string): Promise<string> {
  const [one, other] = await Promise.all([resolveCommit(git, a), resolveCommit(git, b)]);
  const answer = await git.run({ args: ['merge-base', one, other], ok: [1] });
  if (answer.code === 0) return answer.stdout.toString().trim();
  throw new TercetError('usage', `${plain(a)} and ${plain(b)} have no commit in common.`, {
    hint: 'Name a base that the branch started from.',
  });
}

function noCommit(): TercetError {
  return new TercetError('usage', 'The repository has no commit yet.', {
    hint: 'Make the first one: git add -A && git commit -m "Start"',
  });
}

async function orNoCommit<T>(treeish: string, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (treeish === 'HEAD' && error instanceof GitError && error.stderr.includes('HEAD')) throw noCommit();
    throw error;
  }
}
