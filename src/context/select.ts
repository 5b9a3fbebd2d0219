import { isDerived, isDocument, isManifest, isTest, isText } from './file-kind.ts';
import { familyOf } from './language.ts';
import { queryOf, wordsOf } from './words.ts';

/** Larger files (bytes) are data: their size costs more than their symbols say. */
const MAX_FILE = 256 * 1024;

/**
 * The files of a tree that are worth reading for the map, best first: manifests, what the request names or shares words
 * with, then sources, tests and the rest; ties by depth, then path. Leaves out links, vendored, generated, lock,
 * minified, binary-looking and large files. Holds both limits; a file that does not fit is passed over.
 */
export function selectSources(
  entries: readonly { path: string; kind: string; bytes: number | null }[],
  request: string,
  limits: { files: number; bytes: number },
): string[] {
  const query = queryOf(request);
  const ranked: { path: string; bytes: number; order: number; depth: number }[] = [];
  for (const { path, kind, bytes } of entries) {
    if ((kind !== 'file' && kind !== 'executable') || bytes === null || bytes > MAX_FILE || bytes > limits.bytes)
      continue;
    if (isDerived(path) || !isText(path)) continue;
    const depth = path.split('/').length;
    const named = [...query.paths].some((mention) => path === mention || path.endsWith(`/${mention}`));
    const shared = new Set(wordsOf(path).filter((word) => query.words.has(word))).size;
    const base = isDocument(path) ? 5 : familyOf(path) === null ? 4 : isTest(path) ? 3 : 2;
    ranked.push({ path, bytes, order: named ? -1 : isManifest(path) ? 0 : base - Math.min(1.5, shared * 0.8), depth });
  }
  ranked.sort((a, b) => a.order - b.order || a.depth - b.depth || (a.path < b.path ? -1 : 1));
  const chosen: string[] = [];
  let left = limits.bytes;
  for (const { path, bytes } of ranked) {
    if (chosen.length >= limits.files) break;
    if (bytes > left) continue;
    chosen.push(path);
    left -= bytes;
  }
  return chosen;
}
