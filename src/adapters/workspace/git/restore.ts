import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Git } from './git.ts';
import { removeEmptyFolders } from './guarded-files.ts';
import { insidePath, whatStandsAt } from './inside.ts';
import { removeEntries } from './staging.ts';

/** Puts paths back as they are at HEAD; those HEAD does not have are removed, from the index too. Follows no link. */
export async function restorePaths(git: Git, paths: readonly string[]): Promise<void> {
  for (const path of paths) insidePath(path);
  if (paths.length === 0) return;
  const listed = await git.text(['ls-tree', '-r', '-z', '--name-only', '--full-tree', 'HEAD']);
  const atHead = new Set(listed.split('\0'));
  const extra = paths.filter((path) => !atHead.has(path));
  for (const path of extra) {
    if ((await whatStandsAt(git.place.root, path)) === 'absent') continue;
    await rm(join(git.place.root, path), { recursive: true, force: true });
    await removeEmptyFolders(git.place.root, path);
  }
  if (extra.length > 0) await removeEntries(git, {}, extra);
  const kept = paths.filter((path) => atHead.has(path));
  if (kept.length === 0) return;
  const args = [
    'checkout',
    '--quiet',
    '--no-recurse-submodules',
    'HEAD',
    '--pathspec-from-file=-',
    '--pathspec-file-nul',
  ];
  await git.run({ args, input: kept.map((path) => `${path}\0`).join('') });
}
