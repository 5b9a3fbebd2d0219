import { randomUUID } from 'node:crypto';
import { chown, link, lstat, mkdir, open, rename, rm, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { TercetError } from '../../contract/errors.ts';

/** A settings file of another tool as it was read. `bytes` is null where there is none. */
export interface FoundFile {
  path: string;
  bytes: Buffer | null;
  /** Permission bits and owner; null where there is none. */
  owned: { mode: number; uid: number; gid: number } | null;
}

const BY_HAND = 'Add the server by hand: docs/install-hosts.md.';

/** No settings file is larger, in bytes: a larger one is something else. */
const MOST_BYTES = 1024 * 1024;

/**
 * Reads a settings file that may be changed. What could surprise is refused: links, hard links, what is no file, what is
 * read-only.
 * @throws TercetError `storage`.
 */
export async function readSettings(file: string): Promise<FoundFile> {
  const stats = await lstat(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw new TercetError('storage', `${file} cannot be read: ${error.message}.`, {
      hint: 'Mend its permissions, or the folders above it.',
    });
  });
  if (stats === null) return { path: file, bytes: null, owned: null };
  if (!stats.isFile() && !stats.isSymbolicLink())
    throw new TercetError('storage', `${file} is no file.`, { hint: 'Look at what is there.' });
  if (stats.isSymbolicLink() || stats.nlink > 1)
    throw new TercetError('storage', `${file} is a link; Tercet changes no file through one.`, { hint: BY_HAND });
  if (stats.size > MOST_BYTES)
    throw new TercetError('storage', `${file} has ${stats.size} bytes; settings are not that large.`, {
      hint: BY_HAND,
    });
  if ((stats.mode & 0o222) === 0)
    throw new TercetError('storage', `${file} is read-only.`, { hint: 'Make it writable, if it is yours to change.' });
  const handle = await open(file, 'r').catch((error: Error) => {
    throw new TercetError('storage', `${file} cannot be read: ${error.message}.`, { hint: 'Mend its permissions.' });
  });
  try {
    const { mode, uid, gid } = stats;
    return { path: file, bytes: await handle.readFile(), owned: { mode: mode & 0o7777, uid, gid } };
  } finally {
    await handle.close();
  }
}

/** The file as text, with its mark of order, if any, apart. @throws TercetError `storage` for what is not UTF-8. */
export function textOf({ path: file, bytes }: FoundFile): { bom: string; text: string } {
  try {
    const all = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes ?? Buffer.alloc(0));
    const bom = all.startsWith('\uFEFF') ? '\uFEFF' : '';
    return { bom, text: all.slice(bom.length) };
  } catch {
    throw new TercetError('storage', `${file} is not UTF-8 text.`, { hint: BY_HAND });
  }
}

/**
 * Replaces the file by `bytes` (null removes it) if it still is as it was read: written beside it, synced, then put in its
 * place, with its permissions and owner. Folders that are missing are made.
 * @returns the folders that were made, the outermost first.
 * @throws TercetError `storage`; nothing is changed then.
 */
export async function replaceSettings(found: FoundFile, bytes: Buffer | null): Promise<string[]> {
  const folder = path.dirname(found.path);
  const made = bytes === null ? [] : await makeFolders(folder);
  try {
    if (bytes === null) {
      await checkUnchanged(found);
      await rm(found.path, { force: true });
    } else await putInPlace(found, bytes);
    await syncFolder(folder);
    return made;
  } catch (error) {
    await removeFolders(made);
    if (error instanceof TercetError) throw error;
    throw new TercetError('storage', `${found.path} cannot be written: ${(error as Error).message}.`, {
      hint: 'Nothing was changed.',
    });
  }
}

/** Removes folders that are empty, the innermost first; the others stay. */
export async function removeFolders(folders: readonly string[]): Promise<void> {
  for (const folder of folders.toReversed()) await rmdir(folder).catch(() => {});
}

async function putInPlace(found: FoundFile, bytes: Buffer): Promise<void> {
  const { path: file, owned } = found;
  const temporary = path.join(path.dirname(file), `.${path.basename(file)}.${randomUUID()}`);
  try {
    const handle = await open(temporary, 'wx', owned?.mode ?? 0o600);
    try {
      await handle.writeFile(bytes);
      // The mask of the process may have taken bits away.
      if (owned !== null) await handle.chmod(owned.mode);
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (owned !== null && owned.uid !== process.getuid?.()) await chown(temporary, owned.uid, owned.gid);
    await checkUnchanged(found);
    // A link fails where somebody has made the file meanwhile; a rename would take it away.
    if (owned === null) await link(temporary, file);
    else await rename(temporary, file);
  } finally {
    await rm(temporary, { force: true });
  }
}

async function checkUnchanged(found: FoundFile): Promise<void> {
  const now = await readSettings(found.path);
  const same = found.bytes === null ? now.bytes === null : now.bytes?.equals(found.bytes) === true;
  if (!same)
    throw new TercetError('storage', `${found.path} was changed meanwhile; nothing was written.`, {
      hint: 'Look at it, and try again.',
    });
}

async function makeFolders(folder: string): Promise<string[]> {
  const first = await mkdir(folder, { recursive: true, mode: 0o700 }).catch((error: Error) => {
    throw new TercetError('storage', `${folder} cannot be made: ${error.message}.`, { hint: 'Nothing was changed.' });
  });
  if (first === undefined) return [];
  const made = [folder];
  while (made[0] !== undefined && made[0] !== first && made[0].length > first.length)
    made.unshift(path.dirname(made[0]));
  return made;
}

async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
