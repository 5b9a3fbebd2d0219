import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import type { Writable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { type Ended, isJson, type Json } from './profile.ts';
import { WATCHED } from './watched.ts';

/** All in ms. `idleMs`: without a line; `lingerMs`: the same after its last word. */
export interface Deadlines {
  readonly totalMs: number;
  readonly idleMs: number;
  readonly lingerMs: number;
}

export interface ProgramOptions {
  program: string;
  args: readonly string[];
  cwd: string;
  env: Readonly<Record<string, string>>;
  /** Standard input, closed after it; or a conversation, for which it stays open. */
  input: string | ((line: Line) => void);
  signal: AbortSignal;
  deadlines: Deadlines;
  /** @returns why the program should be ended now, or null. */
  onEvent: (event: Json) => string | null;
  finished: () => boolean;
}

/** The way to a program that is talked with. */
export interface Line {
  send(text: string): void;
  /** Nothing more will be said: its input is closed, and it has `lingerMs` to end by itself. */
  finish(): void;
}

/** Why a program did not end by itself. */
export type Stop = { why: 'cancelled' | 'total' | 'idle' | 'linger' | 'too-large' } | { why: 'told'; words: string };

/** A line of a transcript holds a file at most; all of it what a long turn says. A program beyond is out of order. */
const MOST_LINE = 16 * 1024 * 1024;
const MOST_TOTAL = 256 * 1024 * 1024;
/** What a program asks for and does not read. */
const MOST_UNREAD = 64 * 1024 * 1024;
const STDERR_KEPT = 8 * 1024;
/** For what is still in the pipe when the program has ended. */
const DRAIN_MS = 500;

/**
 * Runs a program that prints a line of JSON per event, in a group of its own, and leaves nothing of it behind: not when
 * it is cancelled, not at a deadline, not when this process is killed (see {@link WATCHED}). Lines that are no JSON
 * objects are passed over.
 */
export async function runProgram(options: ProgramOptions): Promise<Ended & { stop: Stop | null }> {
  const child = spawn('/bin/sh', ['-c', WATCHED, 'sh', randomUUID(), options.program, ...options.args], {
    cwd: options.cwd,
    env: options.env,
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
  });
  const exited = new Promise<number | null>((resolve, reject) => {
    child.on('exit', resolve);
    child.on('error', reject);
  });
  // Not `close`: the watcher holds the lifeline for as long as we do.
  const closed = Promise.all(
    [child.stdout, child.stderr].map((stream) => new Promise((resolve) => stream.on('end', resolve))),
  );
  const lifeline = child.stdio[3];
  lifeline?.on('error', () => {});
  let stop: Stop | null = null;
  const end = (why: Stop): void => {
    stop ??= why;
    lifeline?.destroy();
  };
  const timers = clocks(options, end);
  const onAbort = (): void => end({ why: 'cancelled' });
  options.signal.addEventListener('abort', onAbort, { once: true });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr = (stderr + chunk).slice(-STDERR_KEPT);
  });
  readLines(child, {
    onLine: (line) => {
      timers.heard();
      const event = parse(line);
      const why = event === null || stop !== null ? null : options.onEvent(event);
      if (why !== null) end({ why: 'told', words: why });
    },
    onFlood: () => end({ why: 'too-large' }),
  });
  // A program that ends before it has read everything is no error of ours.
  child.stdin.on('error', () => {});
  if (typeof options.input === 'string') child.stdin.end(options.input);
  else
    options.input(
      lineTo(
        child.stdin,
        () => end({ why: 'too-large' }),
        timers.last(() => end({ why: 'linger' })),
      ),
    );
  try {
    const code = await exited;
    await Promise.race([closed, wait(DRAIN_MS, undefined, { ref: false })]);
    return { code, stderr, stop };
  } finally {
    timers.stop();
    options.signal.removeEventListener('abort', onAbort);
    lifeline?.destroy();
    endGroup(child);
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
  }
}

function clocks({ deadlines, finished }: ProgramOptions, end: (why: Stop) => void) {
  const total = setTimeout(() => end({ why: 'total' }), deadlines.totalMs);
  let idle: NodeJS.Timeout | undefined;
  let hanging: NodeJS.Timeout | undefined;
  const heard = (): void => {
    clearTimeout(idle);
    const last = finished();
    idle = setTimeout(() => end({ why: finished() ? 'linger' : 'idle' }), last ? deadlines.lingerMs : deadlines.idleMs);
  };
  heard();
  return {
    // After the event was read: it may have been the last word.
    heard: () => setImmediate(heard),
    /** Starts a clock that no further line sets back. */
    last: (ring: () => void) => () => {
      hanging ??= setTimeout(ring, deadlines.lingerMs);
    },
    stop: () => {
      clearTimeout(total);
      clearTimeout(idle);
      clearTimeout(hanging);
      setImmediate(() => clearTimeout(idle));
    },
  };
}

function lineTo(input: Writable, onFlood: () => void, onFinish: () => void): Line {
  return {
    send: (text) => {
      if (!input.writable) return;
      input.write(text);
      if (input.writableLength > MOST_UNREAD) onFlood();
    },
    finish: () => {
      input.end();
      onFinish();
    },
  };
}

function readLines(
  { stdout }: ChildProcess,
  { onLine, onFlood }: { onLine: (line: string) => void; onFlood: () => void },
): void {
  let rest = '';
  let total = 0;
  stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    total += chunk.length;
    rest += chunk;
    if (total > MOST_TOTAL || rest.length > MOST_LINE) {
      rest = '';
      onFlood();
      return;
    }
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  });
  stdout?.on('end', () => {
    if (rest !== '') onLine(rest);
  });
}

function parse(line: string): Json | null {
  if (!line.trimStart().startsWith('{')) return null;
  try {
    const event: unknown = JSON.parse(line);
    return isJson(event) ? event : null;
  } catch {
    return null;
  }
}

/** What is left of the group is the shell's own watcher. */
function endGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}
