import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { TercetError } from '../../../contract/errors.ts';
import type { Snapshot } from '../../../ports/workspace.ts';
import type { Git } from './git.ts';
import { GitError } from './process.ts';
import { type IndexEnvironment, stage, withIndex, writeTree } from './staging.ts';
import { changedPaths } from './status.ts';

type Resolve = (commitish: string) => Promise<string>;

/** A tree of what is staged, of the working tree, or of a patch on its base; made in an index of our own. */
export async function snapshot(git: Git, what: Snapshot, resolve: Resolve): Promise<{ tree: string; base: string }> {
  const base = await resolve(what.of === 'patch' ? what.base : 'HEAD');
  if (what.of === 'patch') {
    const { patch } = what;
    return { base, tree: await withIndex(null, (env) => patched(git, env, base, patch)) };
  }
  const tree = await withIndex(join(git.place.gitDir, 'index'), async (index) => {
    const env = what.of === 'worktree' && what.keep === false ? { ...index, ...passing(git, index) } : index;
    // A repository inside this one is left out, as git leaves it to that repository.
    if (what.of === 'worktree') await stage(git, env, await changedPaths(git, env), 'skip');
    return writeTree(git, env).catch((error: unknown) => {
      throw unmerged(error);
    });
  });
  return { tree, base };
}

async function patched(
  git: Git,
  env: Readonly<{ GIT_INDEX_FILE: string }>,
  base: string,
  patch: string,
): Promise<string> {
  await git.run({ args: ['read-tree', base], env });
  try {
    await git.run({ args: ['apply', '--cached', '--whitespace=nowarn', '-'], input: patch, env });
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    const why = error.stderr
      .replace(/^error: /gmu, '')
      .trim()
      .split('\n')
      .slice(0, 5)
      .join('; ');
    throw new TercetError('usage', `The diff does not apply to ${base.slice(0, 12)}: ${why}`, {
      hint: 'Say with --base which commit it was made on.',
      cause: error,
    });
  }
  return writeTree(git, env);
}

function unmerged(error: unknown): unknown {
  if (!(error instanceof GitError) || !/unmerged|error building trees/u.test(error.stderr)) return error;
  return new TercetError('repository', 'The index holds unresolved merge conflicts.', {
    hint: 'Resolve them and `git add` the files, then try again.',
    cause: error,
  });
}

/** Objects are written beside the temporary index, and go with it; those of the repository are read as ever. */
function passing(git: Git, { GIT_INDEX_FILE }: IndexEnvironment): Record<string, string> {
  const objects = join(dirname(GIT_INDEX_FILE), 'objects');
  mkdirSync(objects);
  // Quoted as git reads it: the list is separated by colons, which a path may hold.
  const own = JSON.stringify(join(git.place.commonDir, 'objects'));
  return { GIT_OBJECT_DIRECTORY: objects, GIT_ALTERNATE_OBJECT_DIRECTORIES: own };
}
