import type { Clock } from '../../src/ports/clock.ts';

/** The machine's clock, except that nobody waits: a sleep moves the time on at once, and is noted. */
export interface SkippingClock extends Clock {
  /** Milliseconds of every sleep, in order. */
  readonly sleeps: number[];
  /** Called before each sleep. */
  onSleep: (ms: number) => void | Promise<void>;
  /** Moves the time on. */
  skip(ms: number): void;
}

export function skippingClock(): SkippingClock {
  const sleeps: number[] = [];
  let skipped = 0;
  const clock: SkippingClock = {
    sleeps,
    onSleep: () => {},
    skip: (ms) => {
      skipped += ms;
    },
    now: () => new Date(Date.now() + skipped),
    sleep: async (ms, signal) => {
      signal.throwIfAborted();
      await clock.onSleep(ms);
      sleeps.push(ms);
      skipped += ms;
    },
  };
  return clock;
}
