import type { Code } from '../code.ts';
import type { CodeSymbol } from '../grammar.ts';
import { oneLine } from '../signature.ts';

const METHOD =
  /^(?:(private|protected|private_class_method|public|module_function)\s+)?def\s+(?:(self)\.|[A-Z]\w*\.)?([\w]+[?!=]?|[^\s\w(]{1,3})/;
const CONTAINER = /^(class|module)\s+([\w:]+)/;
const SINGLETON = /^class\s*<</;
const CONSTANT = /^([A-Z]\w*)\s*=(?![=~])/;
const ENDLESS = /^[^=]*(?:\([^)]*\))?\s+=\s/;
const ONE_LINE = /;\s*end\s*$/;

interface Open {
  indent: number;
  symbol: CodeSymbol | null;
  /** Name of the class or module; null for a method, whose inside is not looked at. */
  container: string | null;
  hidden: boolean;
}

/** Ruby by indentation: the `end` that closes a definition stands at its column. */
export function rubySymbols({ text, code, lines }: Code, path: string): CodeSymbol[] {
  const symbols: CodeSymbol[] = [];
  const stack: Open[] = [];
  let inComment = false;
  for (let index = 0; index < lines.length; index++) {
    const start = lines[index] ?? 0;
    const end = Math.min((lines[index + 1] ?? code.length + 1) - 1, start + 2000);
    const line = code.slice(start, end);
    const body = line.trim();
    if (line.startsWith('=begin')) inComment = true;
    if (inComment || body === '') {
      if (line.startsWith('=end')) inComment = false;
      continue;
    }
    const indent = line.length - line.trimStart().length;
    for (let top = stack.at(-1); top !== undefined && top.indent >= indent; top = stack.at(-1)) {
      const ends = top.indent === indent && /^end\b/.test(body);
      if (top.symbol !== null) top.symbol.endLine = ends ? index + 1 : index;
      stack.pop();
      if (ends) break;
    }
    const owner = stack.at(-1);
    if (owner !== undefined && owner.container === null) continue;
    const visibility = /^(private|protected|public)$/.exec(body)?.[1];
    if (visibility !== undefined && owner !== undefined) owner.hidden = visibility !== 'public';
    if (SINGLETON.test(body)) {
      stack.push({ indent, symbol: null, container: owner?.container ?? '', hidden: false });
      continue;
    }
    const signature = oneLine(text.slice(start, end).replace(/;.*$/, ''));
    const place = { path, line: index + 1, endLine: index + 1, signature, parent: owner?.container ?? null };
    const container = CONTAINER.exec(body);
    const method = METHOD.exec(body);
    const constant = CONSTANT.exec(body);
    if (container?.[2] !== undefined) {
      const name = container[2].split('::').pop() ?? '';
      const kind = container[1] === 'class' ? 'class' : 'module';
      const symbol: CodeSymbol = { ...place, name, kind, exported: true };
      symbols.push(symbol);
      if (!ONE_LINE.test(body)) stack.push({ indent, symbol, container: name, hidden: false });
    } else if (method?.[3] !== undefined) {
      const hidden =
        method[1] === 'private' || method[1] === 'protected' || (owner?.hidden === true && method[2] !== 'self');
      const symbol: CodeSymbol = {
        ...place,
        name: method[3],
        kind: owner === undefined ? 'function' : 'method',
        exported: !hidden,
      };
      symbols.push(symbol);
      if (!ONE_LINE.test(body) && !ENDLESS.test(body)) stack.push({ indent, symbol, container: null, hidden: false });
    } else if (constant?.[1] !== undefined)
      symbols.push({ ...place, name: constant[1], kind: 'const', exported: true });
  }
  for (const open of stack) if (open.symbol !== null) open.symbol.endLine = lines.length;
  return symbols;
}
