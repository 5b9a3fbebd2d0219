import { ROLES } from '../contract/role.ts';
import {
  type CostBasis,
  type CostLine,
  type CostSummary,
  type Receipt,
  UNITS,
  type UnitSum,
  type Usage,
} from '../contract/usage.ts';
import { addUsd, compareUsd } from './usd.ts';

export type CostKey = 'role' | 'model' | 'day';

/** What a run or a period cost. Unknown costs are counted, never added as zero. No calls at all cost `"0"`. */
export function summarise(receipts: readonly Receipt[]): CostSummary {
  const bases = basesOf(receipts);
  return {
    usd: receipts.length === 0 ? '0' : sumOf(receipts),
    basis: bases.length > 1 ? 'mixed' : (bases[0] ?? 'none'),
    unknownCalls: unknownIn(receipts),
    byRole: groupCosts(receipts, 'role'),
    ...othersOf(receipts),
  };
}

/**
 * Costs by one key. Roles come in the order of a run, days (UTC) in order of time, models (as requested: what prices
 * are matched by) dearest first, then by name.
 */
export function groupCosts(receipts: readonly Receipt[], by: CostKey): CostLine[] {
  const groups = Map.groupBy(receipts, (receipt) => keyOf(receipt, by));
  return [...groups].map(([key, group]) => lineOf(key, group)).sort(ORDER[by]);
}

/** What a settled or failed call took of its unit; null while nobody knows. */
function amountOf({ unit, cost, quantity }: Receipt): string | null {
  return unit === 'usd' ? cost.usd : (quantity?.taken ?? null);
}

/** Calls paid in dollars of which nobody knows how many. */
function unknownIn(receipts: readonly Receipt[]): number {
  return receipts.filter((receipt) => receipt.unit === 'usd' && knownUsd(receipt) === null).length;
}

/** Sums in the other units, one by one: a credit is no dollar, and a call of a subscription no credit. */
function othersOf(receipts: readonly Receipt[]): { others?: UnitSum[] } {
  const others = UNITS.flatMap((unit): UnitSum[] => {
    const paid = receipts.filter((receipt) => receipt.unit === unit);
    if (unit === 'usd' || paid.length === 0) return [];
    const known = paid.flatMap((receipt) => (receipt.state === 'held' ? [] : (amountOf(receipt) ?? [])));
    return [{ unit, amount: addUsd(...known), unknownCalls: paid.length - known.length }];
  });
  return others.length === 0 ? {} : { others };
}

/** The cost of a call where it is known. A call still held has none, whatever its row says: it was cut off. */
export function knownUsd(receipt: Receipt): string | null {
  return receipt.state === 'held' ? null : receipt.cost.usd;
}

/**
 * One sentence about what the sum leaves out, for everywhere the sum is shown; null when it is whole.
 * Calls that ended without an answer (a crash, a lost connection) are told apart: the provider may have billed them.
 */
export function sayUnknown(receipts: readonly Receipt[]): string | null {
  const held = receipts.filter((receipt) => receipt.state === 'held').length;
  const unknown = receipts.filter((receipt) => receipt.state !== 'held' && amountOf(receipt) === null).length;
  const parts = [
    unknown === 0 ? null : `${calls(unknown)} of unknown cost`,
    held === 0 ? null : `${calls(held)} without an answer, maybe billed`,
  ].filter((part) => part !== null);
  return parts.length === 0 ? null : `Not included: ${parts.join('; ')}.`;
}

const calls = (count: number): string => `${count} ${count === 1 ? 'call' : 'calls'}`;

function keyOf(receipt: Receipt, by: CostKey): string {
  if (by === 'role') return receipt.role;
  return by === 'model' ? receipt.requestedModel : receipt.startedAt.slice(0, 10);
}

const byName = (a: CostLine, b: CostLine): number => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);

const ROLE_KEYS: readonly string[] = ROLES;

const ORDER: Record<CostKey, (a: CostLine, b: CostLine) => number> = {
  role: (a, b) => ROLE_KEYS.indexOf(a.key) - ROLE_KEYS.indexOf(b.key),
  model: (a, b) => compareUsd(b.usd ?? '-1', a.usd ?? '-1') || byName(a, b),
  day: byName,
};

function lineOf(key: string, receipts: readonly Receipt[]): CostLine {
  return {
    key,
    calls: receipts.length,
    usage: receipts.reduce((sum, receipt) => addUsage(sum, receipt.usage), NO_TOKENS),
    usd: sumOf(receipts),
    unknownCalls: unknownIn(receipts),
    bases: basesOf(receipts),
    ...othersOf(receipts),
  };
}

function sumOf(receipts: readonly Receipt[]): string | null {
  const known = receipts.map(knownUsd).filter((usd) => usd !== null);
  return known.length === 0 ? null : addUsd(...known);
}

function basesOf(receipts: readonly Receipt[]): CostBasis[] {
  const bases = receipts.map(
    (receipt): CostBasis => (receipt.state === 'held' && receipt.unit === 'usd' ? 'unpriced' : receipt.cost.basis),
  );
  return [...new Set(bases)].sort();
}

const NO_TOKENS: Usage = {
  inputUncached: 0,
  cacheRead: 0,
  cacheWrite5m: 0,
  cacheWrite1h: 0,
  output: 0,
  reasoning: null,
};

/** The sum of two usages by kind; unknown reasoning adds nothing and stays unknown while no call states it. */
export function addUsage(sum: Usage, usage: Usage | null): Usage {
  if (usage === null) return sum;
  return {
    inputUncached: sum.inputUncached + usage.inputUncached,
    cacheRead: sum.cacheRead + usage.cacheRead,
    cacheWrite5m: sum.cacheWrite5m + usage.cacheWrite5m,
    cacheWrite1h: sum.cacheWrite1h + usage.cacheWrite1h,
    output: sum.output + usage.output,
    reasoning:
      sum.reasoning === null && usage.reasoning === null ? null : (sum.reasoning ?? 0) + (usage.reasoning ?? 0),
  };
}
