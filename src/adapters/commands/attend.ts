import type { ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import type { CommandOptions } from '../../ports/commands.ts';
import { BoundedOutput } from './bounded-output.ts';

/** For output still in the pipe after the command ended; a daemon that holds it open is not waited for. */
const DRAIN_MS = 250;
/** Read before it is trimmed to what was asked for, so that a failure in the middle is found. */
const CAPTURE_BYTES = 512 * 1024;

export interface Ended {
  /** null when it was ended, or died of a signal. */
  exitCode: number | null;
  timedOut: boolean;
  output: string;
}

/** How a kind of process is brought to its end. */
export interface Ending {
  /** Called once, at the deadline or when cancelled. */
  begin(): void;
  /** Called when the direct child is gone, to end what it left; `closed` resolves when nobody holds the output open. */
  finish(asked: boolean, closed: Promise<unknown>): Promise<void>;
}

/**
 * Waits for a child: reads its output into bounded memory, ends it at the deadline or when cancelled.
 * @throws Error when it did not start.
 */
export async function attend(
  child: ChildProcess,
  streams: readonly Readable[],
  options: CommandOptions,
  ending: Ending,
): Promise<Ended> {
  const output = new BoundedOutput(Math.max(CAPTURE_BYTES, options.maxOutputBytes));
  for (const stream of streams) read(stream, output);
  const closed = new Promise((resolve) => child.on('close', resolve));
  const exited = new Promise<number | null>((resolve, reject) => {
    child.on('exit', resolve);
    child.on('error', reject);
  });
  let why: 'timeout' | 'abort' | null = null;
  const stop = (reason: 'timeout' | 'abort'): void => {
    if (why !== null) return;
    why = reason;
    ending.begin();
  };
  const onAbort = (): void => stop('abort');
  const deadline = setTimeout(() => stop('timeout'), options.timeoutMs);
  options.signal.addEventListener('abort', onAbort, { once: true });
  try {
    const code = await exited;
    clearTimeout(deadline);
    options.signal.removeEventListener('abort', onAbort);
    const ended = why as 'timeout' | 'abort' | null;
    await ending.finish(ended !== null, closed);
    await Promise.race([closed, wait(DRAIN_MS, undefined, { ref: false })]);
    const note = ended === null ? '' : ended === 'abort' ? '\n[cancelled]' : `\n[ended after ${options.timeoutMs} ms]`;
    return { exitCode: ended === null ? code : null, timedOut: ended === 'timeout', output: output.text() + note };
  } finally {
    clearTimeout(deadline);
    options.signal.removeEventListener('abort', onAbort);
    for (const stream of streams) stream.destroy();
  }
}

function read(stream: Readable, output: BoundedOutput): void {
  stream.on('data', (chunk: Buffer) => {
    if (output.add(chunk)) return;
    // A flood is read slowly: at full speed its buffers outrun the garbage collector by 100 MB.
    stream.pause();
    setTimeout(() => stream.resume(), 5);
  });
}
