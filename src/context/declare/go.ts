import type { Declaration, Grammar } from '../grammar.ts';

const FUNCTION = /func\s+(?:\(\s*(?:\w+\s+)?\*?\s*(\w+)[^()]{0,100}\)\s*)?(\w+)/y;
const TYPE = /type\s+(\w+)/y;
const GROUP = /(type|const|var)\s*(?=\()/y;
const VALUE = /(?:const|var)\s+(\w+)/y;
const NAME = /(\w+)/y;
const STRUCT_OR_INTERFACE = /\b(?:struct|interface)\s*$/;

function at(pattern: RegExp, code: string, offset: number): RegExpExecArray | null {
  pattern.lastIndex = offset;
  return pattern.exec(code);
}

const isExported = (name: string): boolean => /^\p{Lu}/u.test(name);

function typeOf(code: string, name: string, from: number): Declaration {
  const rest = code.slice(from, from + 200);
  const word = /^\s*(?:\[[^\]]*\]\s*)?(struct|interface)\b/.exec(rest)?.[1];
  const kind = word === 'struct' ? 'class' : word === 'interface' ? 'interface' : 'type';
  const ends = word === undefined ? 'statement' : 'block';
  return { name, kind, exported: isExported(name), from, ends, body: null };
}

export const go: Grammar = {
  newlines: true,
  expression: null,
  isTypeBrace: (code, open) => {
    const head = code.slice(Math.max(0, open - 20), open);
    // `func f() interface{} {`: the first brace closes at once.
    return (
      STRUCT_OR_INTERFACE.test(head) &&
      /^\{\s*\}/.test(code.slice(open, open + 10)) &&
      /^\}\s*[{)]/.test(code.slice(code.indexOf('}', open), open + 40))
    );
  },
  skipAnnotation: () => -1,
  declare({ code }, offset, scope) {
    if (scope.kind === 'group') {
      const name = at(NAME, code, offset)?.[1];
      if (name === undefined) return null;
      const from = offset + name.length;
      if (scope.group === 'type') return typeOf(code, name, from);
      return { name, kind: 'const', exported: isExported(name), from, ends: 'statement', body: null };
    }
    const fn = at(FUNCTION, code, offset);
    if (fn?.[2] !== undefined) {
      const from = offset + fn[0].length;
      const base = { name: fn[2], exported: isExported(fn[2]), from, ends: 'block', body: null } as const;
      return fn[1] === undefined ? { ...base, kind: 'function' } : { ...base, kind: 'method', parent: fn[1] };
    }
    const group = at(GROUP, code, offset);
    if (group !== null) {
      const kind = group[1] === 'type' ? 'type' : 'const';
      const from = offset + group[0].length;
      return {
        name: '',
        kind,
        exported: false,
        from,
        ends: 'block',
        body: 'group',
        silent: true,
        bodyParent: null,
        group: kind,
      };
    }
    const type = at(TYPE, code, offset);
    if (type?.[1] !== undefined) return typeOf(code, type[1], offset + type[0].length);
    const value = at(VALUE, code, offset)?.[1];
    if (value === undefined) return null;
    const from = code.indexOf(value, offset + 3) + value.length;
    return { name: value, kind: 'const', exported: isExported(value), from, ends: 'statement', body: null };
  },
};
