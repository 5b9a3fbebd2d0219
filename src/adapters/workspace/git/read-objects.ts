import type { TreeEntry } from '../../../ports/workspace.ts';
import { type Git, revision } from './git.ts';

export const MAX_READ_BYTES = 1024 * 1024;
/** Beyond this many characters of paths the whole tree is listed instead of naming them. */
const MAX_NAMED_CHARS = 60_000;
/** Listings kept, by full object name: those never change. */
const MAX_LISTINGS = 4;

interface Listed extends TreeEntry {
  object: string;
}

const KINDS: Record<string, TreeEntry['kind']> = { '120000': 'link', '160000': 'submodule', '100755': 'executable' };
const ENTRY = /^(\d+) \w+ ([0-9a-f]+) +(\d+|-|BAD)\t(.*)$/su;
const FULL_NAME = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/u;

/** Reads trees and files out of the object store. */
export class Objects {
  readonly #git: Git;
  readonly #listings = new Map<string, Map<string, Listed>>();

  constructor(git: Git) {
    this.#git = git;
  }

  async tree(treeish: string): Promise<TreeEntry[]> {
    const listing = await this.#list(treeish);
    return [...listing.values()].map(({ path, kind, bytes }) => ({ path, kind, bytes }));
  }

  async read(treeish: string, paths: readonly string[]): Promise<Map<string, string | null>> {
    const texts = new Map<string, string | null>(paths.map((path) => [path, null]));
    if (paths.length === 0) return texts;
    const listing = await this.#list(treeish, paths);
    const wanted = paths.flatMap((path) => {
      const entry = listing.get(path);
      const plainFile = entry?.kind === 'file' || entry?.kind === 'executable';
      return plainFile && (entry.bytes ?? 0) <= MAX_READ_BYTES ? [entry] : [];
    });
    const found = await blobs(
      this.#git,
      wanted.map(({ object }) => object),
    );
    for (const { path, object } of wanted) texts.set(path, textOf(found.get(object)));
    return texts;
  }

  async #list(treeish: string, paths: readonly string[] = []): Promise<Map<string, Listed>> {
    const kept = this.#listings.get(treeish);
    if (kept) return kept;
    const named = paths.filter((path) => path !== '' && !path.includes('\0'));
    const few = named.length > 0 && named.reduce((sum, path) => sum + path.length + 1, 0) <= MAX_NAMED_CHARS;
    const args = ['ls-tree', '-r', '-z', '-l', '--full-tree', revision(treeish), '--', ...(few ? named : [])];
    const text = (await this.#git.run({ args })).stdout.toString();
    const listing = new Map(
      text
        .split('\0')
        .flatMap((line) => entryOf(line))
        .map((entry) => [entry.path, entry]),
    );
    if (!few && FULL_NAME.test(treeish)) {
      const oldest = this.#listings.keys().next();
      if (this.#listings.size >= MAX_LISTINGS && !oldest.done) this.#listings.delete(oldest.value);
      this.#listings.set(treeish, listing);
    }
    return listing;
  }
}

function entryOf(line: string): Listed[] {
  const match = ENTRY.exec(line);
  if (match === null) return [];
  const [, mode = '', object = '', size = '-', path = ''] = match;
  const kind = KINDS[mode] ?? 'file';
  const sized = (kind === 'file' || kind === 'executable') && /^\d+$/u.test(size);
  return [{ path, kind, bytes: sized ? Number(size) : null, object }];
}

/** Blobs by full object name, in one process. A name that is missing is absent from the answer. */
export async function blobs(git: Git, names: readonly string[]): Promise<Map<string, Buffer>> {
  const found = new Map<string, Buffer>();
  const unique = [...new Set(names)];
  if (unique.length === 0) return found;
  const { stdout } = await git.run({ args: ['cat-file', '--batch'], input: `${unique.join('\n')}\n` });
  for (let at = 0; at < stdout.length; ) {
    const end = stdout.indexOf(10, at);
    if (end < 0) break;
    const [name = '', kind = '', size = ''] = stdout.toString('latin1', at, end).split(' ');
    at = end + 1;
    if (!/^\d+$/u.test(size)) continue;
    if (kind === 'blob') found.set(name, stdout.subarray(at, at + Number(size)));
    at += Number(size) + 1;
  }
  return found;
}

/** Sizes in bytes of blobs by full object name. */
export async function sizes(git: Git, names: readonly string[]): Promise<Map<string, number>> {
  const input = `${[...new Set(names)].join('\n')}\n`;
  const text = await git.text(['cat-file', '--batch-check'], { input });
  return new Map(
    text.split('\n').flatMap((line) => {
      const [name = '', kind, size = ''] = line.split(' ');
      return kind === 'blob' && /^\d+$/u.test(size) ? [[name, Number(size)]] : [];
    }),
  );
}

/** Text of a file, its byte order mark kept; null when it is not UTF-8 or holds a NUL. */
export function textOf(bytes: Uint8Array | undefined): string | null {
  if (bytes === undefined || bytes.includes(0)) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
