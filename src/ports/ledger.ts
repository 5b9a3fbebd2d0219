import type { Receipt, Unit } from '../contract/usage.ts';

/** A limit on spending in one unit: of a run, or of everything this ledger holds within a day or a month (UTC). */
export interface Cap {
  scope: 'run' | 'day' | 'month';
  unit: Unit;
  /** The run id; the day, `2026-11-22`; the month, `2026-11`. A call counts where it started. */
  key: string;
  /** The most, in the unit: a decimal string. */
  amount: string;
}

/** What counts under a cap, in its unit: decimal strings. */
export interface Spending {
  cap: Cap;
  spent: string;
  /** Held by calls under way, and by calls of which nobody can say what they cost. */
  held: string;
}

export type HoldAnswer =
  | { granted: true }
  /** The first cap that refuses. `releasable` is the part of `held` that calls under way in other runs may give back. */
  | ({ granted: false; releasable: string } & Spending);

/** A call takes at most this long, so a hold that is older will not be given back by itself. In ms. */
export const LONGEST_CALL_MS = 1_800_000;

/**
 * The receipts, added up. Durable: when `hold` or `settle` has returned, the row survives a power cut.
 * One suite runs over every adapter: test/ports/ledger.contract.ts.
 */
export interface Ledger {
  /** The receipt of a call, in whatever state; null when there is none. */
  find(callId: string): Promise<Receipt | null>;
  /**
   * Books `receipt` (state `held`) and its hold, in one transaction over all caps, if each that is of its unit allows
   * `spent + held + this hold <= cap`. An unpriced call (`heldUsd` null) holds nothing.
   * A call id that is already booked as held is granted again without holding twice.
   */
  hold(receipt: Receipt, caps: readonly Cap[]): Promise<HoldAnswer>;
  /**
   * Replaces the held row by the settled or failed one and releases its hold; where the cost is unknown, the hold
   * keeps counting, because it may have cost that much. A second settle changes nothing.
   */
  settle(receipt: Receipt): Promise<void>;
  /** What counts under each cap now, in their order. */
  spending(caps: readonly Cap[]): Promise<Spending[]>;
  /** Receipts in order of their start. */
  list(filter: ReceiptFilter): Promise<Receipt[]>;
  close(): Promise<void>;
}

/** Bounds are ISO 8601 instants: `since` inclusive, `until` exclusive. */
export interface ReceiptFilter {
  run?: string;
  repository?: string;
  since?: string;
  until?: string;
}
