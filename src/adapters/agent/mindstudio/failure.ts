import { classify, type Failed } from '../model/classify.ts';
import type { Wire } from '../model/wire.ts';

/** What the SDK's errors have; found by shape. */
interface SdkError {
  name?: unknown;
  message?: unknown;
  code?: unknown;
  details?: unknown;
}

/** What the first response told before anybody read its body. */
export interface Seen {
  /** The cost header. Where there is one, the step was done and paid for. */
  credits: string | null;
}

/** What an error of the SDK means. */
export function failureOf(thrown: unknown, wire: Wire, seen: Seen, now: number): Failed {
  const error = (typeof thrown === 'object' && thrown !== null ? thrown : {}) as SdkError;
  const message = typeof error.message === 'string' ? error.message : String(thrown);
  const billed = seen.credits === null ? 'maybe' : 'yes';
  if (wire.requests > 1) {
    // The answer lies at another address; that one's status says nothing of the key or the model.
    return {
      kind: 'network',
      message: `the answer could not be fetched: ${message}`,
      billed,
      retryAfterMs: null,
    };
  }
  if (error.name === 'MindStudioError') {
    const body = { message, data: error.details ?? {} };
    return classify(body, wire, false, now);
  }
  const unreadable = thrown instanceof SyntaxError || (thrown instanceof TypeError && thrown.cause === undefined);
  if (unreadable && wire.status !== null) {
    return { kind: 'garbled', message: `unreadable answer: ${message}`, billed, retryAfterMs: null };
  }
  return classify(thrown, wire, false, now);
}
