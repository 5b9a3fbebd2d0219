import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Commit } from '../../../contract/change.ts';
import { TercetError } from '../../../contract/errors.ts';
import type { CommitMessage, Identity } from '../../../ports/workspace.ts';
import type { Git } from './git.ts';
import { isGitName, whatStandsAt } from './inside.ts';
import { composeMessage, trailer } from './message.ts';
import { GitError } from './process.ts';
import { stage, withIndex, writeTree } from './staging.ts';

export interface Tip {
  sha: string;
  tree: string;
}

/**
 * Where the worktree's branch stands. Throws `repository` when the working tree has left its branch, and when the branch
 * is not at `left`, where the run's own last step left it: what somebody else put there is never built on, nor undone.
 */
export async function tipOf(git: Git, branch: string, left: string | null): Promise<Tip> {
  const text = await git.text(['rev-parse', 'HEAD', 'HEAD^{tree}', '--symbolic-full-name', 'HEAD']);
  const [sha = '', tree = '', ref = ''] = text.split('\n');
  if (ref !== `refs/heads/${branch}`) {
    throw new TercetError('repository', `The run's working tree is no longer on its branch ${branch}.`, {
      hint: `A command of the run moved it. Go back with: git -C ${git.place.root} checkout ${branch}`,
    });
  }
  if (left === null || sha === left) return { sha, tree };
  const where = `it stands at ${sha.slice(0, 12)}, and the run left it at ${left.slice(0, 12)}`;
  throw new TercetError('repository', `The branch ${branch} was moved while the run was under way: ${where}.`, {
    hint: `\`git log ${left.slice(0, 12)}..${branch}\` shows what came. If it is yours, go on with \`tercet resume\`; if not, put the branch back first.`,
  });
}

/** `at` is ISO 8601; without it git takes its own clock. */
export function signature(identity: Identity, at?: string): Record<string, string> {
  return {
    ...(at === undefined ? {} : { GIT_AUTHOR_DATE: at, GIT_COMMITTER_DATE: at }),
    GIT_AUTHOR_NAME: identity.name,
    GIT_AUTHOR_EMAIL: identity.email,
    GIT_COMMITTER_NAME: identity.name,
    GIT_COMMITTER_EMAIL: identity.email,
  };
}

/** HEAD's tree with the paths as they stand in the working tree, whatever else is staged there. */
function treeWith(git: Git, tip: Tip, paths: readonly string[]): Promise<string> {
  return withIndex(null, async (env) => {
    await git.run({ args: ['read-tree', tip.tree], env });
    await stage(git, env, paths);
    return writeTree(git, env);
  });
}

export async function commitPaths(
  git: Git,
  where: { branch: string; left: string; identity: Identity },
  message: CommitMessage,
  paths: readonly string[],
): Promise<Commit> {
  const tip = await tipOf(git, where.branch, where.left);
  const tree = await treeWith(git, tip, paths);
  if (tree === tip.tree) {
    throw new TercetError('repository', `There is nothing to commit in ${paths.join(', ') || 'no paths'}.`, {
      hint: 'The files are as they were at the last commit of the branch.',
    });
  }
  const text = composeMessage(message);
  const env = signature(where.identity, message.at);
  const sha = await commitTree(git, { tree, parents: [tip.sha], text, env });
  await git.run({ args: ['update-ref', '-m', 'tercet: commit', 'HEAD', sha, tip.sha] });
  // The working tree's own index follows; what else it holds stays as it is.
  await stage(git, {}, paths);
  return { sha, subject: text.split('\n', 1)[0] ?? '', task: trailer(text, 'Tercet-Task') };
}

export function commitTree(
  git: Git,
  commit: { tree: string; parents: readonly string[]; text: string; env: Record<string, string> },
): Promise<string> {
  const parents = commit.parents.flatMap((parent) => ['-p', parent]);
  const args = ['commit-tree', '--no-gpg-sign', ...parents, '-F', '-', commit.tree];
  return git.text(args, { input: commit.text, env: commit.env });
}

/** Saves changed paths as a commit under a ref that did not exist before; its name, or null when nothing changed. */
export async function rescuePaths(
  git: Git,
  identity: Identity,
  ref: string,
  paths: readonly string[],
): Promise<string | null> {
  const files = (await Promise.all(paths.map((path) => filesAt(git.place.root, path)))).flat();
  const head = await git.text(['rev-parse', 'HEAD', 'HEAD^{tree}']);
  const [sha = '', tree = ''] = head.split('\n');
  const saved = await treeWith(git, { sha, tree }, files);
  if (saved === tree) return null;
  const text = 'Work that was not committed\n\nSaved by Tercet before it removed or reset the working tree.\n';
  const commit = await commitTree(git, { tree: saved, parents: [sha], text, env: signature(identity) });
  return createRef(git, ref, commit);
}

/** A command of the run may have detached HEAD and committed there: a ref holds those commits once HEAD is gone. */
export async function keepDetached(git: Git, ref: string): Promise<void> {
  const [sha = '', name] = (await git.text(['rev-parse', 'HEAD', '--symbolic-full-name', 'HEAD'])).split('\n');
  if (name === 'HEAD') await createRef(git, ref, sha);
}

/** Creates a ref, or the first of `ref-2`, `ref-3`, … that is free: what an earlier rescue saved is never lost. */
export async function createRef(git: Git, ref: string, sha: string): Promise<string> {
  for (let count = 1; ; count += 1) {
    const name = count === 1 ? ref : `${ref}-${count}`;
    try {
      await git.run({ args: ['update-ref', name, sha, '0'.repeat(sha.length)] });
      return name;
    } catch (error) {
      if (!(error instanceof GitError) || !error.stderr.includes('already exists') || count >= 100) throw error;
    }
  }
}

/** The path itself, or for a folder (a repository made inside this one) the files in it. */
async function filesAt(root: string, path: string): Promise<string[]> {
  const found = await whatStandsAt(root, path);
  if (found === 'other') return [];
  if (found !== 'folder') return [path];
  const names = (await readdir(join(root, path))).filter((name) => !isGitName(name));
  return (await Promise.all(names.map((name) => filesAt(root, `${path}/${name}`)))).flat();
}
