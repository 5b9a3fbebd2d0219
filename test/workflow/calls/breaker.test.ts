import { describe, expect, it } from 'vitest';
import { ProviderGate, Providers } from '../../../src/workflow/calls/breaker.ts';

const GO = { go: true };
const opened = (kind: 'overloaded' | 'network' = 'overloaded') => {
  const gate = new ProviderGate();
  for (let n = 0; n < 5; n += 1) gate.failed(kind, 1_000, null);
  return gate;
};

describe('the circuit breaker of a provider', () => {
  it('stays closed until five failures in a row, whatever lies between two rows', () => {
    const gate = new ProviderGate();
    for (let row = 0; row < 3; row += 1) {
      for (let n = 0; n < 4; n += 1) gate.failed(n % 2 === 0 ? 'overloaded' : 'network', 0, null);
      expect(gate.ask(0)).toEqual(GO);
      // An answer, or a failure that only a working provider gives.
      if (row === 0) gate.answered();
      else gate.failed('refused', 0, null);
    }
    expect(gate.ask(0)).toEqual(GO);
  });

  it('opens after the fifth, and lets one call through when the time is up', () => {
    const gate = opened();
    expect(gate.ask(1_000)).toEqual({ go: false, waitMs: 15_000, why: 'out-of-order' });
    expect(gate.ask(15_999)).toMatchObject({ go: false, waitMs: 1 });
    expect(gate.ask(16_000)).toEqual(GO);
    expect(gate.ask(16_000)).toEqual({ go: false, waitMs: 1_000, why: 'out-of-order' });
  });

  it('closes when the trial is answered', () => {
    const gate = opened('network');
    gate.ask(20_000);
    gate.answered();
    expect(gate.ask(20_000)).toEqual(GO);
    expect(gate.ask(20_000)).toEqual(GO);
  });

  it.each(['overloaded', 'stalled', 'garbled'] as const)(
    'opens for twice as long when the trial ends %s, up to 5 minutes',
    (kind) => {
      const gate = opened();
      let now = 1_000;
      let cooldown = 15_000;
      for (let n = 0; n < 8; n += 1) {
        now += cooldown;
        expect(gate.ask(now)).toEqual(GO);
        gate.failed(kind, now, null);
        cooldown = Math.min(cooldown * 2, 300_000);
        expect(gate.ask(now)).toMatchObject({ go: false, waitMs: cooldown });
      }
      expect(cooldown).toBe(300_000);
    },
  );

  it('closes when the trial fails in a way that only a working provider fails in', () => {
    const gate = opened();
    gate.ask(20_000);
    gate.failed('bad-request', 20_000, null);
    expect(gate.ask(20_000)).toEqual(GO);
  });

  it('lets the next call try when a trial was given up', () => {
    const gate = opened();
    gate.ask(20_000);
    gate.abandoned(20_000);
    expect(gate.ask(20_000)).toEqual(GO);
  });

  it('is not kept open by a clock that was set back', () => {
    const gate = new ProviderGate();
    for (let n = 0; n < 5; n += 1) gate.failed('overloaded', 10_000_000, null);
    expect(gate.ask(0)).toMatchObject({ waitMs: 15_000 });
  });
});

describe('a rate limit', () => {
  it('holds for every call to the provider, until the moment it named', () => {
    const providers = new Providers();
    providers.of('anthropic/claude-haiku-5-5').failed('rate-limit', 1_000, 30_000);
    expect(providers.of('anthropic/claude-opus-5-5').ask(1_000)).toEqual({
      go: false,
      waitMs: 30_000,
      why: 'rate-limit',
    });
    expect(providers.of('openai/gpt-6.1-sol').ask(1_000)).toEqual(GO);
    expect(providers.of('anthropic/claude-opus-5-5').ask(31_000)).toEqual(GO);
  });

  it('is never shortened by a later, shorter one', () => {
    const gate = new ProviderGate();
    gate.failed('rate-limit', 0, 30_000);
    gate.failed('rate-limit', 1_000, 1_000);
    expect(gate.ask(5_000)).toMatchObject({ waitMs: 25_000 });
  });
});
