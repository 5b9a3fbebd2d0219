import type { FileLine, Splice } from './file-lines.ts';
import { findLines } from './find-lines.ts';

/** A search block, as the rungs see it: texts of lines, without endings. */
export interface Sought {
  /** The file. Line endings are never compared, so CRLF and LF are alike from the first rung on. */
  lines: readonly FileLine[];
  search: readonly string[];
  replace: readonly string[];
}

/** What one rung says. `many` and `refused` end the ladder: a lower rung never chooses between places. */
export type RungResult =
  | { found: 'one'; splices: Splice[] }
  /** 1-based lines of the places. */
  | { found: 'many'; lines: number[] }
  | { found: 'refused'; why: string }
  | { found: 'none' };

/** Compares lines by a key; the replacement goes in as it is. */
export function matchBy(sought: Sought, key: (text: string) => string): RungResult {
  const { search, replace } = sought;
  const starts = findLines(
    sought.lines.map((line) => key(line.text)),
    search.map(key),
  );
  const [start, second] = starts;
  if (start === undefined) return { found: 'none' };
  if (second !== undefined) return { found: 'many', lines: starts.map((at) => at + 1) };
  return { found: 'one', splices: [{ start, end: start + search.length, before: search, after: replace }] };
}
