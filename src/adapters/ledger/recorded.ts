import type { Receipt } from '../../contract/usage.ts';
import type { Ledger } from '../../ports/ledger.ts';
import { inFilter } from './rules.ts';

/**
 * The receipts of a recorded run, read only: nothing is held, nothing is booked. A call that failed for good is not
 * found, so that its agent is asked and fails again.
 */
export function recordedLedger(receipts: readonly Receipt[], failedForGood: (callId: string) => boolean): Ledger {
  const byId = new Map(receipts.map((receipt) => [receipt.callId, receipt]));
  return {
    find: async (callId) => (failedForGood(callId) ? null : (byId.get(callId) ?? null)),
    hold: async () => ({ granted: true }),
    settle: async () => {},
    spending: async () => [],
    list: async (filter) => receipts.filter(inFilter(filter)),
    close: async () => {},
  };
}
