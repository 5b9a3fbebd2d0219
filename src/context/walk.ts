import { type Code, lineAt, skipSpace } from './code.ts';
import type { CodeSymbol, Declaration, Extent, Grammar, Scope } from './grammar.ts';
import { indentAt, signatureOf } from './signature.ts';

/** Lines longer than this (characters) are data or minified code. */
const MAX_LINE = 2000;
const MAX_DEPTH = 16;
const BLANKS = /[ \t\r]+/y;
const WORD = /[\w$]+/y;
const CONTINUES_BEFORE = new Set([...'=,|&(+-*/?:<.\\']);
const CONTINUES_AFTER = new Set([...'})]|&=?:.{<>+*,']);

/** Symbols of a language with braces, in order of their place. */
export function walk(c: Code, path: string, grammar: Grammar): CodeSymbol[] {
  const symbols: CodeSymbol[] = [];
  visit(c, path, grammar, 0, c.code.length, { kind: 'top', parent: null, group: null, depth: 0 }, symbols);
  return symbols;
}

function visit(
  c: Code,
  path: string,
  grammar: Grammar,
  from: number,
  to: number,
  scope: Scope,
  out: CodeSymbol[],
): void {
  const { code, match } = c;
  let fresh = true;
  let long = false;
  let at = from;
  while (at < to) {
    const ch = code[at] ?? '';
    if (ch === '\n') {
      fresh = true;
      long = isLong(code, at + 1);
      at++;
    } else if (ch === ' ' || ch === '\t' || ch === '\r') at = skipBlanks(code, at);
    else if (fresh && !long && isStart(ch)) {
      const after = grammar.skipAnnotation(c, at);
      if (after > at) {
        at = after;
        continue;
      }
      const found = grammar.declare(c, at, scope);
      if (found !== null) at = enter(c, path, grammar, at, to, scope, found, out);
      else at = ch === '{' || ch === '(' || ch === '[' ? closing(match, at, to) : skipWord(code, at);
      fresh = found !== null || ch === '{';
    } else if (ch === '{' || ch === '(' || ch === '[') {
      at = closing(match, at, to);
      fresh = ch === '{';
    } else {
      fresh = ch === ';' || ch === '}' || (ch === ',' && scope.kind === 'object');
      at = fresh ? at + 1 : skipWord(code, at);
    }
  }
}

function enter(
  c: Code,
  path: string,
  grammar: Grammar,
  start: number,
  to: number,
  scope: Scope,
  found: Declaration,
  out: CodeSymbol[],
): number {
  const extent = extentOf(c, grammar, start, found, to, scope);
  if (found.silent !== true) {
    out.push({
      name: found.name,
      kind: found.kind,
      path,
      line: lineAt(c.lines, start),
      endLine: lineAt(c.lines, Math.max(start, Math.min(extent.end, c.code.length - 1))),
      signature: signatureOf(c.text, start, found, extent),
      exported: found.exported,
      parent: found.parent ?? scope.parent,
    });
  }
  if (found.body !== null && extent.open >= 0 && scope.depth < MAX_DEPTH) {
    visit(
      c,
      path,
      grammar,
      extent.open + 1,
      Math.min(c.match[extent.open] ?? to, to),
      {
        kind: found.body,
        parent: found.bodyParent === undefined ? found.name : found.bodyParent,
        group: found.group ?? null,
        depth: scope.depth + 1,
      },
      out,
    );
  }
  return Math.max(extent.end + 1, found.from);
}

function extentOf(c: Code, grammar: Grammar, start: number, found: Declaration, to: number, scope: Scope): Extent {
  const { code, match } = c;
  let statement = found.ends === 'statement';
  let open = -1;
  let arrow = -1;
  let brace = -1;
  let assigned = false;
  let last = found.from - 1;
  let before = code[last] ?? '';
  const indent = indentAt(code, start);
  let at = found.from;
  while (at < to) {
    const ch = code[at] ?? '';
    if (ch === '\n') {
      const next = skipSpace(code, at, to);
      if (next >= to) break;
      const follows = code[next] ?? '';
      const goesOn = CONTINUES_BEFORE.has(before) || CONTINUES_AFTER.has(follows) || startsWithAny(code, next);
      // `}` on a line of its own closes the scope around, not this statement.
      if (grammar.newlines && !goesOn && indentAt(code, next) <= indent) break;
      at = next;
      continue;
    }
    if (ch === ' ' || ch === '\t' || ch === '\r') {
      at = skipBlanks(code, at);
      continue;
    }
    if (ch === ';' || ch === '}' || (ch === ',' && scope.kind === 'object')) {
      if (ch === ';') last = at;
      break;
    }
    if (ch === '(' || ch === '[') {
      if (found.body === 'group') return { open: at, end: closing(match, at, to) - 1, cut: at };
      last = closing(match, at, to) - 1;
      before = ')';
      at = last + 1;
      continue;
    }
    if (ch === '{') {
      const end = closing(match, at, to) - 1;
      if (!statement && !grammar.isTypeBrace(code, at, before)) return { open: at, end, cut: at };
      if (statement && open < 0 && (found.body === null || before === '=' || at === found.from)) open = at;
      if (brace < 0) brace = at;
      last = end;
      before = '}';
      at = end + 1;
      continue;
    }
    if (ch === '=' && code[at + 1] === '>') {
      if (arrow < 0) arrow = at;
    } else if (ch === '=' && !assigned) {
      // An arrow before the `=` is that of the type.
      assigned = true;
      arrow = -1;
      brace = -1;
    }
    if (!statement && ch === '=' && grammar.expression !== null && code[at + 1] !== '=') {
      if (grammar.expression === '=' || code[at + 1] === '>') statement = true;
    }
    const after = skipWord(code, at);
    last = after - 1;
    before = code[last] ?? '';
    at = after;
  }
  const cut = arrow >= 0 ? arrow : brace >= 0 ? brace : last + 1;
  return {
    open: found.body === null && statement ? -1 : open,
    end: last,
    cut: found.ends === 'block' ? last + 1 : cut,
  };
}

function skipWord(code: string, at: number): number {
  WORD.lastIndex = at;
  return WORD.test(code) ? WORD.lastIndex : at + 1;
}

function skipBlanks(code: string, at: number): number {
  BLANKS.lastIndex = at;
  return BLANKS.test(code) ? BLANKS.lastIndex : at + 1;
}

function closing(match: Int32Array, at: number, to: number): number {
  return Math.min((match[at] ?? to) + 1, to);
}

/** Characters a declaration, annotation or bracketed attribute begins with. */
function isStart(ch: string): boolean {
  return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || '_$@#[*~'.includes(ch) || ch > '\x7f';
}

function isLong(code: string, lineStart: number): boolean {
  if (lineStart + MAX_LINE >= code.length) return false;
  const newline = code.lastIndexOf('\n', lineStart + MAX_LINE);
  return newline < lineStart;
}

const CONTINUING = /(?:where|extends|implements|throws|with|as|satisfies|instanceof|in|by)\b/y;

function startsWithAny(code: string, at: number): boolean {
  CONTINUING.lastIndex = at;
  return CONTINUING.test(code);
}
