import { type Code, lineAt } from '../code.ts';
import type { CodeSymbol } from '../grammar.ts';
import { oneLine } from '../signature.ts';

const DEFINITION = /^(?:(async)\s+)?(def|class)\s+(\w+)/;
const ASSIGNMENT = /^([A-Za-z_]\w*)\s*(?::[^=]{0,200})?=(?!=)/;

interface Open {
  indent: number;
  symbol: CodeSymbol | null;
  isClass: boolean;
}

/** Python by indentation: functions, classes and their methods, names assigned at the top. */
export function pythonSymbols({ text, code, lines, match }: Code, path: string): CodeSymbol[] {
  const symbols: CodeSymbol[] = [];
  const stack: Open[] = [];
  const close = (indent: number, lastLine: number): void => {
    for (let top = stack.at(-1); top !== undefined && top.indent >= indent; top = stack.at(-1)) {
      if (top.symbol !== null) top.symbol.endLine = Math.max(top.symbol.endLine, lastLine);
      stack.pop();
    }
  };
  let lastLine = 1;
  for (let index = 0; index < lines.length; index++) {
    const start = lines[index] ?? 0;
    const end = (lines[index + 1] ?? code.length + 1) - 1;
    const line = code.slice(start, Math.min(end, start + 2000));
    const body = line.trim();
    if (body === '') {
      // A line of a docstring is blank here but belongs to its definition; a comment does not reach further.
      const original = text.slice(start, Math.min(end, start + 2000)).trim();
      if (original !== '' && !original.startsWith('#') && stack.length > 0) lastLine = index + 1;
      continue;
    }
    const indent = line.length - line.trimStart().length;
    close(indent, lastLine);
    const definition = DEFINITION.exec(body);
    const owner = stack.at(-1);
    if (definition?.[3] !== undefined && (owner === undefined || owner.isClass)) {
      const from = start + indent;
      const colon = endOfHead(code, match, from);
      const isClass = definition[2] === 'class';
      const name = definition[3];
      const symbol: CodeSymbol = {
        name,
        kind: isClass ? 'class' : owner === undefined ? 'function' : 'method',
        path,
        line: index + 1,
        endLine: lineAt(lines, colon),
        signature: oneLine(text.slice(from, colon)),
        exported: !name.startsWith('_'),
        parent: owner?.symbol?.name ?? null,
      };
      symbols.push(symbol);
      stack.push({ indent, symbol, isClass });
    } else if (definition !== null) stack.push({ indent, symbol: null, isClass: false });
    else if (indent === 0) {
      const name = ASSIGNMENT.exec(body)?.[1];
      if (name !== undefined) symbols.push(assignment(name, text, code, lines, match, start, path));
    }
    lastLine = index + 1;
    const last = lastOfStatement(code, match, start, end);
    if (last > end) {
      // Lines inside brackets say nothing about indentation.
      lastLine = lineAt(lines, last);
      index = Math.max(index, lastLine - 1);
    }
  }
  close(0, lastLine);
  return symbols;
}

function assignment(
  name: string,
  text: string,
  code: string,
  lines: number[],
  match: Int32Array,
  start: number,
  path: string,
): CodeSymbol {
  const newline = text.indexOf('\n', start);
  const last = lastOfStatement(code, match, start, newline < 0 ? text.length : newline);
  const whole = oneLine(text.slice(start, last + 1), 2000);
  const signature = whole.length <= 80 ? whole : oneLine(whole.slice(0, whole.indexOf('=')));
  const exported = !name.startsWith('_');
  const endLine = lineAt(lines, Math.min(last, Math.max(0, text.length - 1)));
  return { name, kind: 'const', path, line: lineAt(lines, start), endLine, signature, exported, parent: null };
}

/** Offset of the last character of a statement: its line's end, or the closing bracket on a later line. */
function lastOfStatement(code: string, match: Int32Array, start: number, end: number): number {
  let last = end;
  for (let at = start; at < last && at < code.length; at++) {
    const c = code[at];
    if (c === '(' || c === '[' || c === '{') {
      at = match[at] ?? at;
      if (at > last) {
        const newline = code.indexOf('\n', at);
        last = newline < 0 ? code.length : newline;
      }
    }
  }
  return last === end ? end : Math.min(last, code.length) - 1;
}

/** Offset of the colon that ends `def f(…) -> T:` or `class C(…):`. */
function endOfHead(code: string, match: Int32Array, from: number): number {
  const limit = Math.min(code.length, from + 5000);
  for (let at = from; at < limit; at++) {
    const c = code[at];
    if (c === '(' || c === '[' || c === '{') at = match[at] ?? limit;
    else if (c === ':' || c === '\n') return at;
  }
  return Math.min(limit, code.length);
}
