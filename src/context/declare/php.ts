import type { Grammar } from '../grammar.ts';

const MODIFIERS = /(?:(?:public|private|protected|static|final|abstract|readonly)\s+)*/y;
const FUNCTION = /function\s+&?\s*(\w+)/y;
const TYPE = /(class|interface|trait|enum)\s+(\w+)/y;
const CONSTANT = /const\s+(?:[\w|?\\]+\s+)?(\w+)\s*(?==)/y;
const DEFINE = /define\(\s*['"]/y;
const NAMESPACE = /namespace\s+([\w\\]+)\s*(?=\{)/y;
const KINDS = { class: 'class', interface: 'interface', trait: 'class', enum: 'enum' } as const;

function at(pattern: RegExp, code: string, offset: number): RegExpExecArray | null {
  pattern.lastIndex = offset;
  return pattern.exec(code);
}

export const php: Grammar = {
  newlines: false,
  expression: null,
  isTypeBrace: () => false,
  skipAnnotation: ({ code, match }, offset) =>
    code.startsWith('#[', offset) ? (match[offset + 1] ?? offset + 1) + 1 : -1,
  declare({ code, text }, offset, scope) {
    const modifiers = at(MODIFIERS, code, offset)?.[0] ?? '';
    const start = offset + modifiers.length;
    const exported = !/\b(?:private|protected)\b/.test(modifiers);
    const fn = at(FUNCTION, code, start);
    if (fn?.[1] !== undefined) {
      const kind = scope.kind === 'class' ? 'method' : 'function';
      return { name: fn[1], kind, exported, from: start + fn[0].length, ends: 'block', body: null };
    }
    const type = at(TYPE, code, start);
    if (type?.[1] !== undefined && type[2] !== undefined) {
      const kind = KINDS[type[1] as keyof typeof KINDS];
      return { name: type[2], kind, exported, from: start + type[0].length, ends: 'block', body: 'class' };
    }
    const constant = at(CONSTANT, code, start);
    if (constant?.[1] !== undefined) {
      return {
        name: constant[1],
        kind: 'const',
        exported,
        from: start + constant[0].trimEnd().length,
        ends: 'statement',
        body: null,
      };
    }
    const namespace = at(NAMESPACE, code, start);
    if (namespace?.[1] !== undefined) {
      const from = start + namespace[0].length;
      return { name: namespace[1], kind: 'module', exported, from, ends: 'block', body: 'top', bodyParent: null };
    }
    const define = at(DEFINE, code, start);
    const name =
      define === null
        ? undefined
        : /^\w+/.exec(text.slice(start + define[0].length, start + define[0].length + 80))?.[0];
    if (define === null || name === undefined) return null;
    return { name, kind: 'const', exported, from: start + 6, ends: 'statement', body: null };
  },
};
