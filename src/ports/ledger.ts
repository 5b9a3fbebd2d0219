import type { Receipt } from '../contract/usage.ts';

/** A limit on spending. `key` is the run id for scope `run`. */
export interface Cap {
  scope: 'run';
  key: string;
  /** Decimal string. */
  usd: string;
}

export type HoldAnswer =
  | { granted: true }
  /** All in USD, decimal strings: what the cap is, what is spent and what other calls hold under it. */
  | { granted: false; cap: Cap; spent: string; held: string };

/**
 * The receipts, added up. Durable: when `hold` or `settle` has returned, the row survives a power cut.
 * One suite runs over every adapter: test/ports/ledger.contract.ts.
 */
export interface Ledger {
  /** The receipt of a call, in whatever state; null when there is none. */
  find(callId: string): Promise<Receipt | null>;
  /**
   * Books `receipt` (state `held`) and its hold, in one transaction, if every cap allows
   * `spent + held + this hold <= cap`. An unpriced call (`heldUsd` null) holds nothing.
   * A call id that is already booked as held is granted again without holding twice.
   */
  hold(receipt: Receipt, caps: readonly Cap[]): Promise<HoldAnswer>;
  /**
   * Replaces the held row by the settled or failed one and releases its hold; where the cost is unknown, the hold
   * keeps counting, because it may have cost that much. A second settle changes nothing.
   */
  settle(receipt: Receipt): Promise<void>;
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
