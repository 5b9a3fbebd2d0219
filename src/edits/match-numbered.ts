import { matchBy, type RungResult, type Sought } from './match-lines.ts';

/**
 * A search copied from a numbered listing: every line is `12 | text`, counting up by one. The numbers are taken off;
 * where it stands is decided by the text alone. A replacement is numbered throughout, or not at all.
 */
export function matchNumbered(sought: Sought): RungResult {
  const search = sought.search.map(unnumber);
  const first = search[0]?.number;
  if (first === undefined) return { found: 'none' };
  const texts: string[] = [];
  for (const [i, line] of search.entries()) {
    if (line === null || line.number !== first + i) return { found: 'none' };
    texts.push(line.text);
  }
  if (texts.every((text) => text.trim() === '')) return { found: 'none' };
  const replace = sought.replace.map(unnumber);
  const numbered = replace.filter((line) => line !== null);
  if (numbered.length > 0 && numbered.length < replace.length) {
    return { found: 'refused', why: 'only some lines of the replacement carry line numbers; leave them out' };
  }
  const after = numbered.length > 0 ? numbered.map((line) => line.text) : sought.replace;
  return matchBy({ lines: sought.lines, search: texts, replace: after }, (text) => text.trimEnd());
}

function unnumber(line: string): { number: number; text: string } | null {
  const bar = line.indexOf('|');
  const digits = line.slice(0, Math.max(bar, 0)).trim();
  if (bar < 1 || digits.length > 7 || !/^\d+$/u.test(digits)) return null;
  const text = line.slice(bar + 1);
  return { number: Number(digits), text: text.startsWith(' ') ? text.slice(1) : text };
}
