import { blank } from './blank.ts';
import type { Family } from './language.ts';
import { withoutDirectives } from './preprocessor.ts';

/** A source text prepared for scanning: `code` is `text` with strings and comments blanked, same offsets. */
export interface Code {
  text: string;
  code: string;
  /** For the offset of an opening bracket, the offset of its closing one; the text's length when it never closes. */
  match: Int32Array;
  /** Offsets of the first character of each line. */
  lines: number[];
}

export function prepare(text: string, family: Family): Code {
  const blanked = blank(text, family);
  const code = family === 'c' ? withoutDirectives(blanked) : blanked;
  return { text, code, match: matchBrackets(code), lines: lineStarts(text) };
}

export function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

/** 1-based line of an offset. */
export function lineAt(lines: readonly number[], offset: number): number {
  let low = 0;
  let high = lines.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((lines[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low + 1;
}

const BRACKET = /[()[\]{}]/g;
const ROUND = 40;
const ROUND_END = 41;
const SQUARE = 91;
const SQUARE_END = 93;
const BRACE = 123;
const BRACE_END = 125;

function matchBrackets(code: string): Int32Array {
  const match = new Int32Array(code.length);
  const stack: number[] = [];
  let openBraces = 0;
  BRACKET.lastIndex = 0;
  while (BRACKET.test(code)) {
    const at = BRACKET.lastIndex - 1;
    const c = code.charCodeAt(at);
    if (c === ROUND || c === SQUARE || c === BRACE) {
      match[at] = code.length;
      stack.push(at);
      if (c === BRACE) openBraces++;
    } else if (c === BRACE_END) {
      // A closing brace closes what was left open inside it; a stray one closes nothing.
      while (openBraces > 0 && stack.length > 0) {
        const open = stack.pop() ?? 0;
        match[open] = at;
        if (code.charCodeAt(open) === BRACE) {
          openBraces--;
          break;
        }
      }
    } else if (c === ROUND_END || c === SQUARE_END) {
      const open = stack[stack.length - 1];
      if (open !== undefined && code.charCodeAt(open) === (c === ROUND_END ? ROUND : SQUARE)) {
        match[open] = at;
        stack.pop();
      }
    }
  }
  return match;
}

/** Offset of the next character that is not white space, or `limit`. */
export function skipSpace(code: string, from: number, limit: number = code.length): number {
  INK.lastIndex = from;
  return INK.test(code) ? Math.min(limit, INK.lastIndex - 1) : limit;
}

const INK = /\S/g;
