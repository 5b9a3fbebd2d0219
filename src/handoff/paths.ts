import { deceptive } from './hidden.ts';

/**
 * Why a path may not be used, or null. A permitted path is relative to the repository root, written with `/`, and means
 * the same file to git, to the file system and to the person who reads it. Says the problem as the end of "the path …".
 */
export function pathProblem(path: string): string | null {
  if (path === '') return 'is empty';
  if (path.length > 1000) return 'is longer than 1000 characters';
  const trap = deceptive(path);
  if (trap) return `contains ${trap}`;
  if (path.includes('\\')) return 'contains a backslash; write it with /';
  if (path.startsWith('/') || /^[a-z]:/iu.test(path)) return 'is absolute; write it from the repository root';
  if (path.startsWith('~')) return 'begins with ~, which a shell takes for a home folder';
  if (path.startsWith(':')) return 'begins with a colon, which git takes for pathspec magic';
  for (const part of path.split('/')) {
    const problem = partProblem(part);
    if (problem) return problem;
  }
  return null;
}

function partProblem(part: string): string | null {
  if (part === '') return 'has an empty part (// or a / at the end); name a file';
  if (part === '.' || part === '..') return `contains ${part}; write it from the repository root without . or ..`;
  if (part.startsWith('-')) return 'has a part with a leading dash, which commands take for an option';
  if (/^\s|[\s.]$/u.test(part)) return 'has a part that begins or ends with a space or ends with a dot';
  // Windows and macOS open .git under these names too.
  const bare = foldPath(part).replace(/:.*$/u, '').trim();
  if (bare === '.git' || /^git~\d+$/u.test(bare)) return "leads into git's own folder";
  return null;
}

/** The form under which case-blind or normalising file systems take two paths for one. For comparison only. */
export function foldPath(path: string): string {
  return path.normalize('NFKC').toUpperCase().toLowerCase().normalize('NFKC');
}

/** The candidate a person most likely meant, or null when none is near. The same file name elsewhere comes first. */
export function closestPath(path: string, candidates: Iterable<string>): string | null {
  const wanted = foldPath(path);
  const name = baseOf(wanted);
  let best: string | null = null;
  let bestDistance = Math.floor(wanted.length / 3) + 1;
  for (const candidate of candidates) {
    const folded = foldPath(candidate);
    const sameName = baseOf(folded) === name;
    const allowed = sameName ? Number.POSITIVE_INFINITY : bestDistance;
    if (Math.abs(folded.length - wanted.length) >= allowed) continue;
    // The same name in another folder beats any misspelling.
    const distance = sameName ? distanceOf(folded, wanted) / 1000 : distanceOf(folded, wanted);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** The nearest of a set of names, or null when none is within a third of its length (two changes from 4 characters on). */
export function closestName(name: string, candidates: Iterable<string>): string | null {
  const wanted = name.toLowerCase();
  let best: string | null = null;
  let bestDistance = 1 + Math.max(Math.floor(wanted.length / 3), wanted.length > 3 ? 2 : 0);
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - wanted.length) >= bestDistance) continue;
    const distance = distanceOf(candidate.toLowerCase(), wanted);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

function baseOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Edit distance: insertions, deletions, replacements. */
function distanceOf(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
