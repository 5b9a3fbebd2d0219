import { lstat, realpath, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join, sep } from 'node:path';
import { searchPath } from '../environment.ts';

/** A folder of the machine, and where it is seen inside. */
export interface Shown {
  source: string;
  seen: string;
}

/** In every sandbox already, and nothing else of the machine is. */
const SYSTEM = ['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32'];
/** What programs in a `bin` need beside it. Not `share`: beside `~/.local/bin` it holds what every program stores. */
const BESIDE = ['lib', 'lib32', 'lib64', 'libexec', 'include', 'Cellar', 'opt'];

/**
 * The programs of the machine outside `/usr`: Node where it is, and the folders of PATH, each with what it needs
 * beside it. Never a folder that holds the person's home.
 */
export async function programFolders(path: string | undefined): Promise<Shown[]> {
  const folders = new Set<string>();
  for (const entry of [dirname(process.execPath), ...searchPath(path)]) {
    for (const folder of await withNeeds(entry)) folders.add(folder);
  }
  return shown(folders);
}

/** The `node_modules` of the folders above, where Node looks for packages. */
export async function packageFolders(tree: string): Promise<Shown[]> {
  const folders: string[] = [];
  for (let folder = dirname(tree); ; folder = dirname(folder)) {
    const packages = join(folder, 'node_modules');
    const found = await lstat(packages).catch(() => null);
    // A link is followed to other packages only: a repository could make it one to the person's keys.
    if (found?.isDirectory() || (found?.isSymbolicLink() && basename(await target(packages)) === 'node_modules'))
      folders.push(packages);
    if (folder === dirname(folder)) return shown(folders);
  }
}

/** Folders the person names in their own configuration; `~/` is their home. */
export function namedFolders(names: readonly string[]): Promise<Shown[]> {
  return shown(names.map((name) => (name.startsWith('~/') ? join(homedir(), name.slice(2)) : name)));
}

async function withNeeds(entry: string): Promise<string[]> {
  const folder = join(entry, '.');
  const parent = dirname(folder);
  if (basename(folder) === '.bin' && basename(parent) === 'node_modules') return [parent];
  // A version manager's; and a Python environment, which is known by this file.
  if (basename(folder) === 'shims' || (await isThere(join(parent, 'pyvenv.cfg')))) return [parent];
  if (basename(folder) !== 'bin' || holdsHome(parent)) return [folder];
  return [folder, ...BESIDE.map((name) => join(parent, name))];
}

async function shown(folders: Iterable<string>): Promise<Shown[]> {
  const found: Shown[] = [];
  for (const seen of folders) {
    const source = await target(seen);
    if (source === '' || SYSTEM.some((folder) => within(folder, source)) || holdsHome(source)) continue;
    found.push({ source, seen });
    // Scripts and links name the place itself.
    if (source !== seen) found.push({ source, seen: source });
  }
  return found;
}

/** Whether the person's home is in it, or is it. */
export function holdsHome(folder: string): boolean {
  return within(folder, homedir()) || folder === '/';
}

export function within(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

async function target(path: string): Promise<string> {
  return realpath(path).catch(() => '');
}

async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null;
}
