import type { Attempt, TaskResult } from '../contract/change.ts';
import type { Outcome } from '../contract/outcome.ts';
import { type CriterionVerdict, type Finding, SEVERITIES } from '../contract/review.ts';
import type { CostBasis, Counterfactual, Unit, UnitSum, Usage } from '../contract/usage.ts';
import { cleanLine } from './clean.ts';

/** USD (an exact decimal string, or null for unknown) as people read it, e.g. `$0.0123`. */
export type Money = (usd: string | null) => string;

export const OUTCOME_WORDS: Record<Outcome, string> = {
  planned: 'Planned',
  approved: 'Approved',
  changes_requested: 'Changes requested',
  inconclusive: 'Inconclusive',
  parked: 'Parked',
  failed: 'Failed',
  cancelled: 'Cancelled',
};

export const MET_MARKS: Record<CriterionVerdict['met'], string> = { yes: '✓', no: '✗', unclear: '?' };
export const TASK_MARKS: Record<TaskResult['status'], string> = { done: '✓', failed: '✗', skipped: '-' };

/** `1 call`, `2 calls`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** Open ones first, blocking before others, then by severity, path and line. */
export function sortFindings(findings: readonly Finding[]): Finding[] {
  const rank = (f: Finding) => (f.blocking ? 0 : 10) + SEVERITIES.indexOf(f.severity);
  return [...findings].sort(
    (a, b) => rank(a) - rank(b) || a.path.localeCompare(b.path) || (a.line ?? 0) - (b.line ?? 0),
  );
}

/** `src/a.ts:12`, or the path alone when the finding has no verified line. */
export function placeOf(finding: Finding): string {
  const path = cleanLine(finding.path, 200);
  return finding.line === null ? path : `${path}:${finding.line}`;
}

/** What code found out about the finding's place; '' when the quote stands where the reviewer said. */
export function anchorNote(finding: Finding): string {
  const said = `the reviewer said line ${finding.claimedLine}`;
  switch (finding.anchor) {
    case 'exact':
      return '';
    case 'moved':
      return `moved: ${said}, the quoted text stands at line ${finding.line}`;
    case 'unlocated':
      return `unlocated: ${said}, but the quoted text stands nowhere in the file; check by hand`;
    case 'outside':
      return 'outside: this file is not part of the change';
  }
}

/** `2 open (1 blocking), 1 fixed, 1 dismissed`; '' parts left out. */
export function findingTally(findings: readonly Finding[]): string {
  const of = (status: Finding['status']) => findings.filter((f) => f.status === status).length;
  const blocking = findings.filter((f) => f.status === 'open' && f.blocking).length;
  const parts = [`${of('open')} open${blocking > 0 ? ` (${blocking} blocking)` : ''}`];
  if (of('fixed') > 0) parts.push(`${of('fixed')} fixed`);
  if (of('dismissed') > 0) parts.push(`${of('dismissed')} dismissed`);
  return parts.join(', ');
}

/** `edit: checks failed → repair: done`. */
export function ladderOf(attempts: readonly Attempt[]): string {
  return attempts.map((a) => `${a.rung}: ${a.outcome.replaceAll('-', ' ')}`).join(' → ');
}

/** A sum with its unknowns said aloud: `$0.0123 + 1 call of unknown cost`. */
export function spentOf(
  sum: {
    usd: string | null;
    unknownCalls: number;
    bases: readonly (CostBasis | 'mixed' | 'none')[];
    others?: readonly UnitSum[];
  },
  money: Money,
): string {
  const others = (sum.others ?? []).map(otherSpent);
  const inDollars = sum.usd !== null || sum.unknownCalls > 0 || others.length === 0;
  return [...(inDollars ? [dollarsOf(sum, money)] : []), ...others].join(' + ');
}

/** An amount of a unit: `$1.50`, `12 credits`, `1 subscription call`. */
export function amountOf(unit: Unit, amount: string, money: Money): string {
  if (unit === 'usd') return money(amount);
  return `${amount} ${unit === 'credits' ? 'credit' : 'subscription call'}${amount === '1' ? '' : 's'}`;
}

function otherSpent({ unit, amount, unknownCalls }: UnitSum): string {
  const known = amountOf(unit, amount, () => '');
  return unknownCalls === 0 ? known : `${known} (${count(unknownCalls, 'call')} of unknown cost)`;
}

function dollarsOf(
  sum: { usd: string | null; unknownCalls: number; bases: readonly (CostBasis | 'mixed' | 'none')[] },
  money: Money,
): string {
  const { usd, unknownCalls: unknown, bases } = sum;
  const only = bases.length === 1 ? bases[0] : undefined;
  // A subscription's or a credit's tokens are not dollars, so no dollar figure may stand for them.
  if (usd === null && (only === 'subscription' || only === 'credits')) return `${only}, not in dollars`;
  if (usd === null) return unknown === 0 ? 'nothing paid' : `unknown (${count(unknown, 'call')})`;
  const note = only === 'estimated' ? ' (estimated)' : only === 'local' ? ' (local)' : '';
  return money(usd) + note + (unknown === 0 ? '' : ` + ${count(unknown, 'call')} of unknown cost`);
}

/** `the same tokens on m (a repricing): $1.50; this run cost 85.8% less`. `what` names what was paid for. */
export function counterfactualOf(counterfactual: Counterfactual, money: Money, what = 'this run'): string {
  const { model, usd, saved } = counterfactual;
  const head = `the same tokens on ${cleanLine(model, 100)} (a repricing): ${usd === null ? 'unknown' : money(usd)}`;
  if (saved === null) return head;
  if (percent(saved) === '0.0%') return `${head}; ${what} cost as much`;
  return `${head}; ${what} cost ${percent(Math.abs(saved))} ${saved < 0 ? 'more' : 'less'}`;
}

const percent = (share: number) => `${(share * 100).toFixed(1)}%`;

/** All tokens that went in: uncached, read from a cache and written to one. */
export function inputOf(usage: Usage): number {
  return usage.inputUncached + usage.cacheRead + usage.cacheWrite5m + usage.cacheWrite1h;
}

/** `950`, `12.3k`, `1.2M`. */
export function short(number: number): string {
  if (number < 1_000) return String(number);
  return number < 999_950 ? `${(number / 1_000).toFixed(1)}k` : `${(number / 1_000_000).toFixed(1)}M`;
}

/** `12,345`: independent of the machine's locale, so that reports are the same everywhere. */
export function grouped(number: number): string {
  return String(number).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

/** A duration: `850 ms`, `12 s`, `3 min 5 s`. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  const seconds = Math.round(ms / 1_000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
