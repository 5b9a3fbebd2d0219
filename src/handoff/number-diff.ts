import type { DiffLine, FileDiff, Hunk } from '../contract/change.ts';
import { oneLine, shorten, showHidden } from './hidden.ts';

export interface DiffOptions {
  /** Longer lines (minified code, data) are cut and say by how many characters. Default 500. */
  maxLineChars?: number;
}

const MAX_LINE_CHARS = 500;

/**
 * The diff as the reviewer reads it. Each hunk begins with `@@ H1 src/a.ts`, each line with its number in the new file
 * (in the old one for removed lines), a space and its mark: `12 +text`, `11 -text`, `13  text`. Hidden characters are
 * shown as `\u{…}`, so that no line can pretend to be a header.
 */
export function renderDiff(files: readonly FileDiff[], options: DiffOptions = {}): string {
  return files
    .flatMap((file) =>
      file.hunks.length === 0 ? [headOf(file)] : file.hunks.map((hunk) => renderHunk(file, hunk, options)),
    )
    .join('\n');
}

/** One hunk with its header, as in {@link renderDiff}. */
export function renderHunk(file: FileDiff, hunk: Hunk, options: DiffOptions = {}): string {
  const max = options.maxLineChars ?? MAX_LINE_CHARS;
  const heading = oneLine(hunk.heading, 80);
  const head = `@@ ${hunk.id} ${nameOf(file)}${heading ? ` · ${heading}` : ''}`;
  // Where all lines end alike, CR is noise; where they differ, it is what the change is about.
  const mixed = new Set(hunk.lines.map(({ text }) => text.endsWith('\r'))).size > 1;
  return [head, ...hunk.lines.map((line) => lineText(line, max, mixed))].join('\n');
}

/** The numbers of the new file's lines that the diff shows: added ones and context. */
export function newLinesOf(file: FileDiff): Set<number> {
  const shown = file.hunks.flatMap((hunk) => hunk.lines.map((line) => line.new));
  return new Set(shown.filter((line) => line !== null));
}

/** The mark that {@link renderDiff} puts where it cuts a long line. */
export const CUT = /…\(\+\d+ chars\)$/u;

function lineText(line: DiffLine, max: number, showCr: boolean): string {
  const mark = line.kind === 'added' ? '+' : line.kind === 'removed' ? '-' : ' ';
  const text = showHidden(showCr ? line.text : line.text.replace(/\r$/u, '')).replaceAll('\n', '\\n');
  const cut = text.length > max ? `${shorten(text, max)}(+${text.length - max + 1} chars)` : text;
  return `${line.new ?? line.old ?? ''} ${mark}${cut}`;
}

function headOf(file: FileDiff): string {
  return `@@ ${nameOf(file)} · ${file.file.binary ? 'binary, not shown' : 'no changed lines'}`;
}

function nameOf({ file }: FileDiff): string {
  const path = oneLine(file.path, 1000);
  if (file.status === 'modified') return path;
  return `${path} (${file.status}${file.from !== null && file.status === 'renamed' ? ` from ${oneLine(file.from, 1000)}` : ''})`;
}
