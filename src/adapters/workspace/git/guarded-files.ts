import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, readdir, realpath, rename, rm, rmdir, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { doorPath, refused } from './inside.ts';
import { textOf } from './read-objects.ts';

const MAX_FILE_BYTES = 4 * 1024 * 1024;
/** A pipe in a file's place must not hold us at open. */
const READ_ONLY = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const NEW_ONLY = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/**
 * The one door to files of a working tree for text that came from a model: only plain UTF-8 files inside `root`, reached
 * through real folders. `root` is a real path. Everything refused throws `repository` naming the path and the reason.
 */
export class GuardedFiles {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  /** The text of a file; null when there is none. */
  async read(path: string): Promise<string | null> {
    const file = await this.#locate(path);
    if (file === null || !(await isPlainFile(path, file))) return null;
    const handle = await open(file, READ_ONLY).catch((error: NodeJS.ErrnoException) => {
      throw error.code === 'ELOOP' ? refused(path, 'it is a link') : error;
    });
    try {
      await this.#sameFile(path, file, handle);
      const { size } = await handle.stat();
      if (size > MAX_FILE_BYTES) throw refused(path, `it is larger than ${MAX_FILE_BYTES} bytes`);
      const text = textOf(await handle.readFile());
      if (text === null) throw refused(path, 'it is not UTF-8 text');
      return text;
    } finally {
      await handle.close();
    }
  }

  /**
   * Writes a whole file. A new file takes the old one's place in one rename, so a reader or a crash sees one of the two,
   * and a hard or symbolic link in its place is replaced, never written through. Its mode stays, but for what
   * `executable` says; a new file gets the one the system gives.
   */
  async write(path: string, text: string, executable?: boolean): Promise<void> {
    doorPath(path);
    if (!text.isWellFormed() || text.includes('\0')) throw refused(path, 'what it would hold is not UTF-8 text');
    if (Buffer.byteLength(text) > MAX_FILE_BYTES)
      throw refused(path, `it would be larger than ${MAX_FILE_BYTES} bytes`);
    await this.#noCaseTwin(path);
    const folder = await this.#makeFolders(path);
    const file = join(folder, basename(path));
    const mode = (await isPlainFile(path, file)) ? (await lstat(file)).mode & 0o777 : null;
    const fresh = join(folder, `.tercet-${randomBytes(9).toString('hex')}`);
    const handle = await open(fresh, NEW_ONLY, mode !== null ? 0o600 : executable === true ? 0o777 : 0o666);
    try {
      await this.#sameFile(path, fresh, handle);
      await handle.writeFile(text);
      if (mode !== null) await handle.chmod(executable === undefined ? mode : executableOrNot(mode, executable));
      await handle.close();
      await rename(fresh, file);
    } catch (error) {
      await handle.close().catch(() => {});
      await rm(fresh, { force: true });
      throw error;
    }
  }

  /** Whether a plain file is there that its owner may execute. */
  async isExecutable(path: string): Promise<boolean> {
    const file = await this.#locate(path);
    return file !== null && (await isPlainFile(path, file)) && ((await lstat(file)).mode & 0o100) !== 0;
  }

  /** Removes a file, and the folders it leaves empty. Nothing there is nothing to do. */
  async remove(path: string): Promise<void> {
    const file = await this.#locate(path);
    if (file === null || !(await isPlainFile(path, file))) return;
    await unlink(file);
    await removeEmptyFolders(this.#root, path);
  }

  /** Where the path leads through real folders; null when a folder on the way is missing. */
  async #locate(path: string): Promise<string | null> {
    const folders = doorPath(path).split('/').slice(0, -1);
    let here = this.#root;
    for (const folder of folders) {
      here = join(here, folder);
      const found = await lstatOrNull(here);
      if (found === null) return null;
      if (!found.isDirectory()) throw refused(path, 'a folder on its way is a link or a file');
    }
    return join(this.#root, path);
  }

  async #makeFolders(path: string): Promise<string> {
    let here = this.#root;
    for (const folder of path.split('/').slice(0, -1)) {
      here = join(here, folder);
      await mkdir(here).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error;
      });
      if (!(await lstat(here)).isDirectory()) throw refused(path, 'a folder on its way is a link or a file');
    }
    return here;
  }

  /** A folder may have been swapped for a link between the check and the open: what was opened has to be what is there. */
  async #sameFile(path: string, file: string, handle: FileHandle): Promise<void> {
    const [opened, there, real] = await Promise.all([handle.stat(), lstatOrNull(file), realpath(dirname(file))]);
    const same = there?.isFile() && opened.isFile() && there.ino === opened.ino && there.dev === opened.dev;
    if (!same || real !== dirname(file)) throw refused(path, 'it changed while it was opened');
  }

  /** `readme.md` beside `README.md` is one file on many systems: such a pair is never made. */
  async #noCaseTwin(path: string): Promise<void> {
    let here = this.#root;
    for (const segment of path.split('/')) {
      const names = await readdir(here).catch((error: NodeJS.ErrnoException): string[] => {
        if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
        throw error;
      });
      const twin = names.find((name) => name !== segment && folded(name) === folded(segment));
      if (!names.includes(segment) && twin !== undefined)
        throw refused(path, `${JSON.stringify(twin)} is there already`);
      here = join(here, segment);
    }
  }
}

/** Removes the folders above a removed path that are empty now, up to the root. */
export async function removeEmptyFolders(root: string, path: string): Promise<void> {
  for (let folder = dirname(path); folder !== '.'; folder = dirname(folder)) {
    try {
      await rmdir(join(root, folder));
    } catch {
      return;
    }
  }
}

/** Whoever may read may execute, or nobody may. */
function executableOrNot(mode: number, executable: boolean): number {
  return executable ? mode | ((mode & 0o444) >> 2) : mode & ~0o111;
}

/** False when nothing is there. */
async function isPlainFile(path: string, file: string): Promise<boolean> {
  const found = await lstatOrNull(file);
  if (found === null) return false;
  if (found.isSymbolicLink()) throw refused(path, 'it is a link');
  if (!found.isFile()) throw refused(path, 'it is not a plain file');
  return true;
}

function lstatOrNull(file: string) {
  return lstat(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
    throw error;
  });
}

function folded(name: string): string {
  return name.normalize('NFC').toLowerCase();
}
