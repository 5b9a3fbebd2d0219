import { lineStarts } from './code.ts';
import type { CodeSymbol } from './grammar.ts';
import { symbolsOf } from './symbols.ts';

/** Lines shown when no definition is around, at most. */
const WINDOW = 21;
const DECORATION = /^\s*(?:@[\w.]|#!?\[|\[[A-Z]\w*[^\]]*\]\s*$|template\s*<)/;

/**
 * The smallest definition around a line, with the decorators above it. A definition longer than `maxLines` gives the
 * window of `maxLines` around the line inside it; no definition gives up to 21 lines around it, without a symbol.
 * All lines 1-based and inclusive; `line` is clamped to the file. `symbol` is `Class.method` or the plain name.
 */
export function enclosing(
  text: string,
  path: string,
  line: number,
  maxLines: number,
): { start: number; end: number; symbol: string | null } {
  return enclosingIn(symbolsOf(path, text), text, line, maxLines);
}

/** As {@link enclosing}, with the file's symbols at hand. */
export function enclosingIn(
  symbols: readonly CodeSymbol[],
  text: string,
  line: number,
  maxLines: number,
): { start: number; end: number; symbol: string | null } {
  const lines = lineStarts(text);
  // A line break at the end begins no line of its own.
  const count = Math.max(1, lines.at(-1) === text.length ? lines.length - 1 : lines.length);
  const at = Math.min(Math.max(1, Math.trunc(line)), count);
  const room = Math.max(1, Math.trunc(maxLines));
  let best: { start: number; end: number; symbol: CodeSymbol } | null = null;
  for (const symbol of symbols) {
    if (symbol.line > at + 40) break;
    if (symbol.endLine < at) continue;
    const start = decoratedStart(text, lines, symbol.line);
    const end = Math.min(symbol.endLine, count);
    if (start > at || end < at) continue;
    if (best === null || end - start <= best.end - best.start) best = { start, end, symbol };
  }
  if (best === null) return { ...around(at, Math.min(room, WINDOW), 1, count), symbol: null };
  return { ...around(at, room, best.start, best.end), symbol: qualifiedName(best.symbol) };
}

export function qualifiedName(symbol: CodeSymbol): string {
  return symbol.parent === null || symbol.parent === '' ? symbol.name : `${symbol.parent}.${symbol.name}`;
}

/** First line of the decorators, attributes and annotations that stand right above `line`. */
function decoratedStart(text: string, lines: readonly number[], line: number): number {
  let start = line;
  /** Indentation of the closing line of a decorator that spans lines, while reading up through it. */
  let inside = -1;
  for (let above = line - 1; above >= 1 && line - above <= 20; above--) {
    const content = text.slice(lines[above - 1], lines[above]);
    const indent = content.length - content.trimStart().length;
    if (DECORATION.test(content) && (inside < 0 || indent === inside)) {
      start = above;
      inside = -1;
    } else if (inside < 0 && /^\s*[}\]]*[)\]][)\]]*\s*$/.test(content)) inside = indent;
    else if (inside < 0 || indent <= inside) break;
  }
  return start;
}

function around(line: number, room: number, first: number, last: number): { start: number; end: number } {
  if (last - first + 1 <= room) return { start: first, end: last };
  const start = Math.min(Math.max(first, line - Math.floor((room - 1) / 2)), last - room + 1);
  return { start, end: start + room - 1 };
}
