import type { Readable, Writable } from 'node:stream';
import type { Host } from '../../compose/compose.ts';
import { keysInUse } from '../../compose/keys.ts';
import { TercetError } from '../../contract/errors.ts';
import { redactor } from '../../handoff/redact.ts';
import { jsonLine } from '../../report/json.ts';

/** The process as a command sees it; tests pass their own. */
export interface Io extends Host {
  stdin: Readable & { isTTY?: boolean };
  stdout: Writable & { isTTY?: boolean; columns?: number };
  stderr: Writable & { isTTY?: boolean; columns?: number };
}

/** Options every command has. */
export interface CommonOptions {
  json?: boolean;
  quiet?: boolean;
  verbose?: boolean;
}

/** Our own text on stdout, colours and all: what is untrusted in it was cleaned by the caller. No key leaves here. */
export function print(io: Io, text: string): void {
  io.stdout.write(withoutKeys(io, text.endsWith('\n') ? text : `${text}\n`));
}

/** As {@link print}, on stderr. */
export function say(io: Io, text: string): void {
  io.stderr.write(withoutKeys(io, `${text}\n`));
}

/** One line of JSON for machines, safe to look at. */
export function printJson(io: Io, value: unknown): void {
  print(io, jsonLine(value));
}

/** Takes the keys of the environment out; what holds other keys (the person's configuration) is redacted in compose. */
function withoutKeys(io: Io, text: string): string {
  return redactor(keysInUse(io.env, {})).literals(text);
}

/** Whether to colour a stream: NO_COLOR (any value) wins, then FORCE_COLOR, then whether it is a terminal. */
export function colours(io: Io, stream: { isTTY?: boolean }): boolean {
  if (io.env.NO_COLOR !== undefined && io.env.NO_COLOR !== '') return false;
  if (io.env.FORCE_COLOR !== undefined && io.env.FORCE_COLOR !== '0') return true;
  return stream.isTTY === true && io.env.TERM !== 'dumb';
}

/** Whether a person can be asked: both ends are a terminal, and no CI says otherwise. */
export function canAsk(io: Io): boolean {
  return (
    io.stdin.isTTY === true &&
    io.stderr.isTTY === true &&
    (io.env.CI === undefined || io.env.CI === '' || io.env.CI === 'false')
  );
}

/** Characters of a request beyond which something else was piped in by mistake. */
const LONGEST_REQUEST = 200_000;

/** The request from words, a file, or standard input; `-` stands for the latter. Never waits for a terminal. */
export async function readRequest(
  io: Io,
  words: readonly string[],
  file: string | undefined,
): Promise<{ text: string; source: 'text' | 'file' | 'stdin' }> {
  const fromStdin =
    file === '-' ||
    (words.length === 1 && words[0] === '-') ||
    (words.length === 0 && file === undefined && io.stdin.isTTY !== true);
  if (file !== undefined && words.length > 0) {
    throw new TercetError('usage', 'The request was given twice: in words and with --file.', {
      hint: 'Leave one away.',
    });
  }
  if (fromStdin) return checked(io, await readAll(io.stdin), 'stdin');
  if (file !== undefined) return checked(io, await readText(file), 'file');
  return checked(io, words.join(' '), 'text');
}

function checked(io: Io, text: string, source: 'text' | 'file' | 'stdin') {
  if (text.trim() === '') {
    throw new TercetError('usage', 'There is no request.', {
      hint: 'Say what to build: tercet run "add a --json flag to the list command".',
    });
  }
  if (text.length > LONGEST_REQUEST) {
    throw new TercetError('usage', `The request has ${text.length} characters; at most ${LONGEST_REQUEST} are read.`, {
      hint: 'Name files instead of pasting them.',
    });
  }
  return { text: withoutKeys(io, text.trim()), source };
}

/** A file the person named. @throws TercetError `usage` naming it. */
export async function readText(file: string): Promise<string> {
  const { readFile } = await import('node:fs/promises');
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new TercetError(
      'usage',
      error.code === 'ENOENT' ? `${file} does not exist.` : `${file} cannot be read: ${error.message}`,
    );
  });
}

async function readAll(stream: Readable): Promise<string> {
  let text = '';
  for await (const chunk of stream) {
    text += String(chunk);
    if (text.length > LONGEST_REQUEST) break;
  }
  return text;
}

/** Aborts on the first Ctrl-C or TERM and says how to go on; a second ends the process at once. */
export function onInterrupt(io: Io, hint: string): { signal: AbortSignal; stop(): void; done(): void } {
  const controller = new AbortController();
  const handle = () => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort(new TercetError('cancelled', 'Cancelled.'));
    io.stderr.write(`\nStopping cleanly… ${hint} Press Ctrl-C again to stop at once.\n`);
  };
  process.on('SIGINT', handle);
  process.on('SIGTERM', handle);
  return {
    signal: controller.signal,
    stop: handle,
    done: () => {
      process.off('SIGINT', handle);
      process.off('SIGTERM', handle);
    },
  };
}
