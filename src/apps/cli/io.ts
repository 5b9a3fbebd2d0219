import type { Readable, Writable } from 'node:stream';
import { keysInUse } from '../../compose/agents/keys.ts';
import type { Host } from '../../compose/compose.ts';
import { TercetError } from '../../contract/errors.ts';
import { redactor } from '../../handoff/redact.ts';
import { jsonLine } from '../../report/json.ts';
import { ANSI, type Palette, PLAIN } from '../../report/palette.ts';

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

/** The one object of `--json`: a single line, safe to look at. */
export function printJson(io: Io, value: unknown): void {
  print(io, jsonLine(value));
}

/** Our own text on stdout, colours and all: what is untrusted in it was cleaned by the caller. No key leaves here. */
export function print(io: Io, text: string): void {
  io.stdout.write(withoutKeys(io, text.endsWith('\n') ? text : `${text}\n`));
}

/** As {@link print}, on stderr. */
export function say(io: Io, text: string): void {
  io.stderr.write(withoutKeys(io, `${text}\n`));
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

/** The colours for stdout. */
export function paletteOf(io: Io): Palette {
  return colours(io, io.stdout) ? ANSI : PLAIN;
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

/** The request from words, a file, or standard input; `-` stands for the latter. Without either nothing waits at a terminal. */
export async function readRequest(
  io: Io,
  words: readonly string[],
  file: string | undefined,
  patienceMs = PATIENCE_MS,
): Promise<{ text: string; source: 'text' | 'file' | 'stdin' }> {
  const asked = file === '-' || (words.length === 1 && words[0] === '-');
  const fromStdin = asked || (words.length === 0 && file === undefined && io.stdin.isTTY !== true);
  if (file !== undefined && words.length > 0) {
    throw new TercetError('usage', 'The request was given twice: in words and with --file.', {
      hint: 'Leave one away.',
    });
  }
  if (asked && io.stdin.isTTY === true) io.stderr.write('Type the request; Ctrl-D on a line of its own ends it.\n');
  if (fromStdin) return checked(io, await readAll(io, asked ? null : patienceMs), 'stdin');
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

/** How long standard input may be silent, in ms, when nobody said that the request comes from there. */
const PATIENCE_MS = 30_000;
/** After this long, in ms, it is said what is being waited for. */
const SAY_AFTER_MS = 2_000;

/**
 * Standard input to its end. `patienceMs` bounds its silence: a pipe that somebody forgot to close must not hold a
 * command for ever. null waits as long as it takes.
 */
async function readAll(io: Io, patienceMs: number | null): Promise<string> {
  let text = '';
  const iterator = io.stdin[Symbol.asyncIterator]();
  while (text.length <= LONGEST_REQUEST) {
    const next = await withPatience(io, iterator.next(), patienceMs);
    if (next.done === true) break;
    text += String(next.value);
  }
  return text;
}

async function withPatience<T>(io: Io, work: Promise<T>, patienceMs: number | null): Promise<T> {
  const remark = setTimeout(
    () => io.stderr.write('Waiting for the request on standard input…\n'),
    Math.min(SAY_AFTER_MS, patienceMs ?? SAY_AFTER_MS),
  );
  let limit: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_, reject) => {
    if (patienceMs === null) return;
    limit = setTimeout(() => {
      reject(
        new TercetError('usage', `No request came on standard input in ${patienceMs / 1000} seconds.`, {
          hint: 'Give it in words: tercet run "…"; or say `--file -` to wait for standard input however long it takes.',
        }),
      );
    }, patienceMs);
  });
  try {
    return await Promise.race([work, silence]);
  } finally {
    clearTimeout(remark);
    clearTimeout(limit);
  }
}

export interface Interrupt {
  signal: AbortSignal;
  stop(): void;
  /** Once there is a display, what is said goes through it. */
  through(say: (text: string) => void): void;
  done(): void;
}

/** Aborts on the first Ctrl-C or TERM and says how to go on; a second ends the process at once. */
export function onInterrupt(io: Io, hint: string): Interrupt {
  const controller = new AbortController();
  let say = (text: string): void => void io.stderr.write(`${text}\n`);
  const stop = (how: string) => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort(new TercetError('cancelled', `Stopped by ${how}.`));
    say(`Stopping cleanly… Ctrl-C again stops at once.\n  ${hint}`);
  };
  const onCtrlC = () => stop('Ctrl-C');
  const onTerm = () => stop('a signal to terminate');
  process.on('SIGINT', onCtrlC);
  process.on('SIGTERM', onTerm);
  return {
    signal: controller.signal,
    stop: onCtrlC,
    through: (other) => {
      say = other;
    },
    done: () => {
      process.off('SIGINT', onCtrlC);
      process.off('SIGTERM', onTerm);
    },
  };
}
