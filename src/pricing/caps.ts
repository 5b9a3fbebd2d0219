import type { Settings } from '../contract/settings.ts';
import { type Receipt, UNITS, type Unit } from '../contract/usage.ts';
import type { Cap, Spending } from '../ports/ledger.ts';
import { formatUsd, parseUsd } from './usd.ts';

/** Every cap that a call of a run counts under which starts at `at` (ISO 8601): the run's own first. Days and months are UTC. */
export function capsOf(settings: Pick<Settings, 'budgetUsd' | 'budgets'>, run: string, unit: Unit, at: string): Cap[] {
  const own: Cap = { scope: 'run', unit: 'usd', key: run, amount: settings.budgetUsd };
  const keys = { run, day: at.slice(0, 10), month: at.slice(0, 7) };
  const others = settings.budgets.map(({ scope, unit, amount }): Cap => ({ scope, unit, key: keys[scope], amount }));
  return [own, ...others].filter((cap) => cap.unit === unit);
}

/** The caps of this day and month, in every unit: what runs share. */
export function sharedCapsOf(settings: Pick<Settings, 'budgetUsd' | 'budgets'>, at: string): Cap[] {
  return UNITS.flatMap((unit) => capsOf(settings, '', unit, at)).filter(({ scope }) => scope !== 'run');
}

/** When the period of a cap begins and ends, in ms since 1970; null for a run's, which has none. */
export function periodOf({ scope, key }: Cap): { from: number; until: number } | null {
  if (scope === 'run') return null;
  const next = new Date(scope === 'day' ? `${key}T00:00:00Z` : `${key}-01T00:00:00Z`);
  const from = next.getTime();
  if (scope === 'day') next.setUTCDate(next.getUTCDate() + 1);
  else next.setUTCMonth(next.getUTCMonth() + 1);
  return { from, until: next.getTime() };
}

/** When a cap begins anew, ISO 8601; null for a run's, which never does. */
export function resetOf(cap: Cap): string | null {
  const period = periodOf(cap);
  return period === null ? null : new Date(period.until).toISOString().replace('.000Z', 'Z');
}

/** What a call needs of its unit; null when nobody can say. */
export function neededOf({ unit, heldUsd, quantity }: Receipt): string | null {
  return unit === 'usd' ? heldUsd : (quantity?.held ?? null);
}

/** What is left under a cap, in its unit; `"0"` when it is passed. */
export function leftOf({ cap, spent, held }: Spending): string {
  const left = parseUsd(cap.amount) - parseUsd(spent) - parseUsd(held);
  return formatUsd(left < 0n ? 0n : left);
}
