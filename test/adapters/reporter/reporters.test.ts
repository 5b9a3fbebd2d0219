import { spawn } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { ndjsonReporter } from '../../../src/adapters/reporter/ndjson/index.ts';
import { silentReporter } from '../../../src/adapters/reporter/silent/index.ts';
import { terminalReporter } from '../../../src/adapters/reporter/terminal/index.ts';
import { events } from '../../report/events-fixture.ts';
import { money } from '../../report/run-fixture.ts';
import { Screen } from './screen.ts';

class Host extends EventEmitter {
  readonly pid = 1;
  readonly killed: string[] = [];
  kill(_: number, signal: string) {
    this.killed.push(signal);
  }
}

function open(options: { live: boolean; colour?: boolean; verbosity?: 'quiet' | 'normal' | 'verbose' }) {
  const screen = new Screen();
  const host = new Host();
  const ticks: (() => void)[] = [];
  const every = (_: number, tick: () => void) => {
    ticks.push(tick);
    return () => ticks.splice(0);
  };
  let at = Date.parse('2026-03-01T12:00:00Z');
  const now = () => at;
  const wishes = { colour: false, verbosity: 'normal' as const, ...options };
  const reporter = terminalReporter({ stream: screen, money, now, every, host, ...wishes });
  const tick = (ms: number) => {
    at += ms;
    for (const each of ticks) each();
  };
  return { screen, host, reporter, tick, ticks };
}
const until = (type: string) => events.slice(0, events.findIndex((event) => event.type === type) + 1);

describe('plain', () => {
  test('is the normal lines, without a control character or a timer', async () => {
    const { screen, reporter, ticks } = open({ live: false });
    for (const event of events) reporter.report(event);
    reporter.close();
    expect(ticks).toHaveLength(0);
    const text = screen.writes.join('');
    expect(text).not.toContain('\x1b');
    await expect(text).toMatchFileSnapshot('../../fixtures/report/progress-normal.txt');
  });

  test('quiet says only what went wrong, and the end', () => {
    const { screen, reporter } = open({ live: true, verbosity: 'quiet' });
    for (const event of events) reporter.report(event);
    expect(screen.text).toContain('T2 failed');
    expect(screen.text).toContain('Changes requested');
    expect(screen.text).not.toContain('T1 (1/2)');
  });
});

describe('live', () => {
  test('shows the call under way below the lines, and counts its seconds', () => {
    const { screen, reporter, tick } = open({ live: true });
    for (const event of until('call.progressed')) reporter.report(event);
    tick(9_000);
    expect(screen.text).toMatch(/^Run r1 on 111111111111/);
    expect(screen.text).toMatch(/planner plan · anthropic\/claude-fable · 6 s · 1,234 characters\n$/);
    expect(screen.cursorHidden).toBe(true);
  });

  test('a frame rewrites only the lines that changed, in one write', () => {
    const { screen, reporter, tick } = open({ live: true });
    for (const event of until('call.started')) reporter.report(event);
    tick(100);
    const count = screen.writes.length;
    tick(100);
    expect(screen.writes).toHaveLength(count + 1);
    expect(screen.writes.at(-1)).not.toContain('claude-fable');
  });

  test('leaves the same lines as plain when it ends, and the cursor visible', () => {
    const live = open({ live: true });
    const plain = open({ live: false });
    for (const event of events) {
      live.reporter.report(event);
      live.tick(100);
      plain.reporter.report(event);
    }
    live.reporter.close();
    expect(live.screen.text).toBe(plain.screen.text);
    expect(live.screen.cursorHidden).toBe(false);
    expect(live.host.eventNames()).toEqual([]);
  });

  test('steps aside for a prompt', () => {
    const { screen, reporter, tick } = open({ live: true });
    for (const event of until('call.started')) reporter.report(event);
    reporter.pause();
    const count = screen.writes.length;
    expect(screen.cursorHidden).toBe(false);
    expect(screen.text).not.toContain('waiting');
    tick(500);
    expect(screen.writes).toHaveLength(count);
    reporter.resume();
    expect(screen.text).toContain('waiting');
  });

  test('skips frames while the terminal is behind, never lines', () => {
    const { screen, reporter, tick } = open({ live: true });
    for (const event of until('call.started')) reporter.report(event);
    screen.writableNeedDrain = true;
    const count = screen.writes.length;
    tick(100);
    expect(screen.writes).toHaveLength(count);
    for (const event of events.slice(-1)) reporter.report(event);
    expect(screen.text).toContain('Changes requested');
  });

  test.each(['exit', 'SIGTERM', 'SIGINT', 'SIGHUP'])('restores the cursor on %s', (name) => {
    const { screen, reporter, host } = open({ live: true });
    for (const event of until('call.started')) reporter.report(event);
    host.emit(name);
    expect(screen.cursorHidden).toBe(false);
    expect(host.killed).toEqual(name === 'exit' ? [] : [name]);
  });

  test('a signal somebody else handles is theirs', () => {
    const { reporter, host } = open({ live: true });
    host.on('SIGINT', () => {});
    for (const event of until('call.started')) reporter.report(event);
    host.emit('SIGINT');
    expect(host.killed).toEqual([]);
  });

  test('a real process that is ended by a signal leaves a visible cursor', async () => {
    const child = spawn(process.execPath, [fileURLToPath(new URL('./live-process.ts', import.meta.url))]);
    let text = '';
    let asked = false;
    child.stderr.on('data', (chunk) => {
      text += chunk;
      if (!asked && text.includes('\x1b[?25l')) {
        asked = true;
        child.kill('SIGTERM');
      }
    });
    const signal = await new Promise((settle) => child.on('close', (_, ended) => settle(ended)));
    expect(signal).toBe('SIGTERM');
    expect(text.lastIndexOf('\x1b[?25h')).toBeGreaterThan(text.lastIndexOf('\x1b[?25l'));
  });
});

describe('a reader that goes away', () => {
  test('ends the writing, not the process', async () => {
    const stream = new PassThrough();
    const reporter = ndjsonReporter(stream);
    stream.destroy(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
    await new Promise((settle) => setImmediate(settle));
    for (const event of events) expect(() => reporter.report(event)).not.toThrow();
    reporter.close();
  });

  test('a malformed event is left out', () => {
    const { reporter } = open({ live: true });
    expect(() => reporter.report({ type: 'plan.ready' } as never)).not.toThrow();
  });
});

describe('ndjson and silent', () => {
  test('every event is one line that reads back the same', () => {
    const screen = new Screen();
    const reporter = ndjsonReporter(screen);
    for (const event of events) reporter.report(event);
    const lines = screen.writes.join('').trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual(events);
  });

  test('progress is left out while the reader is behind', () => {
    const screen = new Screen();
    screen.writableNeedDrain = true;
    const reporter = ndjsonReporter(screen);
    for (const event of events) reporter.report(event);
    expect(screen.writes).toHaveLength(events.length - 1);
  });

  test('silent says nothing', () => {
    const reporter = silentReporter();
    for (const event of events) expect(reporter.report(event)).toBeUndefined();
    reporter.close();
  });
});
