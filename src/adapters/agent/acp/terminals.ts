import { randomUUID } from 'node:crypto';
import type { Door } from '../../../ports/agent.ts';
import { isJson, type Json, text } from '../cli/profile.ts';
import { Refusal } from './refusal.ts';
import type { Yard } from './yard.ts';

/** Commands of one turn, and their output. Enough for any task, and a bound for an agent that is out of order. */
const MOST_TERMINALS = 64;
const MOST_AT_ONCE = 4;
const OUTPUT_BYTES = 128 * 1024;

interface Terminal {
  ended: Promise<void>;
  /** null while it runs. */
  exit: { exitCode: number | null; signal: string | null } | null;
  output: string;
  truncated: boolean;
  stop: AbortController;
}

/**
 * `terminal/*`: commands in the run's sandbox. Their output is there when they have ended. Everything is ended with the
 * turn, by `signal`.
 */
export class Terminals {
  readonly #yard: Yard;
  readonly #run: NonNullable<Door['run']>;
  readonly #signal: AbortSignal;
  readonly #all = new Map<string, Terminal>();
  #started = 0;

  constructor(yard: Yard, run: NonNullable<Door['run']>, signal: AbortSignal) {
    this.#yard = yard;
    this.#run = run;
    this.#signal = signal;
  }

  create(asked: Json): { terminalId: string } {
    const running = [...this.#all.values()].filter(({ exit }) => exit === null).length;
    if (this.#started >= MOST_TERMINALS || running >= MOST_AT_ONCE) throw Refusal.invalid('Too many terminals.');
    const cwd = text(asked.cwd) || this.#yard.root;
    const place = cwd === this.#yard.root ? null : this.#yard.inside(cwd);
    if (place !== null && 'refused' in place) throw Refusal.invalid(place.refused);
    const limit = asked.outputByteLimit;
    const most = typeof limit === 'number' && limit > 0 ? Math.min(limit, OUTPUT_BYTES) : OUTPUT_BYTES;
    const terminalId = randomUUID();
    const stop = new AbortController();
    const signal = AbortSignal.any([stop.signal, this.#signal]);
    const terminal: Terminal = { ended: Promise.resolve(), exit: null, output: '', truncated: false, stop };
    terminal.ended = this.#run(commandLine(asked), { cwd, maxOutputBytes: most, signal }).then(
      ({ exitCode, output }) => {
        terminal.exit = { exitCode, signal: exitCode === null ? 'SIGKILL' : null };
        terminal.output = output;
        terminal.truncated = Buffer.byteLength(output) >= most;
      },
      (error: unknown) => {
        terminal.exit = { exitCode: 126, signal: null };
        terminal.output = error instanceof Error ? error.message : String(error);
      },
    );
    this.#all.set(terminalId, terminal);
    this.#started++;
    return { terminalId };
  }

  output(asked: Json): object {
    const { output, truncated, exit } = this.#of(asked);
    return { output, truncated, exitStatus: exit };
  }

  async waitForExit(asked: Json): Promise<object> {
    const terminal = this.#of(asked);
    await terminal.ended;
    return terminal.exit ?? { exitCode: null, signal: null };
  }

  kill(asked: Json): object {
    this.#of(asked).stop.abort();
    return {};
  }

  release(asked: Json): object {
    this.#of(asked).stop.abort();
    this.#all.delete(text(asked.terminalId));
    return {};
  }

  #of(asked: Json): Terminal {
    const terminal = this.#all.get(text(asked.terminalId));
    if (terminal === undefined) throw Refusal.notFound(`terminal ${text(asked.terminalId)}`);
    return terminal;
  }
}

/** One line for a shell: a program and its arguments, each in quotes, or a whole command where no arguments are given. */
function commandLine({ command, args, env }: Json): string {
  const words = Array.isArray(args) ? args.filter((arg) => typeof arg === 'string') : [];
  const set = (Array.isArray(env) ? env.filter(isJson) : []).flatMap(({ name, value }) =>
    /^[A-Za-z_][A-Za-z0-9_]*$/u.test(text(name)) ? [`${text(name)}=${quoted(text(value))}`] : [],
  );
  const line = words.length === 0 ? text(command) : [text(command), ...words].map(quoted).join(' ');
  return set.length === 0 ? line : `${set.map((one) => `export ${one}; `).join('')}${line}`;
}

const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;
