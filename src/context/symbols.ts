import { prepare } from './code.ts';
import { c } from './declare/c.ts';
import { classic } from './declare/classic.ts';
import { go } from './declare/go.ts';
import { exportedNames, javascript } from './declare/javascript.ts';
import { kotlin } from './declare/kotlin.ts';
import { php } from './declare/php.ts';
import { pythonSymbols } from './declare/python.ts';
import { rubySymbols } from './declare/ruby.ts';
import { rust } from './declare/rust.ts';
import type { CodeSymbol, Grammar } from './grammar.ts';
import { type Family, familyOf } from './language.ts';
import { walk } from './walk.ts';

/** Texts longer than this (characters) are data: they get no symbols. */
export const MAX_TEXT = 600_000;

const GRAMMARS: Record<Exclude<Family, 'python' | 'ruby'>, Grammar> = {
  javascript,
  go,
  rust,
  java: classic('java'),
  csharp: classic('csharp'),
  kotlin,
  c,
  php,
};

/** Definitions of a file, in order of their place; empty for unknown languages. Linear in the length of the text. */
export function symbolsOf(path: string, text: string): CodeSymbol[] {
  const family = familyOf(path);
  if (family === null || text.length > MAX_TEXT) return [];
  const code = prepare(text, family);
  if (family === 'python') return pythonSymbols(code, path);
  if (family === 'ruby') return rubySymbols(code, path);
  const symbols = walk(code, path, GRAMMARS[family]);
  if (family === 'javascript') {
    const names = exportedNames(code.code);
    for (const symbol of symbols) if (symbol.parent === null && names.has(symbol.name)) symbol.exported = true;
  }
  return symbols;
}
