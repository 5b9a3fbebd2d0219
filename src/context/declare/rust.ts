import type { Grammar } from '../grammar.ts';

const PUB = /(?:(pub)(?:\s*\([^()]{0,60}\))?\s+)?(?:default\s+)?/y;
const FUNCTION = /(?:(?:const|async|unsafe)\s+)*(?:extern\s+(?:"\s*)?)?fn\s+(\w+)/y;
const ITEM = /(?:unsafe\s+)?(?:auto\s+)?(struct|enum|union|trait|mod|type)\s+(\w+)/y;
const VALUE = /(?:const|static)\s+(?:mut\s+)?(\w+)/y;
const IMPL = /(?:unsafe\s+)?impl\b/y;
const MACRO = /macro_rules!\s*(\w+)/y;

function at(pattern: RegExp, code: string, offset: number): RegExpExecArray | null {
  pattern.lastIndex = offset;
  return pattern.exec(code);
}

/** The type an `impl` is for: `impl<T> Show for Vec<T> where …` is for `Vec`. */
function implemented(code: string, from: number): string {
  const open = code.slice(from, from + 500).indexOf('{');
  let head = code.slice(from, from + (open < 0 ? 500 : open)).replace(/\bwhere\b[\s\S]*$/, '');
  let depth = 0;
  let flat = '';
  for (const c of head) {
    if (c === '>') depth = Math.max(0, depth - 1);
    else if (c === '<') depth++;
    else if (depth === 0) flat += c;
  }
  head = flat.includes(' for ') ? flat.slice(flat.indexOf(' for ') + 5) : flat;
  return /(\w+)\s*$/.exec(head.trim())?.[1] ?? '';
}

export const rust: Grammar = {
  newlines: false,
  expression: null,
  isTypeBrace: () => false,
  skipAnnotation({ code, match }, offset) {
    if (code[offset] !== '#') return -1;
    const open = code[offset + 1] === '!' ? offset + 2 : offset + 1;
    return code[open] === '[' ? (match[open] ?? open) + 1 : -1;
  },
  declare({ code }, offset, scope) {
    const pub = at(PUB, code, offset);
    const exported = pub?.[1] !== undefined;
    const start = offset + (pub?.[0].length ?? 0);
    const fn = at(FUNCTION, code, start);
    if (fn?.[1] !== undefined) {
      const kind = scope.kind === 'class' ? 'method' : 'function';
      return { name: fn[1], kind, exported, from: start + fn[0].length, ends: 'block', body: null };
    }
    const item = at(ITEM, code, start);
    if (item?.[1] !== undefined && item[2] !== undefined) {
      const from = start + item[0].length;
      const name = item[2];
      if (item[1] === 'type') return { name, kind: 'type', exported, from, ends: 'statement', body: null };
      if (item[1] === 'mod') return { name, kind: 'module', exported, from, ends: 'block', body: 'top' };
      if (item[1] === 'trait') return { name, kind: 'interface', exported, from, ends: 'block', body: 'class' };
      return { name, kind: item[1] === 'enum' ? 'enum' : 'class', exported, from, ends: 'block', body: null };
    }
    const impl = at(IMPL, code, start);
    if (impl !== null) {
      const from = start + impl[0].length;
      const bodyParent = implemented(code, from);
      return { name: '', kind: 'class', exported, from, ends: 'block', body: 'class', silent: true, bodyParent };
    }
    const value = at(VALUE, code, start);
    if (value?.[1] !== undefined) {
      return { name: value[1], kind: 'const', exported, from: start + value[0].length, ends: 'statement', body: null };
    }
    const macro = at(MACRO, code, start);
    if (macro?.[1] === undefined) return null;
    return { name: macro[1], kind: 'function', exported, from: start + macro[0].length, ends: 'block', body: null };
  },
};
