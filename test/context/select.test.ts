import { describe, expect, it } from 'vitest';
import { estimateTokens, selectSources, typicalTokens } from '../../src/context/index.ts';

const entry = (path: string, bytes: number | null = 1000, kind = 'file') => ({ path, kind, bytes });
const ALL = { files: 100, bytes: 1_000_000 };

describe('selectSources', () => {
  it('leaves out what nobody reads or edits', () => {
    const entries = [
      'node_modules/a/i.js',
      'vendor/x.go',
      'package-lock.json',
      'go.sum',
      'a.min.js',
      'logo.png',
      'x.pb.go',
      'dist/a.js',
      'bin/tool',
    ];
    expect(selectSources([...entries.map((path) => entry(path)), entry('src/a.ts')], '', ALL)).toEqual(['src/a.ts']);
  });

  it('leaves out links, submodules and large files', () => {
    const entries = [
      entry('a.ts', null, 'link'),
      entry('b.ts', null, 'submodule'),
      entry('c.ts', 5_000_000),
      entry('d.sh', 10, 'executable'),
    ];
    expect(selectSources(entries, '', ALL)).toEqual(['d.sh']);
  });

  it('orders: named, manifest, related, source, test, document', () => {
    const paths = ['docs/a.md', 'test/z.test.ts', 'src/z.ts', 'src/invoice.ts', 'package.json', 'src/deep/named.ts'];
    expect(
      selectSources(
        paths.map((path) => entry(path)),
        'invoices in named.ts are wrong',
        ALL,
      ),
    ).toEqual(['src/deep/named.ts', 'package.json', 'src/invoice.ts', 'src/z.ts', 'test/z.test.ts', 'docs/a.md']);
  });

  it('holds both limits and passes over what does not fit', () => {
    const entries = [entry('a.ts', 600), entry('b.ts', 600), entry('c.ts', 300)];
    expect(selectSources(entries, '', { files: 9, bytes: 1000 })).toEqual(['a.ts', 'c.ts']);
    expect(selectSources(entries, '', { files: 1, bytes: 9999 })).toEqual(['a.ts']);
  });
});

describe('estimateTokens', () => {
  it('counts bytes, not characters, and rounds up', () => {
    expect(estimateTokens('')).toBe(0);
    expect(estimateTokens('abcd')).toBe(2);
    expect(estimateTokens('漢字')).toBe(2);
    expect(typicalTokens('abcde')).toBe(2);
  });
});
