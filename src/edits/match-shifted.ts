import { findLines } from './find-lines.ts';
import type { RungResult, Sought } from './match-lines.ts';

/** Comparisons spent on places that only look alike; beyond it the search is refused, not guessed. */
const MOST_COMPARISONS = 2_000_000;

interface Shift {
  by: string;
  /** The file is indented by `by` more than the search, or less. */
  direction: 'deeper' | 'shallower';
}

/**
 * The search with one uniform shift of its indentation: every non-blank line of the file is the line of the search with
 * the same white space more, or the same less, in front. The replacement is shifted alike. Tabs are never taken for spaces.
 */
export function matchShifted(sought: Sought): RungResult {
  const { lines, search, replace } = sought;
  const candidates = findLines(
    lines.map((line) => line.text.trim()),
    search.map((text) => text.trim()),
  );
  if (candidates.length * search.length > MOST_COMPARISONS) {
    return { found: 'refused', why: 'too many places look like it; include lines that occur once' };
  }
  const places: { start: number; shift: Shift }[] = [];
  for (const start of candidates) {
    const shift = shiftAt(sought, start);
    if (shift !== null) places.push({ start, shift });
  }
  const [place, second] = places;
  if (place === undefined) return { found: 'none' };
  if (second !== undefined) return { found: 'many', lines: places.map(({ start }) => start + 1) };
  const after = shifted(replace, place.shift);
  if (after === null) {
    return {
      found: 'refused',
      why: `it stands at line ${place.start + 1} with another indentation, and the replacement cannot be shifted alike; copy the indentation of the file`,
    };
  }
  const { start } = place;
  const before = shifted(search, place.shift) ?? search;
  return { found: 'one', splices: [{ start, end: start + search.length, before, after }] };
}

function shiftAt(sought: Sought, start: number): Shift | null {
  let shift: Shift | null = null;
  for (const [i, text] of sought.search.entries()) {
    const wanted = text.trimEnd();
    const found = (sought.lines[start + i]?.text ?? '').trimEnd();
    if (wanted === '' && found === '') continue;
    const here = difference(wanted, found);
    if (here === null || (shift !== null && (shift.by !== here.by || shift.direction !== here.direction))) return null;
    shift = here;
  }
  return shift;
}

function difference(wanted: string, found: string): Shift | null {
  if (found.length > wanted.length && found.endsWith(wanted)) {
    return whiteSpace(found.slice(0, found.length - wanted.length), 'deeper');
  }
  if (wanted.length > found.length && wanted.endsWith(found)) {
    return whiteSpace(wanted.slice(0, wanted.length - found.length), 'shallower');
  }
  return null;
}

function whiteSpace(by: string, direction: Shift['direction']): Shift | null {
  return /^[ \t]+$/u.test(by) ? { by, direction } : null;
}

/** null when a line lacks what has to be taken away, or when tabs and spaces would end up mixed. */
function shifted(texts: readonly string[], shift: Shift): string[] | null {
  const result: string[] = [];
  const alien = shift.by.includes('\t') ? ' ' : '\t';
  for (const text of texts) {
    if (text.trim() === '') {
      result.push(text.trim());
    } else if (shift.direction === 'deeper') {
      const indent = text.slice(0, text.length - text.trimStart().length);
      if (indent.includes(alien)) return null;
      result.push(shift.by + text);
    } else {
      if (!text.startsWith(shift.by)) return null;
      result.push(text.slice(shift.by.length));
    }
  }
  return result;
}
