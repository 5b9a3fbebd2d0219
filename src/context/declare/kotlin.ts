import { skipSpace } from '../code.ts';
import type { Declaration, Grammar } from '../grammar.ts';

const MODIFIERS =
  /(?:(?:public|private|protected|internal|open|final|abstract|sealed|data|inner|value|inline|noinline|override|suspend|operator|infix|tailrec|external|const|lateinit|expect|actual|annotation|companion|enum|fun(?=\s+interface))\s+)*/y;
const TYPE = /(class|interface|object)(?:\s+(\w+))?/y;
const FUNCTION = /fun\s+(?:<[^()]{0,200}>\s*)?(?:([\w.]+)(?:<[^()]{0,100}>)?\??\.)?(`[^`\n]{1,100}`|\w+)\s*(?=[(<])/y;
const ALIAS = /typealias\s+(\w+)/y;
const VALUE = /(?:val|var)\s+(?:[\w.]+\.)?(\w+)/y;

function at(pattern: RegExp, code: string, offset: number): RegExpExecArray | null {
  pattern.lastIndex = offset;
  return pattern.exec(code);
}

export const kotlin: Grammar = {
  newlines: true,
  expression: '=',
  isTypeBrace: () => false,
  skipAnnotation({ code, match }, offset) {
    if (code[offset] !== '@') return -1;
    const after = offset + (/^@[\w.:]+/.exec(code.slice(offset, offset + 120))?.[0].length ?? 1);
    return code[after] === '(' ? (match[after] ?? after) + 1 : after;
  },
  declare({ code }, offset, scope): Declaration | null {
    const modifiers = at(MODIFIERS, code, offset)?.[0] ?? '';
    const start = offset + modifiers.length;
    const exported = !/\bprivate\b/.test(modifiers);
    const type = at(TYPE, code, start);
    if (type?.[1] !== undefined) {
      const companion = /\bcompanion\b/.test(modifiers) && type[2] === undefined;
      if (type[2] === undefined && !companion) return null;
      const from = start + type[0].length;
      const kind = /\benum\b/.test(modifiers) ? 'enum' : type[1] === 'interface' ? 'interface' : 'class';
      const base = { name: type[2] ?? 'Companion', kind, exported, from, ends: 'block', body: 'class' } as const;
      return companion ? { ...base, silent: true, bodyParent: scope.parent } : base;
    }
    const fn = at(FUNCTION, code, start);
    if (fn?.[2] !== undefined) {
      const from = skipSpace(code, start + fn[0].length);
      const kind = scope.kind === 'class' ? 'method' : 'function';
      return { name: fn[2].replaceAll('`', ''), kind, exported, from, ends: 'block', body: null };
    }
    const alias = at(ALIAS, code, start);
    if (alias?.[1] !== undefined) {
      return { name: alias[1], kind: 'type', exported, from: start + alias[0].length, ends: 'statement', body: null };
    }
    const value = at(VALUE, code, start);
    if (value?.[1] === undefined || (scope.kind === 'class' && !/\bconst\b/.test(modifiers))) return null;
    return { name: value[1], kind: 'const', exported, from: start + value[0].length, ends: 'statement', body: null };
  },
};
