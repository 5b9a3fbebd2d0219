import type { Clock } from '../../src/ports/clock.ts';

/** The machine's clock, except that nobody waits: a sleep moves the time on at once, and is noted. */
export interface SkippingClock extends Clock {
  /** Milliseconds of every sleep, in order. */
  readonly sleeps: number[];
  /** Moves the time on. */
  skip(ms: number): void;
}

export function skippingClock(): SkippingClock {
  const sleeps: number[] = [];
  let skipped = 0;
  return {
    sleeps,
    skip: (ms) => {
      skipped += ms;
    },
    now: () => new Date(Date.now() + skipped),
    sleep: async (ms, signal) => {
      signal.throwIfAborted();
      sleeps.push(ms);
      skipped += ms;
    },
  };
}
