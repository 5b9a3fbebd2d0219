import { TercetError } from '../../contract/errors.ts';
import { type Applied, applyEdits } from '../../edits/apply-edits.ts';
import { type Edit, editedPaths } from '../../edits/edit.ts';
import type { Worktree } from '../../ports/workspace.ts';

/** Applies edits to the worktree: all of them or none. A file that the worktree refuses to touch is a problem of the edits. */
export async function applyTo(worktree: Worktree, edits: readonly Edit[]): Promise<Applied> {
  const current = new Map<string, string | null>();
  const written: string[] = [];
  let at: string | null = null;
  try {
    for (at of editedPaths(edits)) current.set(at, await textOf(worktree, at, edits));
    const applied = applyEdits(edits, current);
    if (!applied.ok) return applied;
    for (const [path, content] of applied.files) {
      at = path;
      await put(worktree, path, content);
      written.push(path);
    }
    return applied;
  } catch (error) {
    if (!(error instanceof TercetError) || error.code !== 'repository') throw error;
    for (const path of written.toReversed()) await put(worktree, path, current.get(path) ?? null);
    const edit = edits.find(({ path }) => path === at);
    const problem = { path: at ?? '', kind: 'malformed' as const, at: edit?.at ?? 0, message: error.message };
    return { ok: false, problems: [problem] };
  }
}

/** A file that is only deleted need not be text; what it holds does not matter then. */
async function textOf(worktree: Worktree, path: string, edits: readonly Edit[]): Promise<string | null> {
  const deleted = edits.every((edit) => edit.path !== path || edit.kind === 'delete');
  return deleted ? ((await isThere(worktree, path)) ? '' : null) : worktree.read(path);
}

async function put(worktree: Worktree, path: string, content: string | null): Promise<void> {
  if (content === null) await worktree.remove(path);
  else await worktree.write(path, content);
}

/** Whether there is a file, readable as text or not. */
export async function isThere(worktree: Worktree, path: string): Promise<boolean> {
  return (await textOrRefusal(worktree, path)) !== null;
}

/** The text of a file, null when it is absent, and undefined when it cannot be shown: binary, a link, too large. */
export async function textOrRefusal(worktree: Worktree, path: string): Promise<string | null | undefined> {
  return worktree.read(path).catch((error: unknown) => {
    if (error instanceof TercetError && error.code === 'repository') return undefined;
    throw error;
  });
}
