import { describe, expect, test } from 'vitest';
import { PLAIN } from '../../src/report/palette.ts';
import { advance, type Progress, START, spentSoFar } from '../../src/report/progress.ts';
import { linesOf, type Verbosity } from '../../src/report/progress-lines.ts';
import { liveLines } from '../../src/report/progress-live.ts';
import { displayWidth } from '../../src/report/width.ts';
import { events } from './events-fixture.ts';
import { money } from './run-fixture.ts';

const upTo = (type: string): Progress =>
  events.slice(0, events.findIndex((event) => event.type === type) + 1).reduce(advance, START);

describe('lines for good', () => {
  test.each<Verbosity>(['quiet', 'normal', 'verbose'])('%s', (verbosity) => {
    const lines = events.flatMap((event) => linesOf(event, { verbosity, palette: PLAIN, money }));
    return expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(`../fixtures/report/progress-${verbosity}.txt`);
  });
});

describe('the fold', () => {
  test('the live region after each event', () => {
    let state = START;
    const frames = events.map((event, frame) => {
      state = advance(state, event);
      const now = Date.parse(event.at) + 2_000;
      return [`-- ${event.type}`, ...liveLines(state, { money, palette: PLAIN, width: 72, now, frame })].join('\n');
    });
    return expect(`${frames.join('\n')}\n`).toMatchFileSnapshot('../fixtures/report/progress-live.txt');
  });

  test('adds up tokens and cost, and counts what is unknown', () => {
    const state = events.reduce(advance, START);
    expect(state).toMatchObject({
      inputTokens: 2000,
      outputTokens: 640,
      settledCalls: 2,
      unknownCalls: 1,
      findings: 3,
    });
    expect(spentSoFar(state)).toMatchObject({ usd: '0.0123', unknownCalls: 1 });
    expect(state.calls.size).toBe(0);
  });

  test('nothing known yet is null, not zero', () => {
    expect(spentSoFar(START).usd).toBeNull();
  });

  test('leaves the given state as it was', () => {
    const before = upTo('call.started');
    const size = before.calls.size;
    events.reduce(advance, before);
    expect(before.calls.size).toBe(size);
  });

  test('progress of a call nobody knows changes nothing', () => {
    const [event] = events;
    if (event === undefined) throw new Error('fixture');
    const { v, seq, run, at } = event;
    const stray = { v, seq, run, at, type: 'call.progressed' as const, callId: 'x', outputChars: 1 };
    expect(advance(START, stray)).toBe(START);
  });
});

test('no live line is wider than the terminal, whatever the width', () => {
  const state = upTo('call.progressed');
  for (const width of [20, 40, 80]) {
    for (const line of liveLines(state, { money, palette: PLAIN, width, now: 0, frame: 3 })) {
      expect(displayWidth(line)).toBeLessThan(width);
    }
  }
});

test('many calls take a bounded number of lines', () => {
  const one = upTo('call.started').calls.values().next().value;
  if (one === undefined) throw new Error('fixture');
  const calls = new Map(Array.from({ length: 9 }, (_, n) => [`c${n}`, one]));
  const lines = liveLines({ ...START, run: 'r', calls }, { money, palette: PLAIN, width: 80, now: 0, frame: 0 });
  expect(lines).toHaveLength(5);
  expect(lines.at(-1)).toContain('and 6 more calls');
});
