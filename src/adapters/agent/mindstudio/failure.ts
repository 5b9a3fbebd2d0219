import { classify, type Failed } from '../model/classify.ts';
import type { Wire } from '../model/wire.ts';

/** What the SDK's errors have; found by shape. */
interface SdkError {
  name?: unknown;
  message?: unknown;
  code?: unknown;
  details?: unknown;
}

/** What an error of the SDK means. `answered`: the step itself had been done, and so paid for, before it went wrong. */
export function failureOf(thrown: unknown, wire: Wire, answered: boolean, now: number): Failed {
  const error = (typeof thrown === 'object' && thrown !== null ? thrown : {}) as SdkError;
  const message = typeof error.message === 'string' ? error.message : String(thrown);
  if (answered && wire.requests > 1) {
    // The answer lies at another address; that one's status says nothing of the key or the model.
    return {
      kind: 'network',
      message: `the answer could not be fetched: ${message}`,
      billed: 'yes',
      retryAfterMs: null,
    };
  }
  if (error.name === 'MindStudioError') {
    const body = { message, data: error.details ?? {} };
    return classify(body, wire, false, now);
  }
  const unreadable = thrown instanceof SyntaxError || (thrown instanceof TypeError && thrown.cause === undefined);
  if (unreadable && wire.status !== null) {
    const billed = answered ? 'yes' : 'maybe';
    return { kind: 'garbled', message: `unreadable answer: ${message}`, billed, retryAfterMs: null };
  }
  return classify(thrown, wire, false, now);
}
