import { endOfHeredoc, endOfPercent, endOfPhpHeredoc } from './delimited-literals.ts';
import type { Family } from './language.ts';
import { endOfInterpolated, endOfQuoted, endOfRegex, endOfVerbatim, isRegexStart, MISS } from './string-literals.ts';

const TRIPLE = new Set<Family>(['python', 'java', 'kotlin', 'csharp']);
const CHARACTER = new Set<Family>(['go', 'rust', 'java', 'kotlin', 'csharp', 'c']);
const NESTED = new Set<Family>(['rust', 'kotlin']);
const DOUBLE = 34;
const HASH = 35;
const PERCENT = 37;
const SINGLE = 39;
const SLASH = 47;
const LESS = 60;
const QUESTION = 63;
const BACKTICK = 96;
const SPECIAL = /["'`/#<%?]/g;
/** Looks ahead that found no end, per file; after that none are tried: keeps hostile files linear. */
const MAX_MISSES = 200;

/**
 * The text with the insides of strings, regular expressions and comments replaced by spaces. Length, offsets and line
 * breaks stay the same; of a string its opening quote stays. What never closes on its line is code, so that an
 * apostrophe in JSX text does not swallow the file. Linear in the length of the text.
 */
export function blank(text: string, family: Family): string {
  const pieces: string[] = [];
  let kept = 0;
  const erase = (from: number, to: number): void => {
    pieces.push(text.slice(kept, from), spaces(text.slice(from, to)));
    kept = to;
  };
  const slashes = family !== 'python' && family !== 'ruby';
  const hashes = family === 'python' || family === 'ruby' || family === 'php';
  let i = family === 'php' ? endOfHtml(text, 0) : 0;
  if (i > 0) erase(0, i);
  // A quote that did not close on its line is not tried again on that line: this keeps hostile lines linear.
  const openLine = [-1, -1];
  let misses = 0;
  // The regular expression engine finds the next character of interest far faster than cold code does.
  for (; ; i++) {
    SPECIAL.lastIndex = i;
    if (!SPECIAL.test(text)) break;
    i = SPECIAL.lastIndex - 1;
    const c = text.charCodeAt(i);
    let end = -1;
    let keep = 1;
    if (c === SLASH) {
      const next = text[i + 1];
      if (slashes && next === '/') end = endOfLineComment(text, i, family);
      else if (slashes && next === '*') end = endOfBlock(text, i, NESTED.has(family));
      else if (misses < MAX_MISSES) end = endOfOther(text, i, c, family);
      keep = next === '/' || next === '*' ? 0 : 1;
    } else if (c === HASH && hashes) {
      if (family !== 'php' || text[i + 1] !== '[') end = endOfLineComment(text, i, family);
      keep = 0;
    } else if (c === DOUBLE || c === SINGLE || c === BACKTICK) {
      const slot = c === DOUBLE ? 0 : 1;
      if (c === BACKTICK || i > (openLine[slot] ?? -1)) {
        end = endOfString(text, i, c, family);
        if (end < 0 && c !== BACKTICK && !(c === SINGLE && CHARACTER.has(family))) {
          const newline = text.indexOf('\n', i);
          openLine[slot] = newline < 0 ? text.length : newline;
        }
      }
    } else if (c === QUESTION) {
      if (family === 'php' && text[i + 1] === '>') end = endOfHtml(text, i + 2);
      keep = 0;
    } else if (misses < MAX_MISSES) end = endOfOther(text, i, c, family);
    if (end === MISS) misses++;
    if (end < 0) continue;
    erase(i + keep, end);
    i = end - 1;
  }
  pieces.push(text.slice(kept));
  return pieces.join('');
}

function spaces(segment: string): string {
  return segment.includes('\n')
    ? segment.replace(/[^\n]+/g, (run) => ' '.repeat(run.length))
    : ' '.repeat(segment.length);
}

function endOfString(text: string, i: number, quote: number, family: Family): number {
  if (quote === BACKTICK) {
    if (family === 'javascript') return endOfInterpolated(text, i, '${');
    if (family === 'go') return orEnd(text, text.indexOf('`', i + 1));
    return family === 'ruby' ? endOfInterpolated(text, i, '#{') : -1;
  }
  const char = quote === DOUBLE ? '"' : "'";
  if (TRIPLE.has(family) && (char === '"' || family === 'python') && text.startsWith(char.repeat(3), i)) {
    return endOfTriple(text, i, char.repeat(3));
  }
  if (quote === SINGLE && CHARACTER.has(family)) return endOfCharacter(text, i);
  if (quote === DOUBLE) {
    const before = text[i - 1];
    if (family === 'rust' && (before === '#' || before === 'r')) return endOfRustRaw(text, i);
    if (family === 'c' && before === 'R') return endOfCppRaw(text, i);
    if (family === 'csharp' && (before === '@' || (before === '$' && text[i - 2] === '@')))
      return endOfVerbatim(text, i);
    if (family === 'rust') return endOfQuoted(text, i, char, true);
    if (family === 'kotlin') return endOfInterpolated(text, i, '${');
    if (family === 'ruby') return endOfInterpolated(text, i, '#{');
  }
  return endOfQuoted(text, i, char, family === 'php' || family === 'ruby');
}

function endOfOther(text: string, i: number, c: number, family: Family): number {
  if (c === SLASH && (family === 'javascript' || family === 'ruby')) {
    return isRegexStart(text, i, family) ? endOfRegex(text, i) : -1;
  }
  if (c === LESS && family === 'php') return endOfPhpHeredoc(text, i);
  if (c === LESS && family === 'ruby') return endOfHeredoc(text, i);
  return c === PERCENT && family === 'ruby' ? endOfPercent(text, i) : -1;
}

const orEnd = (text: string, found: number): number => (found < 0 ? text.length : found + 1);

function endOfLineComment(text: string, i: number, family: Family): number {
  const newline = text.indexOf('\n', i);
  const end = newline < 0 ? text.length : newline;
  if (family !== 'php') return end;
  const close = text.slice(i, end).indexOf('?>');
  return close < 0 ? end : i + close;
}

function endOfBlock(text: string, i: number, nested: boolean): number {
  if (!nested) {
    const close = text.indexOf('*/', i + 2);
    return close < 0 ? text.length : close + 2;
  }
  let depth = 1;
  for (let at = i + 2; at < text.length; at++) {
    if (text[at] === '*' && text[at + 1] === '/') {
      at++;
      if (--depth === 0) return at + 1;
    } else if (text[at] === '/' && text[at + 1] === '*') {
      at++;
      depth++;
    }
  }
  return text.length;
}

function endOfTriple(text: string, i: number, quotes: string): number {
  let at = i + 3;
  for (;;) {
    const close = text.indexOf(quotes, at);
    if (close < 0) return text.length;
    let slashes = 0;
    while (text[close - 1 - slashes] === '\\' && slashes < 64) slashes++;
    if (slashes % 2 === 0) return close + 3;
    at = close + 1;
  }
}

/** `'a'`, `'\n'`, `'\u{1F600}'`; -1 for a lifetime (`'a`) or a digit separator (`1'000`). */
function endOfCharacter(text: string, i: number): number {
  if (text[i + 1] === '\\') {
    const close = text.slice(i + 3, i + 14).indexOf("'");
    return close < 0 ? -1 : i + 4 + close;
  }
  const width = (text.codePointAt(i + 1) ?? 0) > 0xffff ? 2 : 1;
  return text[i + 1 + width] === "'" && text[i + 1] !== '\n' && text[i + 1] !== "'" ? i + 2 + width : -1;
}

function endOfRustRaw(text: string, i: number): number {
  let hashes = 0;
  while (text[i - 1 - hashes] === '#' && hashes < 32) hashes++;
  if (text[i - 1 - hashes] !== 'r') return endOfQuoted(text, i, '"', true);
  const close = text.indexOf(`"${'#'.repeat(hashes)}`, i + 1);
  return close < 0 ? text.length : close + 1 + hashes;
}

function endOfCppRaw(text: string, i: number): number {
  const open = text.slice(i + 1, i + 18).indexOf('(');
  if (open < 0) return endOfQuoted(text, i, '"', false);
  const close = text.indexOf(`)${text.slice(i + 1, i + 1 + open)}"`, i + 2 + open);
  return close < 0 ? text.length : close + open + 2;
}

function endOfHtml(text: string, from: number): number {
  const open = text.indexOf('<?', from);
  return open < 0 ? text.length : open + (text.startsWith('<?php', open) ? 5 : 2);
}
