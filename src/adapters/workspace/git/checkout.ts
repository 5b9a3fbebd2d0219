import { randomBytes } from 'node:crypto';
import type { Checkout, Identity } from '../../../ports/workspace.ts';
import { commitTree, signature } from './commit.ts';
import { type Git, type Place, revision } from './git.ts';
import { changedPaths } from './status.ts';
import { detachedWorktree, removeWorktree } from './worktree-folder.ts';

/**
 * A commit or tree, checked out beside the run's worktree. Several may be open at once. `tercet clean` finds it by
 * the run's name, should the process end before it is closed.
 */
export async function openCheckout(
  main: Git,
  { run, treeish, identity, at }: { run: string; treeish: string; identity: Identity; at: (place: Place) => Git },
): Promise<Checkout> {
  const name = `${run}-read-${randomBytes(3).toString('hex')}`;
  const place = await detachedWorktree(main, name, await asCommit(main, treeish, identity));
  const git = at(place);
  const commit = await git.text(['rev-parse', 'HEAD']);
  let closed = false;
  return {
    path: place.root,
    changed: async () => {
      // Compared with what was checked out, wherever HEAD stands by now.
      await git.run({ args: ['update-ref', '--no-deref', 'HEAD', commit] });
      await git.run({ args: ['reset', '--quiet', '--mixed', commit] });
      return changedPaths(git);
    },
    close: async () => {
      if (closed) return;
      closed = true;
      await removeWorktree(main, place);
    },
  };
}

/** git checks commits out; a tree is made one that no ref names. */
async function asCommit(git: Git, treeish: string, identity: Identity): Promise<string> {
  const kind = await git.text(['cat-file', '-t', revision(treeish)]);
  if (kind !== 'tree') return git.text(['rev-parse', '--verify', `${revision(treeish)}^{commit}`]);
  return commitTree(git, { tree: treeish, parents: [], text: 'A tree to read\n', env: signature(identity) });
}
