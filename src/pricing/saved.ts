import { parseUsd } from './usd.ts';

/** `1 − spent / alone` to four decimals, halves away from zero; null when either is unknown or zero. */
export function savedShare(spent: string | null, alone: string | null): number | null {
  if (spent === null || alone === null) return null;
  const [cost, whole] = [parseUsd(spent), parseUsd(alone)];
  if (cost <= 0n || whole <= 0n) return null;
  const scaled = (whole - cost) * 20_000n;
  const rounded = (scaled + (scaled < 0n ? -whole : whole)) / (2n * whole);
  return Number(rounded) / 10_000;
}

/** A share for people, one decimal, halves away from zero: `85.8% less`, `12.0% more`, `unknown` for null. */
export function showSaved(saved: number | null): string {
  if (saved === null) return 'unknown';
  const tenths = Math.round(Math.round(Math.abs(saved) * 10_000) / 10);
  return `${(tenths / 10).toFixed(1)}% ${saved < 0 ? 'more' : 'less'}`;
}
