import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addUsd,
  compareUsd,
  formatUsd,
  multiplyTokens,
  parseUsd,
  showUsd,
  subtractUsd,
} from '../../src/pricing/usd.ts';

const pico = fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n });
/** A price of up to six decimals, as text and as whole micro-dollars per million tokens. */
const price = fc.tuple(fc.nat(9_999), fc.nat(999_999)).map(([whole, micro]) => ({
  text: `${whole}.${micro.toString().padStart(6, '0')}`,
  micro: BigInt(whole) * 1_000_000n + BigInt(micro),
}));

describe('usd', () => {
  it('formats without exponent or trailing zeros', () => {
    expect(formatUsd(4_310_000_000n)).toBe('0.00431');
    expect(formatUsd(1n)).toBe('0.000000000001');
    expect(formatUsd(0n)).toBe('0');
    expect(formatUsd(-1_500_000_000_000n)).toBe('-1.5');
    expect(formatUsd(10n ** 15n)).toBe('1000');
  });

  it('reads what providers and people write', () => {
    expect(parseUsd('1.50')).toBe(1_500_000_000_000n);
    expect(parseUsd(' 1.2e-7 ')).toBe(120_000n);
    expect(parseUsd('1E+2')).toBe(10n ** 14n);
    expect(parseUsd(String(0.1 + 0.2))).toBe(300_000_000_000n);
    expect(parseUsd('0.0000000000005')).toBe(1n);
    expect(parseUsd('0.00000000000049')).toBe(0n);
    expect(parseUsd('-0.0000000000005')).toBe(-1n);
  });

  it.each(['', ' ', '$1', '1,5', 'NaN', 'Infinity', '0x10', '1.', '.5', '1e', '1e9999', '--1'])(
    'refuses %j',
    (text) => {
      expect(() => parseUsd(text)).toThrow(RangeError);
    },
  );

  it('parses what it formats', () => {
    fc.assert(fc.property(pico, (amount) => parseUsd(formatUsd(amount)) === amount));
  });

  it('adds, subtracts and compares exactly', () => {
    fc.assert(
      fc.property(pico, pico, (a, b) => {
        const [x, y] = [formatUsd(a), formatUsd(b)];
        expect(parseUsd(addUsd(x, y))).toBe(a + b);
        expect(subtractUsd(addUsd(x, y), y)).toBe(x);
        expect(Math.sign(compareUsd(x, y))).toBe(a < b ? -1 : a > b ? 1 : 0);
      }),
    );
    expect(addUsd()).toBe('0');
    expect(addUsd('0.1', '0.2')).toBe('0.3');
  });

  it('multiplies tokens as a rational number would', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 31), price, (tokens, { text, micro }) => {
        // tokens × (micro / 1e6 USD) / 1e6 tokens, in units of 1e-12 USD.
        expect(parseUsd(multiplyTokens(tokens, text))).toBe(BigInt(tokens) * micro);
      }),
    );
  });

  it('refuses prices it could not multiply exactly, and counts that are none', () => {
    expect(() => multiplyTokens(1, '0.0000001')).toThrow(RangeError);
    expect(() => multiplyTokens(1, '-1')).toThrow(RangeError);
    expect(() => multiplyTokens(-1, '1')).toThrow(RangeError);
    expect(() => multiplyTokens(Number.NaN, '1')).toThrow(RangeError);
    expect(() => multiplyTokens(1.5, '1')).toThrow(RangeError);
  });

  it.each([
    [null, 'unknown'],
    ['0', '$0.00'],
    ['1.5', '$1.50'],
    ['0.21375', '$0.21'],
    ['0.214', '$0.21'],
    ['0.045', '$0.045'],
    ['0.01875', '$0.019'],
    ['0.0043', '$0.0043'],
    ['0.00431', '$0.0043'],
    ['0.05', '$0.05'],
    ['0.0995', '$0.10'],
    ['0.0999', '$0.10'],
    ['0.125', '$0.13'],
    ['1.005', '$1.01'],
    ['999.995', '$1000.00'],
    ['0.0001', '$0.0001'],
    ['0.000099', '<$0.0001'],
    ['-0.5', '-$0.50'],
  ])('shows %j as %s', (usd, text) => {
    expect(showUsd(usd)).toBe(text);
  });
});
