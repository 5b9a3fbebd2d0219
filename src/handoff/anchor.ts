import type { DiffLine, FileDiff } from '../contract/change.ts';
import type { Anchor } from '../contract/review.ts';
import { showHidden } from './hidden.ts';
import { CUT, newLinesOf } from './number-diff.ts';

/** Where a finding stands, as code found it. `line` is a line of the new file; null when it stands on none. */
export interface Place {
  line: number | null;
  anchor: Anchor;
  onChange: boolean;
  note: string;
}

/** A numbered run of lines that a quote is looked for in. */
type Numbered = { number: number; text: string }[];

interface Spot {
  from: number;
  to: number;
  /** Where it is shown: itself, or for removed lines the place they were removed from. */
  line: number | null;
}

/** A part of a line counts as a quote from this length on; shorter ones have to be the whole line. */
const MIN_PART = 8;

/**
 * Looks for a quote in a changed file: at the claimed line, else where it stands nearest, else among removed lines.
 * White space does not count, and a quote may span lines, be part of a line, or carry the diff's own line prefix.
 * `text` is the file at the head; null for a deleted or unreadable file, of which only the diff is known.
 */
export function locate(claim: { line: number; quote: string }, file: FileDiff, text: string | null): Place {
  const current = text === null ? linesShown(file) : numbered(text);
  const last = current.at(-1)?.number ?? 0;
  const exists = current.some(({ number }) => number === claim.line);
  const nowhere = exists || text === null ? '' : `Line ${claim.line} does not exist (the file has ${last} lines). `;
  const shown = newLinesOf(file);

  for (const quote of readings(claim.quote)) {
    const here = spotsIn(current, quote).map((spot) => ({ ...spot, onChange: overlaps(spot, shown), note: '' }));
    const gone = removedSpots(file, quote);
    const exact = here.find((spot) => spot.from <= claim.line && claim.line <= spot.to);
    if (exact) return { line: claim.line, anchor: 'exact', onChange: exact.onChange, note: '' };
    const removed = gone.find((s) => (s.from <= claim.line && claim.line <= s.to) || s.line === claim.line);
    if (removed) return { line: removed.line, anchor: 'exact', onChange: true, note: removed.note };
    const nearest = nearestTo(claim.line, here) ?? nearestTo(claim.line, gone);
    if (nearest) {
      const moved = `${nowhere}The quote stands at line ${nearest.line ?? nearest.from}, not ${claim.line}. ${nearest.note}`;
      return { line: nearest.line, anchor: 'moved', onChange: nearest.onChange, note: moved.trim() };
    }
  }
  const why = claim.quote.trim() === '' ? 'The finding quotes no line.' : 'The quote stands nowhere in the file.';
  return { line: null, anchor: 'unlocated', onChange: false, note: `${nowhere}${why}` };
}

/** The form in which quotes and lines are compared: white space collapsed, hidden characters out, shown or not. */
export function canonical(text: string): string {
  return showHidden(text)
    .replace(/\\u\{[0-9a-f]+\}/gu, '')
    .replace(/\s+/gu, ' ')
    .trim();
}

/** The ways to read a quote: as it is, without diff prefixes, without quotation marks around it. */
function readings(quote: string): string[][] {
  const lines = quote.replaceAll('\r', '').split('\n');
  const ways = [
    lines,
    lines.map((line) => line.replace(/^\s*\d+ [-+ ]/u, '')),
    lines.map((line) => line.replace(/^\s*(?:\d+\s*[:|]?\s*)?[-+]/u, '')),
    quote
      .trim()
      .replace(/^(`+|["'])(.*)\1$/su, '$2')
      .split('\n'),
  ];
  return ways
    .map((way) => trimBlank(way.map((line) => canonical(line.replace(CUT, '')))))
    .filter((way) => way.length > 0);
}

function trimBlank(lines: string[]): string[] {
  const first = lines.findIndex((line) => line !== '');
  return first < 0 ? [] : lines.slice(first, lines.findLastIndex((line) => line !== '') + 1);
}

function spotsIn(lines: Numbered, quote: readonly string[]): Spot[] {
  const plain = lines.map(({ text }) => canonical(text));
  const spots: Spot[] = [];
  for (let start = 0; start + quote.length <= lines.length; start++) {
    const from = lines[start]?.number ?? 0;
    const to = lines[start + quote.length - 1]?.number ?? 0;
    if (to - from !== quote.length - 1) continue;
    if (quote.every((line, offset) => stands(line, plain[start + offset] ?? ''))) spots.push({ from, to, line: from });
  }
  return spots;
}

function stands(quote: string, line: string): boolean {
  return line === quote || (quote.replaceAll(' ', '').length >= MIN_PART && line.includes(quote));
}

function removedSpots(file: FileDiff, quote: readonly string[]): (Spot & { onChange: true; note: string })[] {
  return file.hunks.flatMap(({ lines, newStart }) => {
    const removed = lines.flatMap(({ kind, old, text }) =>
      kind === 'removed' && old !== null ? [{ number: old, text }] : [],
    );
    return spotsIn(removed, quote).map((spot) => ({
      ...spot,
      line: file.file.status === 'deleted' ? null : placeOf(lines, spot.from, newStart),
      onChange: true as const,
      note: `It quotes line ${spot.from} of the old file, which was removed.`,
    }));
  });
}

/** The new file's line where a removed line stood: the next one that is still there, or the one before. */
function placeOf(lines: readonly DiffLine[], old: number, newStart: number): number {
  const index = lines.findIndex((line) => line.kind === 'removed' && line.old === old);
  const next = lines.slice(index).find((line) => line.new !== null);
  const previous = lines.slice(0, index).findLast((line) => line.new !== null);
  return next?.new ?? previous?.new ?? Math.max(1, newStart);
}

function nearestTo<S extends Spot & { onChange: boolean }>(line: number, spots: readonly S[]): S | undefined {
  const distance = (spot: S) => Math.abs(spot.from - line);
  return [...spots].sort((a, b) => distance(a) - distance(b) || Number(b.onChange) - Number(a.onChange))[0];
}

function overlaps(spot: Spot, lines: ReadonlySet<number>): boolean {
  for (let line = spot.from; line <= spot.to; line++) if (lines.has(line)) return true;
  return false;
}

function numbered(text: string): Numbered {
  const lines = text.split(/\r?\n/u);
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line, index) => ({ number: index + 1, text: line }));
}

function linesShown(file: FileDiff): Numbered {
  return file.hunks.flatMap((hunk) =>
    hunk.lines.flatMap(({ new: number, text }) => (number === null ? [] : [{ number, text }])),
  );
}
