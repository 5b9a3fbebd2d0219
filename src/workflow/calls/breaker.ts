import type { FailureKind } from '../../contract/usage.ts';

/** When a provider counts as out of order, and for how long it is left alone then, in ms. */
const LIMITS = { failures: 5, cooldownMs: 15_000, longestMs: 300_000 };

/** While somebody else tries whether it works again, in ms. */
const PROBE_MS = 1_000;

/** What says that the provider itself does not work. */
const TROUBLE: ReadonlySet<FailureKind> = new Set(['overloaded', 'network']);
/** What says nothing about it; a trial that ends so has not shown that it works. */
const UNCLEAR: ReadonlySet<FailureKind> = new Set(['stalled', 'cut-off', 'garbled', 'cancelled']);

/** Whether a call may go out now; if not, when to ask again. */
export type Pass = { go: true } | { go: false; waitMs: number; why: 'rate-limit' | 'out-of-order' };

type State =
  | { is: 'closed'; failures: number }
  /** Left alone until then. */
  | { is: 'open'; until: number; cooldownMs: number }
  /** One call is out to try it. */
  | { is: 'half-open'; cooldownMs: number };

/**
 * A provider as this process knows it: a circuit breaker (closed → open after a row of failures → half-open for one
 * trial → closed, or open for twice as long), and the moment before which it wants no call. Times are ms since 1970.
 */
export class ProviderGate {
  #state: State = { is: 'closed', failures: 0 };
  #notBefore = 0;

  /** Whoever is told to go has to report how it went: {@link answered}, {@link failed} or {@link abandoned}. */
  ask(now: number): Pass {
    if (now < this.#notBefore) return { go: false, waitMs: this.#notBefore - now, why: 'rate-limit' };
    switch (this.#state.is) {
      case 'closed':
        return { go: true };
      case 'half-open':
        return { go: false, waitMs: PROBE_MS, why: 'out-of-order' };
      case 'open': {
        const { until, cooldownMs } = this.#state;
        // A clock that was set back must not keep it shut for longer than it was shut for.
        if (now < until) return { go: false, waitMs: Math.min(until - now, cooldownMs), why: 'out-of-order' };
        this.#state = { is: 'half-open', cooldownMs };
        return { go: true };
      }
    }
  }

  answered(): void {
    this.#state = { is: 'closed', failures: 0 };
  }

  failed(kind: FailureKind, now: number, waitMs: number | null): void {
    if (kind === 'rate-limit' && waitMs !== null) this.#notBefore = Math.max(this.#notBefore, now + waitMs);
    const state = this.#state;
    if (state.is === 'open') return;
    if (state.is === 'half-open') {
      if (TROUBLE.has(kind) || UNCLEAR.has(kind)) this.#open(now, Math.min(state.cooldownMs * 2, LIMITS.longestMs));
      else this.answered();
    } else if (TROUBLE.has(kind)) {
      const failures = state.failures + 1;
      if (failures >= LIMITS.failures) this.#open(now, LIMITS.cooldownMs);
      else this.#state = { is: 'closed', failures };
    } else if (!UNCLEAR.has(kind)) {
      this.answered();
    }
  }

  /** The call was not made after all, or nobody saw how it ended. */
  abandoned(now: number): void {
    if (this.#state.is === 'half-open') this.#state = { is: 'open', until: now, cooldownMs: this.#state.cooldownMs };
  }

  #open(now: number, cooldownMs: number): void {
    this.#state = { is: 'open', until: now + cooldownMs, cooldownMs };
  }
}

/** The gates of a process, by provider: its runs share them. */
export class Providers {
  readonly #gates = new Map<string, ProviderGate>();

  /** The gate of a model's provider: what stands before the first slash of its id. */
  of(model: string): ProviderGate {
    const name = providerOf(model);
    let gate = this.#gates.get(name);
    if (gate === undefined) {
      gate = new ProviderGate();
      this.#gates.set(name, gate);
    }
    return gate;
  }
}

/** `anthropic` of `anthropic/claude-haiku-5-5`. */
export function providerOf(model: string): string {
  const slash = model.indexOf('/');
  return slash === -1 ? model : model.slice(0, slash);
}
