import { type Code, skipSpace } from '../code.ts';
import type { Declaration, Grammar, Scope } from '../grammar.ts';

const HEAD = /(?:(export)\s+)?(?:(default)\s+)?(?:declare\s+)?(?:abstract\s+)?/y;
const FUNCTION = /(?:async\s+)?function\b\s*(?:\*\s*)?([\w$]+)?/y;
const TYPED = /(class|interface|type|enum|const\s+enum|namespace|module)\s+([\w$.]+)/y;
const UNNAMED_CLASS = /class\b/y;
const GLOBAL = /(?:global|(?:module|namespace)\s+["'`])/y;
const VARIABLE = /(?:const|let|var)\s+([\w$]+)/y;
const ASSIGNED = /(?:(module\.exports|exports)|([\w$]+)\.prototype)(?:\.([\w$]+))?\s*=(?!=)/y;
const MEMBER =
  /((?:(?:public|private|protected|static|async|readonly|override|abstract|accessor|declare)\s+(?=[\w$#[*"'`]))*)(?:(?:get|set)\s+(?=[\w$#[]))?(?:\*\s*)?(#?[\w$]+)/y;
const FUNCTION_VALUE = /(?:async\s+)?function\b/y;
const ARROW_VALUE = /(?:async\b\s*)?(?:[\w$]+\s*=>|(?:<[^()]{0,200}>\s*)?\()/y;
const KINDS = { class: 'class', interface: 'interface', type: 'type', enum: 'enum' } as const;
const KEYWORDS = new Set(['return', 'function', 'new', 'await', 'typeof']);

function at(pattern: RegExp, code: string, offset: number): RegExpExecArray | null {
  pattern.lastIndex = offset;
  return pattern.exec(code);
}

/** Whether the value that begins at `offset` is a function. */
function isFunction(c: Code, offset: number): boolean {
  const { code, match } = c;
  const from = skipSpace(code, offset);
  if (at(FUNCTION_VALUE, code, from) !== null) return true;
  const arrow = at(ARROW_VALUE, code, from);
  if (arrow === null) return false;
  if (arrow[0].endsWith('=>')) return true;
  const after = skipSpace(code, (match[from + arrow[0].length - 1] ?? code.length) + 1);
  return code.startsWith('=>', after) || code[after] === ':';
}

/** Offset after the `=` of a declaration, whose type may hold brackets and arrows; -1 when there is none. */
function valueAfter(c: Code, from: number): number {
  const { code, match } = c;
  const limit = Math.min(code.length, from + 1000);
  for (let i = from; i < limit; i++) {
    const ch = code[i];
    if (ch === '=' && code[i + 1] === '>') i++;
    else if (ch === '=') return i + 1;
    else if (ch === ';') return -1;
    else if (ch === '(' || ch === '{' || ch === '[') i = match[i] ?? limit;
  }
  return -1;
}

function member(c: Code, offset: number, scope: Scope): Declaration | null {
  const { code, match } = c;
  const found = at(MEMBER, code, offset);
  if (found?.[2] === undefined || KEYWORDS.has(found[2])) return null;
  let from = offset + found[0].length;
  const exported = !/private|protected/.test(found[1] ?? '') && !found[2].startsWith('#');
  const method = { name: found[2], kind: 'method', exported, from, body: null } as const;
  if (code[from] === '?' || code[from] === '!') from++;
  from = skipSpace(code, from);
  if (code[from] === '<') {
    const open = code.slice(from, from + 300).indexOf('(');
    if (open < 0) return null;
    from += open;
  }
  if (code[from] === '(') {
    const after = skipSpace(code, (match[from] ?? code.length) + 1);
    const next = code[after];
    if (next === '{' || (scope.kind === 'class' && (next === ':' || next === ';'))) return { ...method, ends: 'block' };
    return null;
  }
  const value = scope.kind === 'object' ? (code[from] === ':' ? from + 1 : -1) : valueAfter(c, from);
  const isField = scope.kind === 'object' || code[from] === '=' || code[from] === ':';
  return isField && value > 0 && isFunction(c, value) ? { ...method, ends: 'statement' } : null;
}

function variable(c: Code, name: string, from: number, exported: boolean, value: number): Declaration {
  if (value > 0 && isFunction(c, value))
    return { name, kind: 'function', exported, from, ends: 'statement', body: null };
  const begins = value > 0 ? skipSpace(c.code, value) : -1;
  if (begins > 0 && at(UNNAMED_CLASS, c.code, begins) !== null) {
    return { name, kind: 'class', exported, from: begins, ends: 'block', body: 'class' };
  }
  const body = begins > 0 && c.code[begins] === '{' ? 'object' : null;
  return { name, kind: 'const', exported, from, ends: 'statement', body };
}

function declare(c: Code, offset: number, scope: Scope): Declaration | null {
  const { code } = c;
  if (scope.kind !== 'top') return member(c, offset, scope);
  const head = at(HEAD, code, offset);
  const exported = head?.[1] !== undefined;
  const isDefault = head?.[2] !== undefined;
  const start = offset + (head?.[0].length ?? 0);
  const fn = at(FUNCTION, code, start);
  if (fn !== null && (fn[1] !== undefined || isDefault)) {
    const name = fn[1] ?? 'default';
    return { name, kind: 'function', exported, from: start + fn[0].length, ends: 'block', body: null };
  }
  const typed = at(TYPED, code, start);
  if (typed?.[1] !== undefined && typed[2] !== undefined && !/^(?:extends|implements)$/.test(typed[2])) {
    const word = typed[1].startsWith('const') ? 'enum' : typed[1];
    const from = start + typed[0].length;
    const name = typed[2];
    if (word === 'namespace' || word === 'module') {
      return { name, kind: 'module', exported, from, ends: 'block', body: 'top' };
    }
    if (word === 'type') {
      if (!/[=<]/.test(code[skipSpace(code, from)] ?? '')) return null;
      return { name, kind: 'type', exported, from, ends: 'statement', body: null };
    }
    const kind = KINDS[word as keyof typeof KINDS];
    return { name, kind, exported, from, ends: 'block', body: word === 'class' ? 'class' : null };
  }
  const ambient = at(GLOBAL, code, start);
  if (ambient !== null && code.slice(offset, start).includes('declare')) {
    const from = start + ambient[0].length;
    return { name: '', kind: 'module', exported, from, ends: 'block', body: 'top', silent: true, bodyParent: null };
  }
  if (isDefault) {
    if (at(UNNAMED_CLASS, code, start) !== null) {
      return { name: 'default', kind: 'class', exported, from: start + 5, ends: 'block', body: 'class' };
    }
    return variable(c, 'default', start, exported, start);
  }
  const named = at(VARIABLE, code, start);
  if (named?.[1] !== undefined) {
    const from = start + named[0].length;
    return variable(c, named[1], from, exported, valueAfter(c, from));
  }
  return assigned(c, start);
}

function assigned(c: Code, start: number): Declaration | null {
  const found = at(ASSIGNED, c.code, start);
  if (found === null) return null;
  const from = start + found[0].length;
  if (found[2] !== undefined && found[3] !== undefined) {
    return { name: found[3], kind: 'method', exported: true, parent: found[2], from, ends: 'statement', body: null };
  }
  if (found[3] === undefined) {
    if (c.code[skipSpace(c.code, from)] !== '{') return null;
    return {
      name: '',
      kind: 'const',
      exported: true,
      from: from - 1,
      ends: 'statement',
      body: 'object',
      silent: true,
      bodyParent: null,
    };
  }
  return variable(c, found[3], from, true, from);
}

/** Names exported by a list: `export { a, b as c }`, `export default a`, `module.exports = { a, b }`. */
export function exportedNames(code: string): Set<string> {
  const names = new Set<string>();
  for (const list of code.matchAll(/(?:\bexport|\bmodule\.exports =)\s*(?:type\s+)?\{([^{}]{0,5000})[{}]/g)) {
    for (const name of (list[1] ?? '').matchAll(/(?:^|,)\s*(?:type\s+)?([\w$]+)/g)) names.add(name[1] ?? '');
  }
  for (const single of code.matchAll(/(?:\bexport default|\bmodule\.exports =) ([\w$]+)/g)) names.add(single[1] ?? '');
  return names;
}

export const javascript: Grammar = {
  newlines: true,
  expression: null,
  isTypeBrace: (code, at, before) =>
    before === ':' ||
    before === '|' ||
    before === '&' ||
    before === '<' ||
    before === ',' ||
    (before === '>' && arrow(code, at)),
  skipAnnotation({ code, match }, offset) {
    if (code[offset] !== '@') return -1;
    const name = /^@[\w$.]+/.exec(code.slice(offset, offset + 100));
    if (name === null) return -1;
    const after = offset + name[0].length;
    return code[after] === '(' ? (match[after] ?? after) + 1 : after;
  },
  declare,
};

/** Whether `=>` stands right before the brace at `at`. */
function arrow(code: string, at: number): boolean {
  return /=>\s*$/.test(code.slice(Math.max(0, at - 20), at));
}
