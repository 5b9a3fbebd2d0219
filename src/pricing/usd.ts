/**
 * Exact money. Amounts travel as decimal strings (`"0.00431"`) and are computed as whole pico-dollars (1e-12 USD)
 * in BigInt, because a price of up to six decimals per million tokens is a whole number of pico-dollars per token.
 */
export const PICO_PER_USD = 1_000_000_000_000n;
const DECIMALS = 12;
const TOKENS_PER_PRICE = 1_000_000n;
const AMOUNT = /^([+-]?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/;

/**
 * Pico-dollars of a decimal string. An exponent is read, since providers print binary floats (`1.2e-7`).
 * Digits beyond the twelfth decimal are rounded to the nearest, halves away from zero.
 * Throws RangeError for anything that is not a decimal number.
 */
export function parseUsd(text: string): bigint {
  const [, sign, whole = '', fraction = '', exponent = '0'] = AMOUNT.exec(text.trim()) ?? [];
  if (sign === undefined) throw new RangeError(`not an amount in USD: ${JSON.stringify(text.slice(0, 40))}`);
  const digits = BigInt(whole + fraction);
  const shift = DECIMALS + Number(exponent) - fraction.length;
  const size = shift >= 0 ? digits * 10n ** BigInt(shift) : divideHalfUp(digits, 10n ** BigInt(-shift));
  return sign === '-' ? -size : size;
}

/** The decimal string of an amount in pico-dollars: no exponent, no trailing zeros, `"0"` for zero. */
export function formatUsd(pico: bigint): string {
  const size = pico < 0n ? -pico : pico;
  const fraction = (size % PICO_PER_USD).toString().padStart(DECIMALS, '0').replace(/0+$/, '');
  return `${pico < 0n ? '-' : ''}${size / PICO_PER_USD}${fraction === '' ? '' : `.${fraction}`}`;
}

/** Exact sum; `"0"` of nothing. */
export function addUsd(...amounts: readonly string[]): string {
  return formatUsd(amounts.reduce((sum, amount) => sum + parseUsd(amount), 0n));
}

export function subtractUsd(from: string, amount: string): string {
  return formatUsd(parseUsd(from) - parseUsd(amount));
}

/** Below zero, zero or above zero as `a` is less than, equal to or more than `b`. */
export function compareUsd(a: string, b: string): number {
  const difference = parseUsd(a) - parseUsd(b);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/**
 * Exact price of `tokens` (a whole number, 0 or more) at `usdPerMillion` (USD per 1,000,000 tokens).
 * Throws RangeError for a price finer than six decimals, which would not be exact, and for a count that is no count.
 */
export function multiplyTokens(tokens: number, usdPerMillion: string): string {
  return formatUsd(tokensAt(tokens, usdPerMillion));
}

/** As {@link multiplyTokens}, in pico-dollars. */
export function tokensAt(tokens: number, usdPerMillion: string): bigint {
  if (!Number.isSafeInteger(tokens) || tokens < 0) throw new RangeError(`not a number of tokens: ${tokens}`);
  return BigInt(tokens) * picoPerToken(usdPerMillion);
}

/** Pico-dollars per token of a price in USD per 1,000,000 tokens. Throws RangeError when it is negative or too fine. */
export function picoPerToken(usdPerMillion: string): bigint {
  const price = parseUsd(usdPerMillion);
  if (price < 0n || price % TOKENS_PER_PRICE !== 0n) {
    throw new RangeError(`not a price per million tokens of at most six decimals: ${usdPerMillion}`);
  }
  return price / TOKENS_PER_PRICE;
}

/**
 * An amount for people: `$1.50`, `$0.0043`, `<$0.0001`, `unknown` for null.
 * From ten cents up it has two decimals; below, two significant digits (at least two decimals). Halves round up,
 * away from zero. For reading only: sums are made from the exact strings.
 */
export function showUsd(usd: string | null): string {
  if (usd === null) return 'unknown';
  const pico = parseUsd(usd);
  const sign = pico < 0n ? '-' : '';
  const size = pico < 0n ? -pico : pico;
  if (size !== 0n && size < PICO_PER_USD / 10_000n) return pico < 0n ? '>-$0.0001' : '<$0.0001';
  const decimals = size === 0n || size >= PICO_PER_USD / 10n ? 2 : DECIMALS + 2 - size.toString().length;
  const unit = 10n ** BigInt(DECIMALS - decimals);
  const [whole = '0', fraction = ''] = formatUsd(divideHalfUp(size, unit) * unit).split('.');
  return `${sign}$${whole}.${fraction.padEnd(2, '0')}`;
}

function divideHalfUp(value: bigint, by: bigint): bigint {
  return (value * 2n + by) / (by * 2n);
}
