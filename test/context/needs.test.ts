import { describe, expect, it } from 'vitest';
import { estimateTokens, packNeeds } from '../../src/context/index.ts';

const sources = [
  { path: 'src/a.ts', text: 'export class Cart {\n  total(): number {\n    return 1;\n  }\n}\n' },
  { path: 'src/b.ts', text: 'export function total(): number {\n  return 2;\n}\n' },
  { path: 'src/big.ts', text: 'export function small(): void {}\n'.repeat(300).replace('small', 'first') },
];
const paths = [...sources.map(({ path }) => path), 'logo.png'];
const give = (needs: string[], budgetTokens = 600) => packNeeds({ needs, sources, paths, budgetTokens });

describe('packNeeds', () => {
  it('gives a whole file with line numbers, by path or its unique end', () => {
    expect(give(['src/b.ts']).text).toBe('## src/b.ts\n1 export function total(): number {\n2   return 2;\n3 }');
    expect(give(['b.ts']).given).toEqual(['b.ts']);
  });

  it('gives a symbol by name, qualified name, or path and name', () => {
    expect(give(['Cart.total']).text).toBe('## src/a.ts Cart.total\n2   total(): number {\n3     return 1;\n4   }');
    expect(give(['src/b.ts:total']).text).toContain('## src/b.ts total\n1 ');
    expect(give(['total()']).text).toMatch(/src\/a\.ts Cart\.total[\s\S]*src\/b\.ts total/);
  });

  it('gives a large file as signatures', () => {
    const { text, given } = give(['src/big.ts']);
    expect(given).toEqual(['src/big.ts']);
    expect(text).toContain('## src/big.ts (300 lines, signatures only)\n1 export function first(): void');
  });

  it('says what is missing and why', () => {
    const { text, given, missing } = give(['nowhere.ts', 'nobody', 'logo.png', 'src/b.ts']);
    expect(given).toEqual(['src/b.ts']);
    expect(missing).toEqual(['nowhere.ts', 'nobody', 'logo.png']);
    expect(text).toContain(
      'Not given: nowhere.ts (no such file or symbol); nobody (no such file or symbol); logo.png (not text, or too large to read)',
    );
  });

  it('never exceeds the budget and accounts for every need', () => {
    const needs = [
      'src/a.ts',
      'src/b.ts',
      'src/big.ts',
      'total',
      'nowhere',
      ...Array.from({ length: 30 }, (_, n) => `x${n}`),
    ];
    for (let budget = 0; budget < 700; budget += 7) {
      const { text, given, missing } = give(needs, budget);
      expect(estimateTokens(text)).toBeLessThanOrEqual(budget);
      expect([...given, ...missing].sort()).toEqual([...needs].sort());
    }
  });
});
