import { markerOf } from './markers.ts';

export type SearchReplace = { search: string; replace: string } | { why: string };

const LONGER = 'use markers of nine characters for this block (<<<<<<<<< SEARCH, =========, >>>>>>>>> REPLACE)';

/**
 * The two sides of a search block, given the lines between its markers and the length of its opening marker.
 * A second divider makes the block unreadable, unless only one is as long as the opener.
 */
export function parseSearchReplace(body: readonly string[], length: number): SearchReplace {
  const dividers: { at: number; length: number }[] = [];
  for (const [at, line] of body.entries()) {
    const marker = markerOf(line);
    if (marker?.kind === 'divider') dividers.push({ at, length: marker.length });
    if (isEscaped(line))
      return { why: `the line "${line.slice(0, 40)}" escapes a marker; write it as it is and ${LONGER}` };
  }
  const own = dividers.filter((divider) => divider.length === length);
  const [divider, second] = own.length > 0 ? own : dividers;
  if (divider === undefined) return { why: 'there is no ======= line between the text to find and its replacement' };
  if (second !== undefined) return { why: `there is more than one ======= line; ${LONGER}` };
  const search = withoutLineHeader(body.slice(0, divider.at));
  const replace = body.slice(divider.at + 1);
  if (replace.some(isLineHeader)) return { why: ':start_line: and :end_line: do not belong in the replacement' };
  return { search: joined(search), replace: joined(replace) };
}

/** Lines as text, each ended by `\n`; no lines give ''. */
export function joined(lines: readonly string[]): string {
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

/** `:start_line:12` (Roo's format): a hint whose number is often wrong, so it is read and not used. */
function isLineHeader(line: string): boolean {
  const text = line.trim();
  const name = [':start_line:', ':end_line:'].find((prefix) => text.startsWith(prefix));
  return name !== undefined && text.length < 40 && /^\s*\d+$/u.test(text.slice(name.length));
}

function withoutLineHeader(lines: readonly string[]): readonly string[] {
  let start = 0;
  while (start < 2 && isLineHeader(lines[start] ?? '')) start += 1;
  if (start === 0) return lines;
  const rule = lines[start] ?? '';
  return lines.slice(/^-{3,11}\s*$/u.test(rule) ? start + 1 : start);
}

function isEscaped(line: string): boolean {
  return line.startsWith('\\') && (markerOf(line.slice(1)) !== null || isLineHeader(line.slice(1)));
}
