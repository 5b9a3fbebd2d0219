import type { Declaration } from './walk.ts';

/** Longest signature, characters. */
export const MAX_SIGNATURE = 160;
/** A constant's value is shown when it is no longer than this, characters. */
const MAX_VALUE = 60;

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

/** Text on one line: line breaks and runs of white space become one space, comments go. */
export function oneLine(text: string, max: number = MAX_SIGNATURE): string {
  const flat = text
    .slice(0, 2000)
    .replace(/\/\*[^*]*(?:\*(?!\/)[^*]*)*(?:\*\/|$)/g, ' ')
    .replace(/(^|[\s,({])\/\/[^\n]*/g, '$1')
    .replace(/\s+/g, ' ')
    .replace(/= \| /, '= ')
    .replace(/([([]) /g, '$1')
    .replace(/,? ([)\]])/g, '$1')
    .trim();
  return flat.length > max ? `${flat.slice(0, max - 1).trimEnd()}…` : flat;
}

/** The declaration without its body: `cut` is where the body begins, `end` the last offset. */
export function signatureOf(text: string, start: number, cut: number, found: Declaration, end: number): string {
  if (found.ends === 'statement' && found.kind !== 'type') {
    const rest = text.slice(found.from, Math.min(end + 1, found.from + 2000));
    if (found.kind === 'function' || found.kind === 'method') {
      const body = /=>|\bfunction\b[^{]*\{/.exec(arrowPart(rest));
      const head = body === null ? rest : rest.slice(0, body.index + (body[0] === '=>' ? 2 : body[0].length - 1));
      return trimEnd(oneLine(text.slice(start, found.from) + head));
    }
    const whole = oneLine(text.slice(start, end + 1), 2000);
    const head = oneLine(text.slice(start, found.from));
    if (whole.length - head.length <= MAX_VALUE) return trimEnd(whole);
    const equals = /[^=!<>]=(?![=>])/.exec(rest);
    return trimEnd(oneLine(text.slice(start, found.from) + (equals === null ? '' : rest.slice(0, equals.index + 1))));
  }
  return trimEnd(oneLine(text.slice(start, Math.min(cut, start + 2000))));
}

/** Hides arrows of parameter and result types, which stand inside brackets, from the search for the body's arrow. */
function arrowPart(rest: string): string {
  let depth = 0;
  let out = '';
  for (const c of rest.slice(0, 1000)) {
    if (c === ')' || c === ']') depth--;
    out += depth > 0 ? '_' : c;
    if (c === '(' || c === '[') depth++;
  }
  return out;
}

function trimEnd(signature: string): string {
  return signature.replace(/[\s;{,]+$/, '').replace(/\s*(?:=>?|:)$/, '');
}
