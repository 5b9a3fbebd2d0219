import { TercetError } from '../../contract/errors.ts';
import type { Receipt } from '../../contract/usage.ts';
import type { ReceiptFilter } from '../../ports/ledger.ts';
import { parseUsd } from '../../pricing/usd.ts';

/** A failed call that certainly cost nothing may be tried again under its id: no spending is lost with its row. */
export function isFree(receipt: Pick<Receipt, 'state' | 'cost'>): boolean {
  return receipt.state === 'failed' && receipt.cost.usd !== null && parseUsd(receipt.cost.usd) === 0n;
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
