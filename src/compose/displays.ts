import type { Readable, Writable } from 'node:stream';
import { terminalReporter } from '../adapters/reporter/terminal/index.ts';
import type { Person } from '../ports/person.ts';
import type { Reporter } from '../ports/reporter.ts';
import { showUsd } from '../pricing/usd.ts';
import { ANSI, PLAIN } from '../report/palette.ts';

/** What shows a run and asks the person, for one terminal. */
export interface Displays {
  reporters: Reporter[];
  person: Person | null;
  /** Says a line for good, without a live display drawing over it. */
  note(text: string): void;
}

export interface Terminal {
  stdin: Readable & { isTTY?: boolean };
  stderr: Writable & { isTTY?: boolean; columns?: number };
  env: NodeJS.ProcessEnv;
}

/** Progress on stderr, live on a terminal, plain lines elsewhere; and the person, where `ask` says there is one. */
export async function openDisplays(
  io: Terminal,
  options: { verbosity: 'quiet' | 'normal' | 'verbose'; colour: boolean; ask: boolean; onInterrupt: () => void },
): Promise<Displays> {
  const { verbosity, colour, ask } = options;
  const display = terminalReporter({
    stream: io.stderr,
    live: io.stderr.isTTY === true && !io.env.CI && io.env.TERM !== 'dumb',
    colour,
    verbosity,
    money: showUsd,
  });
  const note = (text: string) => {
    display.pause();
    io.stderr.write(`${text}\n`);
    display.resume();
  };
  if (!ask) return { reporters: [display], person: null, note };
  const { terminalPerson } = await import('../adapters/person/terminal.ts');
  const person = terminalPerson({
    input: io.stdin,
    output: io.stderr,
    editor: io.env.VISUAL || io.env.EDITOR || null,
    palette: colour ? ANSI : PLAIN,
    display,
    onInterrupt: options.onInterrupt,
  });
  return { reporters: [display], person, note };
}
