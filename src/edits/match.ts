import { matchElided } from './match-elided.ts';
import { matchBy, type RungResult, type Sought } from './match-lines.ts';
import { matchNumbered } from './match-numbered.ts';
import { matchShifted } from './match-shifted.ts';

/** How far a search had to be forgiven, strict to tolerant. */
export type Rung =
  | 'exact'
  | 'trailing whitespace'
  | 'blank lines at the ends'
  | 'indentation'
  | 'elision'
  | 'line numbers';

export type Match = (Exclude<RungResult, { found: 'none' }> & { rung: Rung }) | { found: 'none' };

/**
 * Finds the one place a search block means, and what to put there. Each rung forgives one thing more; a rung that finds
 * several places ends the search. No rung compares by similarity.
 */
export function findMatch(sought: Sought): Match {
  const rungs: readonly (readonly [Rung, (sought: Sought) => RungResult])[] = [
    ['exact', (it) => matchBy(it, (text) => text)],
    ['trailing whitespace', (it) => matchBy(it, (text) => text.trimEnd())],
    ['blank lines at the ends', matchWithoutBlankEnds],
    ['indentation', (it) => matchShifted(withoutBlankEnds(it))],
    ['elision', (it) => matchElided(withoutBlankEnds(it))],
    ['line numbers', (it) => matchNumbered(withoutBlankEnds(it))],
  ];
  for (const [rung, match] of rungs) {
    const result = match(sought);
    if (result.found !== 'none') return { ...result, rung };
  }
  return { found: 'none' };
}

function matchWithoutBlankEnds(sought: Sought): RungResult {
  const trimmed = withoutBlankEnds(sought);
  return trimmed === sought ? { found: 'none' } : matchBy(trimmed, (text) => text.trimEnd());
}

/** Drops the blank lines around the search, and as many of the replacement's. The same object when there are none. */
function withoutBlankEnds(sought: Sought): Sought {
  const head = blanks(sought.search);
  if (head === sought.search.length) return sought;
  const tail = blanks(sought.search.toReversed());
  if (head === 0 && tail === 0) return sought;
  const { replace } = sought;
  const from = Math.min(head, blanks(replace));
  const to = replace.length - Math.min(tail, blanks(replace.toReversed()));
  return {
    lines: sought.lines,
    search: sought.search.slice(head, sought.search.length - tail),
    replace: replace.slice(from, Math.max(from, to)),
  };
}

/** How many lines at the beginning are blank. */
function blanks(lines: readonly string[]): number {
  const first = lines.findIndex((line) => line.trim() !== '');
  return first < 0 ? lines.length : first;
}
