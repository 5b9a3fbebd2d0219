import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blank } from '../../src/context/blank.ts';
import type { CodeSymbol } from '../../src/context/grammar.ts';
import { symbolsOf } from '../../src/context/symbols.ts';

const samples = new URL('./samples/', import.meta.url);

/** One symbol a line, as a person reads it; `+` marks what is visible outside. */
function table(symbols: readonly CodeSymbol[]): string {
  const rows = symbols.map(({ line, endLine, exported, kind, parent, name, signature }) => {
    return `${line}-${endLine} ${exported ? '+' : '-'} ${kind} ${parent === null ? '' : `${parent}.`}${name} | ${signature}`;
  });
  return `${rows.join('\n')}\n`;
}

describe('symbols of a language', () => {
  for (const sample of readdirSync(samples)) {
    const path = sample.replace(/\.txt$/, '');
    it(`${path} as in its golden file`, async () => {
      const text = readFileSync(new URL(sample, samples), 'utf8');
      await expect(table(symbolsOf(path, text))).toMatchFileSnapshot(`./golden/${sample}`);
    });

    it(`${path} is the same with Windows line ends`, () => {
      const text = readFileSync(new URL(sample, samples), 'utf8');
      const names = (symbols: CodeSymbol[]) => symbols.map(({ name, line, endLine }) => `${name} ${line} ${endLine}`);
      expect(names(symbolsOf(path, text.replaceAll('\n', '\r\n')))).toEqual(names(symbolsOf(path, text)));
    });
  }

  it('never finds what only stands in a string or comment', () => {
    for (const sample of readdirSync(samples)) {
      const path = sample.replace(/\.txt$/, '');
      const names = symbolsOf(path, readFileSync(new URL(sample, samples), 'utf8')).map(({ name }) => name);
      expect(
        names.filter((name) => /nope|fake|notone|not_one|commented/i.test(name)),
        path,
      ).toEqual([]);
    }
  });

  it('gives no symbols for a language it does not know', () => {
    expect(symbolsOf('a.zig', 'fn main() void {}')).toEqual([]);
    expect(symbolsOf('constructor', 'x')).toEqual([]);
    expect(symbolsOf('a.toString', 'x')).toEqual([]);
  });

  it('keeps a signature to one line of 160 characters', () => {
    const [symbol] = symbolsOf('a.ts', `export function f(\n${'  parameter: string,\n'.repeat(40)}): void {\n}\n`);
    expect(symbol?.signature.length).toBe(160);
    expect(symbol?.signature).not.toContain('\n');
  });

  it('reads on after text that never closes', () => {
    const text = "const a = <p>don't {a}</p>;\nexport function after() {\n  return `open\n";
    expect(symbolsOf('a.tsx', text).map(({ name }) => name)).toContain('after');
  });
});

describe('blank', () => {
  const families = ['javascript', 'python', 'go', 'rust', 'java', 'kotlin', 'csharp', 'c', 'ruby', 'php'] as const;

  it('keeps length and line breaks of any text', () => {
    const bits = fc.constantFrom(
      '"',
      "'",
      '`',
      '/',
      '*',
      '#',
      '{',
      '}',
      '${',
      '\\',
      '\n',
      '\r\n',
      'a',
      ' ',
      '<<~A',
      '%w(',
      '"""',
      'r#"',
      '?>',
      '<?php',
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...families),
        fc.array(fc.oneof(bits, fc.string({ maxLength: 3 }))),
        (family, parts) => {
          const text = parts.join('');
          const blanked = blank(text, family);
          expect(blanked.length).toBe(text.length);
          expect(blanked.replace(/[^\n]/g, '')).toBe(text.replace(/[^\n]/g, ''));
        },
      ),
      { numRuns: 500 },
    );
  });

  it.each([
    ['javascript', 'a = `x ${ `}` + "}" } y`; b', 'a = `                   ; b'],
    ['javascript', 'x = a / b / c; y', 'x = a / b / c; y'],
    ['javascript', 'x = /[/"]{/; y', 'x = /      ; y'],
    ['javascript', '<b>it is "odd</b>; {y}', '<b>it is "odd</b>; {y}'],
    ['rust', "fn f<'a>(x: &'a str) { '{' }", "fn f<'a>(x: &'a str) { '   }"],
    ['rust', 'r#"a"}"#; b', 'r#"     ; b'],
    ['c', "x = 1'000; c = '\"'; {", "x = 1'000; c = '  ; {"],
    ['kotlin', '"${a["}"]}" }', '"           }'],
    ['csharp', '@"\\"; }', '@"  ; }'],
    ['python', "'''a\n'b''' # {\nc", "'   \n         \nc"],
    ['ruby', '"#{a["}"]}" }', '"           }'],
    ['php', '<b>{</b><?php a; // } ?> { <?php }', '              a;                 }'],
  ] as const)('%s: %s', (family, text, expected) => {
    expect(blank(text, family)).toBe(expected);
  });
});

describe('hostile input', () => {
  const bombs: [string, string][] = [
    ['one line of quotes and brackets', '=/[\'"`{(<'],
    ['unclosed regular expressions', '=/[a'],
    ['escaped quotes', "'\\"],
    ['nested braces', 'class A{'],
    ['nested namespaces', 'namespace a{'],
    ['unterminated heredocs', '<<~A '],
    ['spaces after keywords', 'export                    '],
    ['generics', 'a<b<c<'],
    ['decorators', '@a('],
    ['equals', 'const a:b=>'],
    ['definitions', 'def a(\n'],
    ['blank lines', '\n  \n'],
    ['backslashes', '#define a \\\n'],
  ];
  const paths = ['a.ts', 'a.py', 'a.go', 'a.rs', 'a.java', 'a.kt', 'a.cs', 'a.cpp', 'a.rb', 'a.php'];

  it.each(bombs)('is read in linear time: %s', (_, bit) => {
    for (const path of paths) {
      const text = (path === 'a.php' ? '<?php ' : '') + bit.repeat(Math.floor(500_000 / bit.length));
      const start = performance.now();
      symbolsOf(path, text);
      expect(performance.now() - start, path).toBeLessThan(15_000);
    }
  });

  it('never throws, and lines stay within the file', () => {
    const bits = fc.constantFrom(
      'class A',
      'def f',
      '(',
      ')',
      '{',
      '}',
      ':',
      '\n',
      '  ',
      'fn f',
      'func f',
      'end',
      '=',
      '=>',
      '<',
      '>',
      ';',
      '@a',
      '#',
      '"',
      "'",
      'export',
      'const x',
      'impl',
      'namespace a',
      'typedef',
      ',',
    );
    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.array(bits, { maxLength: 60 }), (path, parts) => {
        const text = parts.join(' ');
        const count = text.split('\n').length;
        for (const { line, endLine, signature } of symbolsOf(path, text)) {
          expect(line).toBeGreaterThanOrEqual(1);
          expect(endLine).toBeGreaterThanOrEqual(line);
          expect(endLine).toBeLessThanOrEqual(count);
          expect(signature).not.toContain('\n');
        }
      }),
      { numRuns: 1000 },
    );
  });
});
