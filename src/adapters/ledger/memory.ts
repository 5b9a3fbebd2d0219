import { TercetError } from '../../contract/errors.ts';
import type { Receipt } from '../../contract/usage.ts';
import { type Cap, type HoldAnswer, type Ledger, LONGEST_CALL_MS, type ReceiptFilter } from '../../ports/ledger.ts';
import { periodOf } from '../../pricing/caps.ts';
import { formatUsd, parseUsd } from '../../pricing/usd.ts';
import { alreadyBooked, amountsOf, inFilter, instant, isFree, receiptOf } from './rules.ts';

interface Row {
  json: string;
  receipt: Receipt;
  held: bigint;
}

/** A ledger that ends with the process: for tests, and for a library caller that keeps no records. */
export function openMemoryLedger(): Ledger {
  const rows = new Map<string, Row>();
  const book = (receipt: Receipt, held: bigint): void => {
    const json = JSON.stringify(receipt);
    // Kept apart from the caller's object, and read back as the file ledger would.
    rows.set(receipt.callId, { json, receipt: receiptOf(json), held });
  };

  const under = (cap: Cap): Row[] => {
    const period = periodOf(cap);
    return [...rows.values()].filter(({ receipt }) => {
      if (receipt.unit !== cap.unit) return false;
      const at = instant(receipt.startedAt);
      return period === null ? receipt.run === cap.key : at >= period.from && at < period.until;
    });
  };

  const totals = (cap: Cap): { spent: bigint; held: bigint } => {
    const sum = { spent: 0n, held: 0n };
    for (const { receipt, held } of under(cap)) {
      const { spent } = amountsOf(receipt);
      if (spent === null) sum.held += held;
      else sum.spent += spent;
    }
    return sum;
  };

  const releasable = (cap: Cap, asking: Receipt): bigint => {
    const since = instant(asking.startedAt) - LONGEST_CALL_MS;
    const may = ({ receipt }: Row) =>
      receipt.state === 'held' && receipt.run !== asking.run && instant(receipt.startedAt) >= since;
    return under(cap)
      .filter(may)
      .reduce((sum, { held }) => sum + held, 0n);
  };

  const hold = (receipt: Receipt, caps: readonly Cap[]): HoldAnswer => {
    const known = rows.get(receipt.callId)?.receipt;
    if (known?.state === 'held') return { granted: true };
    if (known !== undefined && !isFree(known)) throw alreadyBooked(receipt.callId);
    const amount = amountsOf(receipt).held;
    for (const cap of caps) {
      if (cap.unit !== receipt.unit) continue;
      const { spent, held } = totals(cap);
      if (spent + held + amount > parseUsd(cap.amount)) {
        const free = formatUsd(releasable(cap, receipt));
        return { granted: false, cap, spent: formatUsd(spent), held: formatUsd(held), releasable: free };
      }
    }
    book(receipt, amount);
    return { granted: true };
  };

  const settle = (receipt: Receipt): void => {
    if (receipt.state === 'held') throw new TercetError('internal', `Call ${receipt.callId} was settled as held.`);
    const known = rows.get(receipt.callId);
    if (known === undefined) book(receipt, amountsOf(receipt).held);
    else if (known.receipt.state === 'held') book(receipt, known.held);
  };

  const list = (filter: ReceiptFilter): Receipt[] => {
    const keeps = inFilter(filter);
    return [...rows.values()]
      .filter(({ receipt }) => keeps(receipt))
      .sort((a, b) => Date.parse(a.receipt.startedAt) - Date.parse(b.receipt.startedAt))
      .map(({ json }) => receiptOf(json));
  };

  return {
    find: async (callId) => {
      const row = rows.get(callId);
      return row === undefined ? null : receiptOf(row.json);
    },
    hold: async (receipt, caps) => hold(receipt, caps),
    settle: async (receipt) => settle(receipt),
    spending: async (caps) =>
      caps.map((cap) => {
        const { spent, held } = totals(cap);
        return { cap, spent: formatUsd(spent), held: formatUsd(held) };
      }),
    list: async (filter) => list(filter),
    close: async () => {},
  };
}
