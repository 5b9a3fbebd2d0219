import { type Code, skipSpace } from '../code.ts';
import type { Declaration, Grammar, Scope } from '../grammar.ts';

const CONTAINER = /(?:inline\s+)?namespace(?:\s+([\w:]+))?\s*(?=\{)/y;
const LINKAGE = /extern\s+"\s*(?=\{)/y;
const TYPE =
  /(?:typedef\s+)?(class|struct|union|enum(?:\s+(?:class|struct))?)\s+(?:[A-Z][A-Z0-9_]+\s+)?(\w+)\s*(?:final\s*)?(?=[{:]|final)/y;
const TYPEDEF = /typedef\b/y;
const USING = /using\s+(\w+)\s*=/y;
const NOT_A_FUNCTION = /^(?:return|if|for|while|switch|else|using|goto|case|do|typedef|static_assert|friend)\b/;
const NAME = /((?:[\w]+(?:<[^()<>]{0,60}>)?::)*)(~?\w+|operator\s*[^\s\w(]{1,3}|operator\s*\(\s*\))$/;
const ACCESS = /(?:public|private|protected|signals|slots)\s*:(?!:)/y;
/** A function's head up to its parameters is no longer than this, characters. */
const MAX_HEAD = 400;

function at(pattern: RegExp, code: string, offset: number): RegExpExecArray | null {
  pattern.lastIndex = offset;
  return pattern.exec(code);
}

function callable(c: Code, start: number, scope: Scope): Declaration | null {
  const { code, match } = c;
  const limit = Math.min(code.length, start + MAX_HEAD);
  for (let i = start; i < limit; i++) {
    const ch = code[i];
    if (ch === '=' && !/operator\s*[=!<>+*/-]*$/.test(code.slice(Math.max(0, i - 14), i)))
      return value(code, start, i, scope);
    if (ch === ';' || ch === '{' || ch === '}' || ch === '#') return null;
    if (ch !== '(') continue;
    const head = code.slice(start, i).trimEnd();
    if (/operator$/.test(head)) continue;
    const name = NAME.exec(head);
    if (name?.[2] === undefined || NOT_A_FUNCTION.test(head)) return null;
    const after = skipSpace(code, (match[i] ?? limit) + 1);
    const isOwn = name[2].replace('~', '') === scope.parent || name[1] !== '';
    const hasBody = /^(?:\{|:(?!:)|const\b|noexcept\b|override\b|->|try\b|final\b)/.test(code.slice(after, after + 10));
    // `Type name(…);` declares; `name(…);` alone is a macro.
    if (head.length === name[0].length && !isOwn && code[after] !== '{') return null;
    if (!hasBody && !/^(?:[;=]|__attribute__|[A-Z_]{3,})/.test(code.slice(after, after + 14))) return null;
    const exported = !/\bstatic\b/.test(head) || scope.kind === 'class';
    const parent = name[1]?.replace(/::$/, '').split('::').pop()?.replace(/<.*$/, '');
    const kind = scope.kind === 'class' || name[1] !== '' ? 'method' : 'function';
    const found = { name: name[2].replace(/\s+/g, ''), kind, exported, from: i, ends: 'block', body: null } as const;
    return parent === undefined || parent === '' ? found : { ...found, parent };
  }
  return null;
}

function value(code: string, start: number, equals: number, scope: Scope): Declaration | null {
  const head = code.slice(start, equals);
  const name = /(\w+)\s*(?:\[[^\]]*\]\s*)*$/.exec(head);
  if (name?.[1] === undefined || head.trim() === name[1]) return null;
  if (scope.kind === 'class' && !/\b(?:static|constexpr)\b/.test(head)) return null;
  const from = start + name.index + name[1].length;
  return { name: name[1], kind: 'const', exported: !/\bstatic\b/.test(head), from, ends: 'statement', body: null };
}

/** `typedef struct {…} Name;` and `typedef int (*Name)(int);` take their name from the end. */
function typedef(c: Code, offset: number): Declaration | null {
  const { code, match } = c;
  const limit = Math.min(code.length, offset + 20_000);
  let i = offset;
  for (; i < limit && code[i] !== ';'; i++) if (code[i] === '{') i = match[i] ?? limit;
  const tail = code.slice(Math.max(offset, i - 200), i);
  const name = /\(\s*\*\s*(\w+)\s*\)/.exec(tail)?.[1] ?? /(\w+)\s*(?:\[[^\]]*\]\s*)?$/.exec(tail)?.[1];
  if (name === undefined) return null;
  const kind = /^typedef\s+enum\b/.test(code.slice(offset, offset + 40)) ? 'enum' : 'type';
  return { name, kind, exported: true, from: offset + 7, ends: 'statement', body: null };
}

/** C and C++, after {@link withoutDirectives}. */
export const c: Grammar = {
  newlines: false,
  expression: null,
  // `Foo() : a{1}, b{2} {`: a brace right after a name in an initialiser list is not the body.
  isTypeBrace: (code, open, before) => /[\w>]/.test(before) && initialises(code, open),
  skipAnnotation(prepared, offset) {
    const { code, match } = prepared;
    const access = at(ACCESS, code, offset);
    if (access !== null) return offset + access[0].length;
    if (code.startsWith('[[', offset)) return (match[offset] ?? offset) + 1;
    const template = /^template\s*</.exec(code.slice(offset, offset + 20));
    if (template === null) return -1;
    let depth = 1;
    let i = offset + template[0].length;
    for (const limit = Math.min(code.length, i + 500); i < limit && depth > 0; i++) {
      if (code[i] === '<') depth++;
      else if (code[i] === '>') depth--;
    }
    return i;
  },
  declare(prepared, offset, scope) {
    const { code } = prepared;
    const container = at(CONTAINER, code, offset);
    if (container !== null) {
      const from = offset + container[0].length;
      const name = container[1] ?? '';
      return {
        name,
        kind: 'module',
        exported: true,
        from,
        ends: 'block',
        body: 'top',
        bodyParent: null,
        silent: name === '',
      };
    }
    const linkage = at(LINKAGE, code, offset);
    if (linkage !== null) {
      const from = offset + linkage[0].length;
      return {
        name: '',
        kind: 'module',
        exported: true,
        from,
        ends: 'block',
        body: 'top',
        bodyParent: null,
        silent: true,
      };
    }
    const alias = at(USING, code, offset);
    if (alias?.[1] !== undefined) {
      return {
        name: alias[1],
        kind: 'type',
        exported: true,
        from: offset + alias[0].length,
        ends: 'statement',
        body: null,
      };
    }
    if (at(TYPEDEF, code, offset) !== null) return typedef(prepared, offset);
    const type = at(TYPE, code, offset);
    if (type?.[1] !== undefined && type[2] !== undefined) {
      const isEnum = type[1].startsWith('enum');
      const from = offset + type[0].length;
      return {
        name: type[2],
        kind: isEnum ? 'enum' : 'class',
        exported: true,
        from,
        ends: 'block',
        body: isEnum ? null : 'class',
      };
    }
    return callable(prepared, offset, scope);
  },
};

function initialises(code: string, open: number): boolean {
  const head = code.slice(Math.max(0, open - 300), open);
  const list = Math.max(head.lastIndexOf(') :'), head.lastIndexOf('):'), head.lastIndexOf(')\n'));
  return list >= 0 && /^\)\s*:(?!:)/.test(head.slice(list)) && /[:,]\s*[\w<>:]+\s*$/.test(head);
}
