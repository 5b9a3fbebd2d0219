import { TercetError } from '../../../contract/errors.ts';
import type { Receipt } from '../../../contract/usage.ts';
import type { Agent, FailureKind, TurnAnswer, TurnFailure } from '../../../ports/agent.ts';

/** The calls of a recorded run, by call id. */
export interface RecordedCalls {
  receipts: ReadonlyMap<string, Receipt>;
  /** Calls that failed for good, as the run was told. */
  failures: ReadonlyMap<string, { kind: FailureKind; message: string }>;
  /** Told of a call that was never made, before its turn throws. */
  onMissing: (call: string) => void;
}

/** Longer than anybody waits: a failure for good stays one. */
const FOR_GOOD_MS = 365 * 24 * 3600 * 1000;

/**
 * An agent that answers from receipts and reaches nobody. A call without a receipt throws `parked`, naming the call:
 * that ends the run where it stands, whatever stage asked.
 */
export function recordedAgent(
  facts: Pick<Agent, 'model' | 'lineage' | 'can' | 'billing' | 'creditsPerTurn' | 'usdPerTurn' | 'pricedAs'>,
  calls: RecordedCalls,
): Agent {
  return {
    ...facts,
    async turn({ role, purpose, task }, { callId = '' }): Promise<TurnAnswer | TurnFailure> {
      const receipt = calls.receipts.get(callId);
      if (receipt?.state === 'settled') return receipt.answer as TurnAnswer;
      const failed = calls.failures.get(callId);
      if (failed !== undefined) {
        const { usage = null, servedModel = null, requestId = null } = receipt ?? {};
        return { ok: false, ...failed, retryAfterMs: FOR_GOOD_MS, billed: 'no', usage, servedModel, requestId };
      }
      const call = `${purpose} by the ${role} ${facts.model}${task === null ? '' : ` for ${task}`} (call ${callId})`;
      calls.onMissing(call);
      throw new TercetError('parked', `There is no receipt for this call: ${call}. No call was made.`);
    },
  };
}
