import { isElision } from './elision.ts';
import type { Splice } from './file-lines.ts';
import { matchBy, type RungResult, type Sought } from './match-lines.ts';

/**
 * A search that leaves lines out with `...`, when the replacement leaves out the same ones. Each stretch between two
 * elisions must stand in the file exactly once, in order; what the elisions stand for is not touched.
 */
export function matchElided(sought: Sought): RungResult {
  const search = stretches(sought.search);
  const replace = stretches(sought.replace);
  if (search.elisions.length === 0) return { found: 'none' };
  const alike =
    search.elisions.length === replace.elisions.length &&
    search.elisions.every((line, i) => line.trim() === replace.elisions[i]?.trim());
  if (!alike)
    return { found: 'refused', why: 'it leaves lines out with "..." that the replacement does not leave out alike' };

  const splices: Splice[] = [];
  let past = 0;
  for (const [i, stretch] of search.parts.entries()) {
    const after = replace.parts[i] ?? [];
    if (stretch.every((line) => line.trim() === '')) {
      const outer = i === 0 || i === search.parts.length - 1;
      if (outer && after.every((line) => line.trim() === '')) continue;
      return { found: 'refused', why: 'there is no line of the file beside one of its "..." lines' };
    }
    const result = matchBy({ lines: sought.lines, search: stretch, replace: after }, (text) => text.trimEnd());
    if (result.found !== 'one') return result;
    const [splice] = result.splices;
    if (splice === undefined || splice.start < past) return { found: 'none' };
    past = splice.end;
    splices.push(splice);
  }
  return splices.length === 0 ? { found: 'none' } : { found: 'one', splices };
}

/** Cuts lines at their elisions: always one part more than elisions. */
function stretches(lines: readonly string[]): { parts: string[][]; elisions: string[] } {
  let part: string[] = [];
  const parts = [part];
  const elisions: string[] = [];
  for (const line of lines) {
    if (isElision(line)) {
      elisions.push(line);
      part = [];
      parts.push(part);
    } else part.push(line);
  }
  return { parts, elisions };
}
