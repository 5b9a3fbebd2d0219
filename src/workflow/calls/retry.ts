import type { FailureKind } from '../../contract/usage.ts';
import type { TurnFailure } from '../../ports/agent.ts';

/**
 * How often a kind of failure is tried again by the same model. Kinds that are not listed are final: the same call would
 * fail the same way. `empty` is tried again with a word to the model.
 */
const RETRIES: Partial<Record<FailureKind, number>> = {
  'rate-limit': 5,
  overloaded: 4,
  network: 3,
  'cut-off': 2,
  stalled: 1,
  garbled: 1,
  empty: 1,
};

/** Kinds after which the fallback of the role answers: the model does not work now, or will not. */
const REROUTED: ReadonlySet<FailureKind> = new Set(['overloaded', 'network', 'cut-off', 'stalled', 'refused']);

/** A provider that asks for longer than this parks the run instead of holding a process open. */
export const LONGEST_WAIT_MS = 60_000;

/** What is done about a failure. */
export type Next = { do: 'retry'; waitMs: number; nudge: boolean } | { do: 'reroute' } | { do: 'give-up' };

/**
 * The policy. `failures` counts the failures of each kind before this one, in this call; `fallback` says whose model would
 * stand in, for a limit on a provider holds for all its models.
 */
export function decide(
  failure: Pick<TurnFailure, 'kind' | 'retryAfterMs'>,
  failures: ReadonlyMap<FailureKind, number>,
  fallback: 'none' | 'same-provider' | 'other-provider',
  random: () => number = Math.random,
): Next {
  const { kind } = failure;
  const asked = failure.retryAfterMs ?? 0;
  if ((failures.get(kind) ?? 0) < (RETRIES[kind] ?? 0) && asked <= LONGEST_WAIT_MS) {
    return { do: 'retry', waitMs: backoff(asked, total(failures), random), nudge: kind === 'empty' };
  }
  if (REROUTED.has(kind) && fallback !== 'none') return { do: 'reroute' };
  if (kind === 'rate-limit' && fallback === 'other-provider') return { do: 'reroute' };
  return { do: 'give-up' };
}

/** Exponential from 500 ms to 20 s with jitter (half to whole of the step), never less than what the provider asked for. */
function backoff(askedMs: number, failures: number, random: () => number): number {
  const step = Math.min(500 * 2 ** failures, 20_000);
  return Math.max(askedMs, Math.round(step * (0.5 + random() / 2)));
}

function total(failures: ReadonlyMap<FailureKind, number>): number {
  return [...failures.values()].reduce((sum, count) => sum + count, 0);
}
