import { MISS } from './string-literals.ts';

/** Literals with delimiters of their own: offset after the end, -1 when it is no literal, {@link MISS} when unclosed. */

const CLOSERS: Record<string, string> = { '(': ')', '[': ']', '{': '}', '<': '>', '|': '|', '!': '!', '/': '/' };
/** A terminator is looked for this far: bounds the work on hostile input. */
const MAX_HEREDOC = 20_000;

/** Ruby `%w[…]`, `%(…)`, `%q{…}`; nested delimiters of the same kind are counted. */
export function endOfPercent(text: string, i: number): number {
  const head = /^%[wWiIqQrsx]?([([{<|!/])/.exec(text.slice(i, i + 3));
  const before = text[i - 1];
  if (head?.[1] === undefined || (before !== undefined && !/[\s(,=[{]/.test(before))) return -1;
  const open = head[1];
  const close = CLOSERS[open] ?? open;
  let depth = 1;
  const limit = Math.min(text.length, i + MAX_HEREDOC);
  for (let at = i + head[0].length; at < limit; at++) {
    const c = text[at];
    if (c === '\\') at++;
    else if (c === close) {
      if (--depth === 0) return at + 1;
    } else if (c === open) depth++;
  }
  return MISS;
}

/** Ruby `<<~WORD`, `<<-WORD`, `<<WORD`: the rest of the opening line is blanked with it. */
export function endOfHeredoc(text: string, i: number): number {
  const head = /^<<[~-]?(["'`]?)([A-Z_][A-Z0-9_]*)\1/.exec(text.slice(i, i + 60));
  return head?.[2] === undefined ? -1 : endAtTerminator(text, i + head[0].length, head[2]);
}

/** PHP `<<<WORD` and `<<<'WORD'`. */
export function endOfPhpHeredoc(text: string, i: number): number {
  const head = /^<<<[ \t]*(["']?)([A-Za-z_]\w*)\1/.exec(text.slice(i, i + 60));
  return head?.[2] === undefined ? -1 : endAtTerminator(text, i + head[0].length, head[2]);
}

function endAtTerminator(text: string, from: number, word: string): number {
  const body = text.slice(from, from + MAX_HEREDOC);
  const end = new RegExp(`\\n[ \\t]*${word}\\b`).exec(body);
  return end === null ? MISS : from + end.index + end[0].length;
}
