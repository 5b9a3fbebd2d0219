import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { enclosing } from '../../src/context/enclosing.ts';

const sample = (name: string): string => readFileSync(new URL(`./samples/${name}.txt`, import.meta.url), 'utf8');

describe('enclosing', () => {
  const tsx = sample('shop.tsx');

  it('is the smallest definition: a method rather than its class', () => {
    expect(enclosing(tsx, 'shop.tsx', 33, 50)).toEqual({ start: 30, end: 34, symbol: 'Cart.total' });
  });

  it('takes in the decorators above', () => {
    expect(enclosing(tsx, 'shop.tsx', 17, 50)).toEqual({ start: 17, end: 45, symbol: 'Cart' });
    expect(enclosing(sample('shop.py'), 'shop.py', 12, 50)).toMatchObject({ start: 12, symbol: 'Cart' });
    expect(enclosing(sample('shop.rs'), 'shop.rs', 40, 50)).toEqual({ start: 40, end: 46, symbol: 'Cart.total' });
  });

  it("does not take another definition's decorator", () => {
    const text = 'class A {\n  @a()\n  f() {\n  }\n  g() {\n    x;\n  }\n}\n';
    expect(enclosing(text, 'a.ts', 6, 50)).toEqual({ start: 5, end: 7, symbol: 'A.g' });
  });

  it('shows a class between its methods, cut to the room around the line', () => {
    expect(enclosing(tsx, 'shop.tsx', 29, 5)).toEqual({ start: 27, end: 31, symbol: 'Cart' });
  });

  it('is a window of lines where there is no definition', () => {
    const text = Array.from({ length: 100 }, (_, n) => `call(${n});`).join('\n');
    expect(enclosing(text, 'a.ts', 50, 200)).toEqual({ start: 40, end: 60, symbol: null });
    expect(enclosing(text, 'a.txt', 1, 5)).toEqual({ start: 1, end: 5, symbol: null });
    expect(enclosing(text, 'a.ts', 999, 5)).toEqual({ start: 96, end: 100, symbol: null });
    expect(enclosing('', 'a.ts', 1, 5)).toEqual({ start: 1, end: 1, symbol: null });
  });

  it('always holds the line and never more than the room', () => {
    const count = tsx.trimEnd().split('\n').length;
    fc.assert(
      fc.property(fc.integer({ min: 1, max: count }), fc.integer({ min: 1, max: 60 }), (line, room) => {
        const { start, end } = enclosing(tsx, 'shop.tsx', line, room);
        expect(start).toBeLessThanOrEqual(line);
        expect(end).toBeGreaterThanOrEqual(line);
        expect(end - start + 1).toBeLessThanOrEqual(room);
      }),
    );
  });
});
