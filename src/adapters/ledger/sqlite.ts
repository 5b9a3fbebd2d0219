import type { SQLInputValue, StatementSync } from 'node:sqlite';
import { TercetError } from '../../contract/errors.ts';
import type { Receipt } from '../../contract/usage.ts';
import { type Cap, type HoldAnswer, type Ledger, LONGEST_CALL_MS, type ReceiptFilter } from '../../ports/ledger.ts';
import { periodOf } from '../../pricing/caps.ts';
import { formatUsd, parseUsd } from '../../pricing/usd.ts';
import { openDatabase } from './open.ts';
import { alreadyBooked, amountsOf, instant, isFree, receiptOf } from './rules.ts';
import { asStorageError } from './trouble.ts';

const FIND = 'SELECT json FROM receipt WHERE call_id = ?';
const TOTAL = 'SELECT spent_pico AS spent, held_pico AS held FROM total WHERE scope = ? AND key = ? AND unit = ?';
const RELEASABLE = `
SELECT coalesce(sum(held_pico), 0) AS held FROM receipt
WHERE state = 'held' AND unit = ? AND run <> ? AND started_ms >= ? AND started_ms < ?`;
const BOOK = `
INSERT INTO receipt (call_id, run, repository, started_ms, state, unit, held_pico, spent_pico, json)
VALUES (:callId, :run, :repository, :startedMs, :state, :unit, :heldPico, :spentPico, :json)`;
const REBOOK = `${BOOK}
ON CONFLICT (call_id) DO UPDATE SET run = excluded.run, repository = excluded.repository,
  started_ms = excluded.started_ms, state = excluded.state, unit = excluded.unit, held_pico = excluded.held_pico,
  spent_pico = excluded.spent_pico, json = excluded.json`;
// Only a held row is replaced, and it keeps what was really held.
const SETTLE = `${BOOK}
ON CONFLICT (call_id) DO UPDATE SET started_ms = excluded.started_ms, state = excluded.state,
  spent_pico = excluded.spent_pico, json = excluded.json
WHERE receipt.state = 'held'`;

/**
 * The ledger of this machine: one SQLite file that several processes share. When `hold` or `settle` has returned,
 * the row is on the disk. Throws TercetError `storage` as {@link openDatabase} and when the file fails later on.
 */
export async function openLedger(file: string): Promise<Ledger> {
  const { database, inode } = await openDatabase(file);
  const statements = new Map<string, StatementSync>();

  const statement = (sql: string): StatementSync => {
    const known = statements.get(sql);
    if (known !== undefined) return known;
    const fresh = database.prepare(sql);
    fresh.setReadBigInts(true);
    statements.set(sql, fresh);
    return fresh;
  };

  const guarded = <T>(step: () => T): T => {
    try {
      return step();
    } catch (error) {
      throw asStorageError(error, file, inode);
    }
  };

  const find = (callId: string): Receipt | null => {
    const row = statement(FIND).get(callId);
    return row === undefined ? null : read(row.json, file);
  };

  const totals = (cap: Cap): { spent: bigint; held: bigint } => {
    const row = statement(TOTAL).get(cap.scope, cap.key, cap.unit);
    return { spent: (row?.spent ?? 0n) as bigint, held: (row?.held ?? 0n) as bigint };
  };

  const releasable = (cap: Cap, { run, startedAt }: Receipt): bigint => {
    const period = periodOf(cap);
    if (period === null) return 0n;
    const since = Math.max(period.from, instant(startedAt) - LONGEST_CALL_MS);
    return statement(RELEASABLE).get(cap.unit, run, since, period.until)?.held as bigint;
  };

  const refusal = (receipt: Receipt, amount: bigint, caps: readonly Cap[]): HoldAnswer | null => {
    for (const cap of caps) {
      if (cap.unit !== receipt.unit) continue;
      const { spent, held } = totals(cap);
      if (spent + held + amount > parseUsd(cap.amount)) {
        const free = formatUsd(releasable(cap, receipt));
        return { granted: false, cap, spent: formatUsd(spent), held: formatUsd(held), releasable: free };
      }
    }
    return null;
  };

  const hold = (receipt: Receipt, caps: readonly Cap[]): HoldAnswer => {
    const known = find(receipt.callId);
    if (known?.state === 'held') return { granted: true };
    if (known !== null && !isFree(known)) throw alreadyBooked(receipt.callId);
    const row = toRow(receipt);
    const refused = refusal(receipt, row.heldPico, caps);
    if (refused === null) statement(REBOOK).run(row);
    return refused ?? { granted: true };
  };

  /** The write lock is taken first: two processes that both read and then wrote could both find room. */
  const alone = <T>(step: () => T): T => {
    database.exec('BEGIN IMMEDIATE');
    try {
      const result = step();
      database.exec('COMMIT');
      return result;
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK');
      throw error;
    }
  };

  const settle = (receipt: Receipt): void => {
    if (receipt.state === 'held') throw new TercetError('internal', `Call ${receipt.callId} was settled as held.`);
    statement(SETTLE).run(toRow(receipt));
  };

  const list = (filter: ReceiptFilter): Receipt[] => {
    const wanted: [string, SQLInputValue][] = [];
    if (filter.run !== undefined) wanted.push(['run = ?', filter.run]);
    if (filter.repository !== undefined) wanted.push(['repository = ?', filter.repository]);
    if (filter.since !== undefined) wanted.push(['started_ms >= ?', instant(filter.since)]);
    if (filter.until !== undefined) wanted.push(['started_ms < ?', instant(filter.until)]);
    const where = wanted.length === 0 ? '' : `WHERE ${wanted.map(([test]) => test).join(' AND ')}`;
    const rows = statement(`SELECT json FROM receipt ${where} ORDER BY started_ms, rowid`);
    return rows.all(...wanted.map(([, value]) => value)).map((row) => read(row.json, file));
  };

  return {
    find: async (callId) => guarded(() => find(callId)),
    hold: async (receipt, caps) => guarded(() => alone(() => hold(receipt, caps))),
    settle: async (receipt) => guarded(() => settle(receipt)),
    spending: async (caps) =>
      guarded(() =>
        caps.map((cap) => {
          const { spent, held } = totals(cap);
          return { cap, spent: formatUsd(spent), held: formatUsd(held) };
        }),
      ),
    list: async (filter) => guarded(() => list(filter)),
    close: async () => {
      if (database.isOpen) database.close();
    },
  };
}

function toRow(receipt: Receipt) {
  const { held, spent } = amountsOf(receipt);
  return {
    callId: receipt.callId,
    run: receipt.run,
    repository: receipt.repository,
    startedMs: instant(receipt.startedAt),
    state: receipt.state,
    unit: receipt.unit,
    heldPico: held,
    spentPico: spent,
    json: JSON.stringify(receipt),
  };
}

function read(json: unknown, file: string): Receipt {
  try {
    return receiptOf(String(json));
  } catch (cause) {
    const hint = 'The row was changed by something else than Tercet; put back a copy of the file, or move it away.';
    throw new TercetError('storage', `The ledger ${file} has a receipt that is not JSON.`, { hint, cause });
  }
}
