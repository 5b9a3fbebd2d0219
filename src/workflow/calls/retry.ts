import { TercetError } from '../../contract/errors.ts';
import type { FailureKind, TurnFailure } from '../../ports/agent.ts';

/** How often a kind of failure is tried again. Kinds that are not listed are final: the same call would fail the same way. */
const RETRIES: Partial<Record<FailureKind, number>> = {
  'rate-limit': 5,
  overloaded: 4,
  network: 3,
  stalled: 1,
  'cut-off': 2,
  garbled: 1,
  empty: 1,
};

/** A provider that asks for longer than this parks the run instead of holding a process open. */
const LONGEST_WAIT_MS = 60_000;

/**
 * Milliseconds to wait before the next try, or null when there is none. Exponential from 500 ms with full jitter
 * (half to whole of the step), never less than what the provider asked for.
 */
export function waitBeforeRetry(
  failure: TurnFailure,
  failures: number,
  random: () => number = Math.random,
): number | null {
  if (failures >= (RETRIES[failure.kind] ?? 0)) return null;
  const asked = failure.retryAfterMs ?? 0;
  if (asked > LONGEST_WAIT_MS) return null;
  const step = Math.min(500 * 2 ** failures, 20_000);
  return Math.max(asked, Math.round(step * (0.5 + random() / 2)));
}

/** What the person reads when a call has failed for good; kinds that pass by waiting or by a new key park the run. */
export function parkOrThrow(failure: TurnFailure, model: string, role: string): TercetError {
  const what = `${model} (${role}) failed: ${failure.message}`;
  switch (failure.kind) {
    case 'rate-limit': {
      const until =
        failure.retryAfterMs === null ? '' : ` It asks to wait ${Math.ceil(failure.retryAfterMs / 1000)} s.`;
      return new TercetError('parked', `${what}${until}`, {
        hint: 'Run again later, or choose another model for this role.',
      });
    }
    case 'quota':
      return new TercetError('parked', what, {
        hint: 'The account’s quota or credit is used up: top it up or choose another model.',
      });
    case 'bad-key':
      return new TercetError('parked', what, {
        hint: 'The key in your environment is not accepted: is it whole, still valid, and of this provider? `tercet doctor` says which variable is read.',
      });
    case 'unknown-model':
      return new TercetError('config', what, { hint: '`tercet models` lists the ids Tercet knows; ids are exact.' });
    case 'bad-request':
      return new TercetError('agent-failed', what, {
        hint: 'The provider refuses the call as it is made: try another effort or model for this role, or report it.',
      });
    case 'too-long':
      return new TercetError('agent-failed', what, {
        hint: 'Split the request, or choose a model with a larger context.',
      });
    case 'refused':
      return new TercetError('agent-failed', what, {
        hint: 'The model declined; rephrase the request or choose another model.',
      });
    case 'cancelled':
      return new TercetError('cancelled', 'Cancelled.');
    default:
      return new TercetError('agent-failed', what, {
        hint: 'Run again; what was paid for so far is in `tercet costs`.',
      });
  }
}
