import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import type { Home } from './cli.ts';

const BIN = fileURLToPath(new URL('../../bin/tercet.js', import.meta.url));

/** Whether this machine can make a pseudo-terminal without a native module: util-linux's `script`. */
export const hasPty =
  process.platform === 'linux' &&
  /util-linux/.test(spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout ?? '');

/** What is typed, and when: after `when` has appeared or holds, in order. `type` may be control characters: `\x03` is Ctrl-C. */
export interface Typing {
  when: RegExp | (() => boolean);
  type: string;
}

export interface TerminalResult {
  code: number | null;
  /** Everything that came, escape sequences included; stdout and stderr are one terminal. */
  raw: string;
  /** The same without escape sequences and carriage returns. */
  text: string;
}

/** Runs the built command line in a real pseudo-terminal. */
export async function inTerminal(
  args: readonly string[],
  options: {
    cwd: string;
    home: Home;
    env?: Record<string, string>;
    columns?: number;
    typing?: readonly Typing[];
    /** Shell text after the command, e.g. `2>log`. */
    redirect?: string;
    /** Ends it after this many ms; the code is null then. */
    limitMs?: number;
  },
): Promise<TerminalResult> {
  const words = [process.execPath, BIN, ...args].map(quote).join(' ');
  const size = `stty cols ${options.columns ?? 80} rows 24`;
  const child = spawn('script', ['-qec', `${size}; exec ${words} ${options.redirect ?? ''}`, '/dev/null'], {
    cwd: options.cwd,
    env: { TERM: 'xterm', SHELL: '/bin/sh', ...options.home.env, ...options.env },
    stdio: 'pipe',
  });
  let raw = '';
  let seen = 0;
  const typing = [...(options.typing ?? [])];
  const step = () => {
    const [next] = typing;
    if (next === undefined) return;
    if (next.when instanceof RegExp) {
      const found = next.when.exec(raw.slice(seen));
      if (found === null) return;
      seen += found.index + found[0].length;
    } else if (!next.when()) return;
    typing.shift();
    child.stdin.write(next.type);
    step();
  };
  const polling = setInterval(step, 50);
  child.stdin.on('error', () => {});
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    raw += chunk;
    step();
  });
  // What is never typed because it was never asked for would wait for ever.
  const limit = setTimeout(() => child.kill('SIGKILL'), options.limitMs ?? 40_000);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  clearTimeout(limit);
  clearInterval(polling);
  return { code, raw, text: stripVTControlCharacters(raw).replaceAll('\r', '') };
}

function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
