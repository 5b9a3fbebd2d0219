import { describe, expect, it } from 'vitest';
import type { FailureKind } from '../../../src/contract/usage.ts';
import { decide } from '../../../src/workflow/calls/retry.ts';

const none = new Map<FailureKind, number>();
const failed = (kind: FailureKind, retryAfterMs: number | null = null) => ({ kind, retryAfterMs });

describe('what is done about a failure', () => {
  it.each<[FailureKind, number]>([
    ['rate-limit', 5],
    ['overloaded', 4],
    ['network', 3],
    ['cut-off', 2],
    ['stalled', 1],
    ['garbled', 1],
    ['empty', 1],
    ['too-large', 0],
    ['refused', 0],
    ['quota', 0],
    ['bad-key', 0],
    ['unknown-model', 0],
    ['too-long', 0],
    ['bad-request', 0],
    ['cancelled', 0],
  ])('%s is tried again %i times', (kind, times) => {
    for (let n = 0; n < times; n += 1) {
      expect(decide(failed(kind), new Map([[kind, n]]), 'none')).toMatchObject({
        do: 'retry',
        nudge: kind === 'empty',
      });
    }
    expect(decide(failed(kind), new Map([[kind, times]]), 'none')).toEqual({ do: 'give-up' });
  });

  it('counts the kinds one by one, and all of them for the wait', () => {
    const failures = new Map<FailureKind, number>([['overloaded', 3]]);
    expect(decide(failed('stalled'), failures, 'none', () => 1)).toEqual({ do: 'retry', waitMs: 4_000, nudge: false });
  });

  it('waits half to the whole of a growing step, never over 20 s by itself, never less than it was asked to', () => {
    const wait = (kind: FailureKind, n: number, random: number, asked: number | null = null) => {
      const next = decide(failed(kind, asked), new Map([[kind, n]]), 'none', () => random);
      return next.do === 'retry' ? next.waitMs : null;
    };
    expect([0, 1, 2, 3].map((n) => wait('overloaded', n, 0))).toEqual([250, 500, 1_000, 2_000]);
    expect([0, 1, 2, 3].map((n) => wait('overloaded', n, 1))).toEqual([500, 1_000, 2_000, 4_000]);
    expect(wait('rate-limit', 0, 0, 42_000)).toBe(42_000);
    const long = new Map<FailureKind, number>([['network', 30]]);
    expect(decide(failed('overloaded'), long, 'none', () => 1)).toMatchObject({ waitMs: 20_000 });
  });

  it('does not wait for longer than a minute', () => {
    expect(decide(failed('rate-limit', 60_000), none, 'none')).toMatchObject({ do: 'retry', waitMs: 60_000 });
    expect(decide(failed('rate-limit', 60_001), none, 'none')).toEqual({ do: 'give-up' });
    expect(decide(failed('rate-limit', 60_001), none, 'other-provider')).toEqual({ do: 'reroute' });
    // The limit is the provider's: another model of the same one would meet it too.
    expect(decide(failed('rate-limit', 60_001), none, 'same-provider')).toEqual({ do: 'give-up' });
  });

  it('asks the fallback after the retries, and for a refusal at once', () => {
    expect(decide(failed('refused'), none, 'same-provider')).toEqual({ do: 'reroute' });
    expect(decide(failed('overloaded'), none, 'other-provider')).toMatchObject({ do: 'retry' });
    expect(decide(failed('overloaded'), new Map([['overloaded', 4]]), 'same-provider')).toEqual({ do: 'reroute' });
    for (const kind of ['quota', 'bad-key', 'unknown-model', 'too-long', 'too-large', 'bad-request'] as const) {
      expect(decide(failed(kind), none, 'other-provider')).toEqual({ do: 'give-up' });
    }
  });
});
