import { TercetError } from '../../contract/errors.ts';
import type { Receipt } from '../../contract/usage.ts';
import type { ReceiptFilter } from '../../ports/ledger.ts';
import { parseUsd } from '../../pricing/usd.ts';

/** What a receipt holds, and what it cost once that is known, in its own unit times 10^12. */
export function amountsOf(receipt: Receipt): { held: bigint; spent: bigint | null } {
  const { unit, heldUsd, cost, quantity, state } = receipt;
  const held = unit === 'usd' ? heldUsd : (quantity?.held ?? null);
  const spent = unit === 'usd' ? cost.usd : (quantity?.taken ?? null);
  return { held: parseUsd(held ?? '0'), spent: state === 'held' || spent === null ? null : parseUsd(spent) };
}

/** Fields that receipts of earlier versions do not have. */
const ABSENT = { insteadOf: null, unit: 'usd', quantity: null, failure: null };

/** A receipt as it was kept, in today's shape. Throws SyntaxError when it is not JSON. */
export function receiptOf(json: string): Receipt {
  return { ...ABSENT, ...(JSON.parse(json) as Receipt) };
}

/** A failed call that certainly cost nothing may be tried again under its id: no spending is lost with its row. */
export function isFree(receipt: Receipt): boolean {
  return receipt.state === 'failed' && amountsOf(receipt).spent === 0n;
}

/** The error of holding for a call that is already paid: its caller has to look the receipt up first. */
export function alreadyBooked(callId: string): TercetError {
  const hint = 'This is a defect of Tercet: a paid call has to be looked up before it is made. Please report it.';
  return new TercetError('internal', `Call ${callId} is already in the ledger with its cost.`, { hint });
}

/** Milliseconds since 1970 of an ISO 8601 instant. Throws TercetError `usage` when it is none. */
export function instant(iso: string): number {
  const at = Date.parse(iso);
  if (Number.isNaN(at)) throw new TercetError('usage', `Not a date: ${iso}`, { hint: 'Write dates as 2026-12-01.' });
  return at;
}

/** Whether a receipt is in the filter; bounds are instants, `until` exclusive. */
export function inFilter(filter: ReceiptFilter): (receipt: Receipt) => boolean {
  const since = filter.since === undefined ? Number.NEGATIVE_INFINITY : instant(filter.since);
  const until = filter.until === undefined ? Number.POSITIVE_INFINITY : instant(filter.until);
  return ({ run, repository, startedAt }) => {
    const at = instant(startedAt);
    return (filter.run ?? run) === run && (filter.repository ?? repository) === repository && at >= since && at < until;
  };
}
