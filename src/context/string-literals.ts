/** Ends of string-like literals: offset after the closing character, or -1 when it is no literal. */

/** It begins like a literal and has no end in reach. */
export const MISS = -2;

const BEFORE_REGEX = new Set([...'(,=:[!&|?{;+-*%>~^']);
const WORDS_BEFORE_REGEX = new Set([
  'return',
  'typeof',
  'case',
  'in',
  'of',
  'do',
  'else',
  'void',
  'delete',
  'throw',
  'new',
  'yield',
  'await',
  'if',
  'unless',
  'when',
  'and',
  'or',
  'not',
]);
const AFTER_DOUBLE = /["\\\n]/g;
const AFTER_SINGLE = /['\\\n]/g;
const IN_TEMPLATE = /[`"'\\$#{}/\n]/g;
/** Longer regular expressions are taken for divisions: bounds the look-ahead on hostile lines. */
const MAX_REGEX = 1000;

/** Whether the `/` at `i` begins a regular expression, by what stands before it. */
export function isRegexStart(text: string, i: number, family: 'javascript' | 'ruby'): boolean {
  let at = i - 1;
  while (at >= 0 && (text[at] === ' ' || text[at] === '\t')) at--;
  const before = text[at];
  if (before === undefined || before === '\n') return true;
  if (before === '>' && family === 'javascript') return text[at - 1] === '=';
  if (BEFORE_REGEX.has(before)) return true;
  if (!/[a-z]/.test(before)) return false;
  const word = /[\w$.]*$/.exec(text.slice(Math.max(0, at - 10), at + 1))?.[0] ?? '';
  return WORDS_BEFORE_REGEX.has(word);
}

export function endOfRegex(text: string, i: number): number {
  let inClass = false;
  const limit = Math.min(text.length, i + MAX_REGEX);
  for (let at = i + 1; at < limit; at++) {
    const c = text[at];
    if (c === '\n') return MISS;
    if (c === '\\') at++;
    else if (c === '[') inClass = true;
    else if (c === ']') inClass = false;
    else if (c === '/' && !inClass) return at + 1;
  }
  return MISS;
}

/** A string with backslash escapes. Unless it may span lines, a line break without a backslash means: no string. */
export function endOfQuoted(text: string, i: number, quote: string, spansLines: boolean): number {
  const stop = quote === '"' ? AFTER_DOUBLE : AFTER_SINGLE;
  for (let at = i + 1; ; at++) {
    stop.lastIndex = at;
    if (!stop.test(text)) break;
    at = stop.lastIndex - 1;
    const c = text[at];
    if (c === '\\') at += text[at + 1] === '\r' ? 2 : 1;
    else if (c === quote) return at + 1;
    else if (c === '\n' && !spansLines) return -1;
  }
  return spansLines ? text.length : -1;
}

/** C# `@"…"`: a doubled quote is the only escape. */
export function endOfVerbatim(text: string, i: number): number {
  let at = i + 1;
  for (;;) {
    const close = text.indexOf('"', at);
    if (close < 0) return text.length;
    if (text[close + 1] !== '"') return close + 1;
    at = close + 2;
  }
}

/** A string that holds code between `open` (`${` or `#{`) and `}`, which may hold strings again. Spans lines. */
export function endOfInterpolated(text: string, i: number, open: string): number {
  // A quote stands for a string that is open, a number for the open braces of code inside it.
  const stack: (string | number)[] = [text[i] ?? '"'];
  for (let at = i + 1; ; at++) {
    IN_TEMPLATE.lastIndex = at;
    if (!IN_TEMPLATE.test(text)) break;
    at = IN_TEMPLATE.lastIndex - 1;
    const top = stack[stack.length - 1];
    const c = text[at];
    if (c === '\\') at++;
    else if (typeof top === 'string') {
      if (c === top) {
        stack.pop();
        if (stack.length === 0) return at + 1;
      } else if (c === open[0] && text[at + 1] === '{' && top !== "'") {
        stack.push(0);
        at++;
      } else if (c === '\n' && top === "'") stack.pop();
    } else if (c === '`' || c === '"' || c === "'") stack.push(c);
    else if (c === '{') stack[stack.length - 1] = (top ?? 0) + 1;
    else if (c === '}') {
      if (top === 0 || top === undefined) stack.pop();
      else stack[stack.length - 1] = top - 1;
    } else if (c === '/' && text[at + 1] === '/' && open === '${') {
      const newline = text.indexOf('\n', at);
      at = newline < 0 ? text.length : newline - 1;
    }
  }
  return text.length;
}
