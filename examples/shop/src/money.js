/** Amounts are whole cents; fractions of a cent never exist. */

/** `1999` → `"19.99"`. */
export function formatCents(cents) {
  const sign = cents < 0 ? '-' : '';
  const whole = Math.trunc(Math.abs(cents) / 100);
  const rest = String(Math.abs(cents) % 100).padStart(2, '0');
  return `${sign}${whole}.${rest}`;
}

/** A share of an amount, rounded half up to whole cents. */
export function percentOf(cents, percent) {
  return Math.round((cents * percent) / 100);
}
