import { spawn } from 'node:child_process';
import { parse } from 'node:path';

/** What a program said before it ended. */
export interface Said {
  code: number;
  stdout: string;
  stderr: string;
}

/** Characters kept of each stream: what is asked here is answered in a few lines. */
const MOST = 64 * 1024;

/**
 * Runs a program that answers and ends, outside of any repository (whose settings could name commands for it), with
 * nothing on standard input. At the deadline (ms) it is killed with everything it started.
 * @returns null when it could not be started, did not end in time, or died of a signal.
 */
export function runBriefly(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  deadlineMs: number,
): Promise<Said | null> {
  return new Promise((resolve) => {
    const cwd = parse(process.execPath).root;
    const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    const said = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream].setEncoding('utf8').on('data', (text: string) => {
        said[stream] = (said[stream] + text).slice(0, MOST);
      });
    }
    let timer = setTimeout(() => end(null), deadlineMs);
    const ended = (code: number | null) => end(code === null ? null : { code, ...said });
    child.on('exit', (code) => {
      // Whoever holds its output open longer than it lives is not waited for.
      clearTimeout(timer);
      timer = setTimeout(() => ended(code), LINGER_MS);
    });
    child.on('close', ended);
    child.on('error', () => end(null));
    function end(result: Said | null): void {
      clearTimeout(timer);
      child.stdout.destroy();
      child.stderr.destroy();
      killGroup(child.pid);
      resolve(result);
    }
  });
}

/** Output that is on its way when the program ends gets this long, in ms. */
const LINGER_MS = 200;

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nothing of it is left.
  }
}
