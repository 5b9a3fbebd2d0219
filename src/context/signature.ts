import type { Declaration, Extent } from './grammar.ts';

/** Longest signature, characters. */
export const MAX_SIGNATURE = 160;
/** A constant's value is shown when it is no longer than this, characters. */
const MAX_VALUE = 60;
/** A head is read so far, characters. */
const MAX_HEAD = 500;

/** Columns of white space before the first character of the line that holds `at`. */
export function indentAt(code: string, at: number): number {
  const start = code.lastIndexOf('\n', at - 1) + 1;
  let columns = 0;
  for (let i = start; i < at; i++) {
    const c = code[i];
    if (c !== ' ' && c !== '\t') break;
    columns++;
  }
  return columns;
}

/** One line already, without what looks like a comment. */
const PLAIN = /^(?:[^\s/] ?)*$/;

/** Text on one line: line breaks and runs of white space become one space, comments go. */
export function oneLine(text: string, max: number = MAX_SIGNATURE): string {
  const head = text.slice(0, MAX_HEAD);
  if (PLAIN.test(head) && head.length <= max) return head.trim();
  const flat = head
    .replace(/\/\*[^*]*(?:\*(?!\/)[^*]*)*(?:\*\/|$)/g, ' ')
    .replace(/(^|[\s,({])\/\/[^\n]*/g, '$1')
    .replace(/\s+/g, ' ')
    .replace(/= \| /, '= ')
    .replace(/([([]) /g, '$1')
    .replace(/,? ([)\]])/g, '$1')
    .trim();
  return flat.length > max ? `${flat.slice(0, max - 1).trimEnd()}…` : flat;
}

/** The declaration on one line, without its body. */
export function signatureOf(text: string, start: number, found: Declaration, { end, cut }: Extent): string {
  if (found.ends === 'block') return trimEnd(oneLine(text.slice(start, Math.min(cut, start + MAX_HEAD))));
  if (found.kind === 'function' || found.kind === 'method') return trimEnd(oneLine(text.slice(start, cut)));
  if (found.kind === 'type' || end - found.from <= MAX_VALUE) return trimEnd(oneLine(text.slice(start, end + 1)));
  const rest = text.slice(found.from, Math.min(end + 1, found.from + MAX_HEAD));
  const equals = /(?:^|[^=!<>])=(?![=>])/.exec(rest);
  return trimEnd(oneLine(text.slice(start, found.from) + (equals === null ? '' : rest.slice(0, equals.index + 1))));
}

function trimEnd(signature: string): string {
  let end = signature.length;
  while (end > 0 && ' \t\n;{,'.includes(signature[end - 1] ?? '')) end--;
  return signature.slice(0, end).replace(/ ?(?:=>?|:)$/, '');
}
