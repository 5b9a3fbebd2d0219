import { TercetError } from '../../contract/errors.ts';
import type { Receipt } from '../../contract/usage.ts';
import type { Cap, HoldAnswer, Ledger, ReceiptFilter } from '../../ports/ledger.ts';
import { formatUsd, parseUsd } from '../../pricing/usd.ts';
import { alreadyBooked, inFilter, isFree } from './rules.ts';

interface Row {
  json: string;
  receipt: Receipt;
  heldPico: bigint;
}

/** A ledger that ends with the process: for tests, and for a library caller that keeps no records. */
export function openMemoryLedger(): Ledger {
  const rows = new Map<string, Row>();
  const book = (receipt: Receipt, heldPico: bigint): void => {
    const json = JSON.stringify(receipt);
    // Kept apart from the caller's object, and read back as the file ledger would.
    rows.set(receipt.callId, { json, receipt: JSON.parse(json) as Receipt, heldPico });
  };
  const copyOf = (row: Row): Receipt => JSON.parse(row.json) as Receipt;

  const spending = (run: string): { spent: bigint; held: bigint } => {
    const sum = { spent: 0n, held: 0n };
    for (const { receipt, heldPico } of rows.values()) {
      if (receipt.run !== run) continue;
      if (receipt.state === 'held' || receipt.cost.usd === null) sum.held += heldPico;
      else sum.spent += parseUsd(receipt.cost.usd);
    }
    return sum;
  };

  const hold = (receipt: Receipt, caps: readonly Cap[]): HoldAnswer => {
    const known = rows.get(receipt.callId)?.receipt;
    if (known?.state === 'held') return { granted: true };
    if (known !== undefined && !isFree(known)) throw alreadyBooked(receipt.callId);
    const amount = parseUsd(receipt.heldUsd ?? '0');
    for (const cap of caps) {
      const { spent, held } = spending(cap.key);
      if (spent + held + amount > parseUsd(cap.usd)) {
        return { granted: false, cap, spent: formatUsd(spent), held: formatUsd(held) };
      }
    }
    book(receipt, amount);
    return { granted: true };
  };

  const settle = (receipt: Receipt): void => {
    if (receipt.state === 'held') throw new TercetError('internal', `Call ${receipt.callId} was settled as held.`);
    const known = rows.get(receipt.callId);
    if (known === undefined) book(receipt, parseUsd(receipt.heldUsd ?? '0'));
    else if (known.receipt.state === 'held') book(receipt, known.heldPico);
  };

  const list = (filter: ReceiptFilter): Receipt[] => {
    const keeps = inFilter(filter);
    return [...rows.values()]
      .filter(({ receipt }) => keeps(receipt))
      .sort((a, b) => Date.parse(a.receipt.startedAt) - Date.parse(b.receipt.startedAt))
      .map(copyOf);
  };

  return {
    find: async (callId) => {
      const row = rows.get(callId);
      return row === undefined ? null : copyOf(row);
    },
    hold: async (receipt, caps) => hold(receipt, caps),
    settle: async (receipt) => settle(receipt),
    list: async (filter) => list(filter),
    close: async () => {},
  };
}
