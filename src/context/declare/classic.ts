import { type Code, skipSpace } from '../code.ts';
import type { Declaration, Grammar, Scope } from '../grammar.ts';

const MODIFIERS =
  /(?:(?:public|private|protected|internal|static|final|abstract|sealed|non-sealed|partial|readonly|override|virtual|async|synchronized|native|strictfp|default|unsafe|extern|new|const|volatile|transient|file|required|event|ref)\s+)*/y;
const TYPE = /(class|interface|@interface|enum|struct|record(?:\s+(?:class|struct))?|namespace|delegate)\s+([\w.]+)/y;
const KINDS: Record<string, Declaration['kind']> = { interface: 'interface', '@interface': 'interface', enum: 'enum' };
const NOT_A_TYPE =
  /^(?:return|throw|if|for|while|switch|else|case|using|import|package|lock|foreach|do|try|goto|yield)\b/;
/** A member's head is no longer than this, characters. */
const MAX_HEAD = 400;

function at(pattern: RegExp, code: string, offset: number): RegExpExecArray | null {
  pattern.lastIndex = offset;
  return pattern.exec(code);
}

/** Reads `modifiers Type name(`, `modifiers Type NAME =` inside a class-like body. */
function member(c: Code, from: number, modifiers: string, scope: Scope): Declaration | null {
  const { code, match } = c;
  const limit = Math.min(code.length, from + MAX_HEAD);
  const exported = !/\bprivate\b/.test(modifiers);
  for (let i = from; i < limit; i++) {
    const ch = code[i];
    if (ch === '[') i = match[i] ?? limit;
    else if (ch === '(') {
      const head = code
        .slice(from, i)
        .replace(/<[^()]*>\s*$/, '')
        .trimEnd();
      const name = /([\w$]+)$/.exec(head)?.[1];
      if (name === undefined || NOT_A_TYPE.test(head)) return null;
      const isConstructor = name === head && (name === scope.parent || scope.parent === null);
      if (name === head && !isConstructor) return null;
      const after = skipSpace(code, (match[i] ?? limit) + 1);
      if (!/^(?:[{;:=]|throws\b|where\b|default\b)/.test(code.slice(after, after + 8))) return null;
      return { name, kind: 'method', exported, from: i, ends: 'block', body: null };
    } else if (ch === '=' || ch === ';') {
      const name = /([\w$]+)\s*$/.exec(code.slice(from, i))?.[1];
      const isConstant =
        /\bconst\b/.test(modifiers) || (/\bstatic\b/.test(modifiers) && /\b(?:final|readonly)\b/.test(modifiers));
      if (!isConstant || name === undefined || code[i + 1] === '>') return null;
      return {
        name,
        kind: 'const',
        exported,
        from: code.lastIndexOf(name, i) + name.length,
        ends: 'statement',
        body: null,
      };
    } else if (ch === '{' || ch === '}') break;
  }
  return null;
}

/** Java and C#. */
export function classic(family: 'java' | 'csharp'): Grammar {
  return {
    newlines: false,
    expression: family === 'csharp' ? '=>' : null,
    isTypeBrace: () => false,
    skipAnnotation({ code, match }, offset) {
      if (family === 'csharp') return code[offset] === '[' ? (match[offset] ?? offset) + 1 : -1;
      if (code[offset] !== '@' || code.startsWith('@interface', offset)) return -1;
      const after = offset + (/^@[\w.]+/.exec(code.slice(offset, offset + 120))?.[0].length ?? 1);
      return code[after] === '(' ? (match[after] ?? after) + 1 : after;
    },
    declare(c, offset, scope) {
      const modifiers = at(MODIFIERS, c.code, offset)?.[0] ?? '';
      const start = offset + modifiers.length;
      const type = at(TYPE, c.code, start);
      const exported =
        !/\bprivate\b/.test(modifiers) &&
        (family === 'csharp' || /public|protected/.test(modifiers) || scope.kind === 'class');
      if (
        type?.[1] !== undefined &&
        type[2] !== undefined &&
        !(type[1] === 'record' && /^\s*[=;]/.test(c.code.slice(start + type[0].length, start + type[0].length + 4)))
      ) {
        const from = start + type[0].length;
        if (type[1] === 'delegate') return null;
        if (type[1] === 'namespace') {
          if (c.code[skipSpace(c.code, from)] === ';') return null;
          return { name: type[2], kind: 'module', exported: true, from, ends: 'block', body: 'top', bodyParent: null };
        }
        return { name: type[2], kind: KINDS[type[1]] ?? 'class', exported, from, ends: 'block', body: 'class' };
      }
      return scope.kind === 'class' ? member(c, start, modifiers, scope) : null;
    },
  };
}
