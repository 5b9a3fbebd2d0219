import { type Applied, applyEdits } from '../../edits/apply-edits.ts';
import { type Edit, editedPaths } from '../../edits/edit.ts';
import type { Worktree } from '../../ports/workspace.ts';

/** Applies edits to the worktree: all of them or none. */
export async function applyTo(worktree: Worktree, edits: readonly Edit[]): Promise<Applied> {
  const current = new Map<string, string | null>();
  for (const path of editedPaths(edits)) current.set(path, await worktree.read(path));
  const applied = applyEdits(edits, current);
  if (!applied.ok) return applied;
  for (const [path, content] of applied.files) {
    if (content === null) await worktree.remove(path);
    else await worktree.write(path, content);
  }
  return applied;
}
