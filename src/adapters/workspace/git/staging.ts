import { copyFile, mkdtemp, rm, stat, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Git } from './git.ts';
import { type Found, insidePath, refused, whatStandsAt } from './inside.ts';

/** An index of our own: handed to git through the environment, gone afterwards. */
export type IndexEnvironment = Readonly<{ GIT_INDEX_FILE: string }>;

/** Runs `use` with a temporary index: empty, or a copy of `seed` where that exists. */
export async function withIndex<T>(seed: string | null, use: (env: IndexEnvironment) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'tercet-index-'));
  const file = join(folder, 'index');
  try {
    if (seed !== null) await copyIndex(seed, file);
    return await use({ GIT_INDEX_FILE: file });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function copyIndex(from: string, to: string): Promise<void> {
  const before = await stat(from).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (before === null) return;
  await copyFile(from, to);
  // git trusts an entry only when it is older than the index; a younger copy would vouch for files it has not seen.
  await utimes(to, before.atime, Math.floor(before.mtimeMs) / 1000);
}

/**
 * Brings paths into an index as they stand in the working tree; absent ones are removed from it.
 * A repository inside this one is refused, or skipped; so is what is neither file nor link.
 */
export async function stage(
  git: Git,
  env: Readonly<Record<string, string>>,
  paths: readonly string[],
  others: 'refuse' | 'skip' = 'refuse',
): Promise<void> {
  const found = await Promise.all(
    paths.map(async (path) => ({ path: insidePath(path), found: await whatStandsAt(git.place.root, path) })),
  );
  const of = (...kinds: Found[]) => found.filter((one) => kinds.includes(one.found)).map(({ path }) => path);
  const replaced = await filesInIndex(git, env, of('folder'));
  const bad = of('folder', 'other').find((path) => !replaced.has(path));
  if (bad !== undefined && others === 'refuse')
    throw refused(bad, 'it is a folder, a repository inside this one or a device');
  const gone = [...of('absent'), ...replaced];
  if (gone.length > 0) await removeEntries(git, env, gone);
  const present = of('file', 'link');
  if (present.length > 0) {
    const input = present.map((path) => `${path}\0`).join('');
    await git.run({ args: ['update-index', '-z', '--add', '--replace', '--stdin'], input, env });
  }
}

/** Which of the paths, folders now, the index holds as files: they were replaced, so they are gone. */
async function filesInIndex(
  git: Git,
  env: Readonly<Record<string, string>>,
  folders: readonly string[],
): Promise<Set<string>> {
  if (folders.length === 0) return new Set();
  const listed = await git.text(['ls-files', '--stage', '-z', '--', ...folders], { env });
  const files = listed.split('\0').filter((line) => !line.startsWith('160000'));
  const paths = new Set(files.map((line) => line.slice(line.indexOf('\t') + 1)));
  return new Set(folders.filter((folder) => paths.has(folder)));
}

/** Removes paths from an index. */
export async function removeEntries(
  git: Git,
  env: Readonly<Record<string, string>>,
  paths: readonly string[],
): Promise<void> {
  const input = paths.map((path) => `${path}\0`).join('');
  await git.run({ args: ['update-index', '-z', '--force-remove', '--stdin'], input, env });
}

/** The tree object an index stands for. */
export function writeTree(git: Git, env: IndexEnvironment): Promise<string> {
  return git.text(['write-tree'], { env });
}
