import { spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { CommandOptions, CommandResult, Commands } from '../../ports/commands.ts';
import { BoundedOutput } from './bounded-output.ts';
import { commandEnvironment } from './environment.ts';
import { plainText } from './plain-text.ts';
import { forget, remember, signalGroup } from './process-group.ts';
import { trimOutput } from './trim-output.ts';

/** What a shell says of a command it will not run. */
const NOT_RUN = 126;
/** From the request to end until the group is killed. */
const GRACE_MS = 2000;
/** For output still in the pipe after the command ended; a daemon that holds it open is not waited for. */
const DRAIN_MS = 250;
/** Read before it is trimmed to what was asked for, so that a failure in the middle is found. */
const CAPTURE_BYTES = 512 * 1024;
/** Line breaks would be a second command; invisible and look-alike characters would be read otherwise than they run. */
const DECEPTIVE = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u2028\u2029]|(?! )\p{Zs}|\p{Cf}/u;
/** Both streams into one pipe, in the order they were written. */
const MERGED = 'exec /bin/sh -c "$1" 2>&1';

export interface ProcessCommandsOptions {
  /** Where programs are found; the process's own PATH by default. Nothing else of the environment is passed on. */
  path?: string;
}

/**
 * Runs commands as plain processes: no keys in their environment, a home of their own, ended as a whole group,
 * but with the rights of the user: they can read and write what the user can, and reach the network.
 */
export function processCommands(options: ProcessCommandsOptions = {}): Commands {
  const path = options.path ?? process.env.PATH;
  return {
    confinement: 'none',
    run: async (command, given) => {
      const started = performance.now();
      const end = (exitCode: number | null, output: string, timedOut = false): CommandResult => {
        const text = trimOutput(plainText(output), given.maxOutputBytes);
        return { exitCode, timedOut, ms: Math.round(performance.now() - started), output: text };
      };
      const why = refusal(command);
      if (why !== null) return end(NOT_RUN, `Not run: ${why}.`);
      if (given.signal.aborted) return end(null, 'Not run: cancelled.');
      let home: string | undefined;
      try {
        home = await mkdtemp(join(tmpdir(), 'tercet-home-'));
        await mkdir(join(home, 'tmp'));
        const ended = await inGroup(command, given, { home, path });
        return end(ended.exitCode, ended.output, ended.timedOut);
      } catch (error) {
        return end(NOT_RUN, `Not run: ${error instanceof Error ? error.message : String(error)}`);
      } finally {
        if (home !== undefined) await discard(home);
      }
    },
  };
}

function refusal(command: string): string | null {
  if (command.trim() === '') return 'the command is empty';
  const found = DECEPTIVE.exec(command);
  if (found === null) return command.isWellFormed() ? null : 'the command is not valid text';
  const code = (found[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return `the command holds the character U+${code}, which is a line break, a control or looks like another`;
}

interface Ended {
  exitCode: number | null;
  timedOut: boolean;
  output: string;
}

async function inGroup(
  command: string,
  options: CommandOptions,
  { home, path }: { home: string; path: string | undefined },
): Promise<Ended> {
  const child = spawn('/bin/sh', ['-c', MERGED, 'sh', command], {
    cwd: options.cwd,
    env: commandEnvironment(path, options.cwd, home),
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = new BoundedOutput(Math.max(CAPTURE_BYTES, options.maxOutputBytes));
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      if (output.add(chunk)) return;
      // A flood is read slowly: at full speed its buffers outrun the garbage collector by 100 MB.
      stream.pause();
      setTimeout(() => stream.resume(), 5);
    });
  }
  const closed = new Promise((resolve) => child.on('close', resolve));
  const exited = new Promise<number | null>((resolve, reject) => {
    child.on('exit', resolve);
    child.on('error', reject);
  });
  const { pid } = child;
  if (pid === undefined) {
    await exited;
    throw new Error('the command did not start');
  }
  remember(pid, home);
  let why: 'timeout' | 'abort' | null = null;
  let killing: NodeJS.Timeout | undefined;
  const stop = (reason: 'timeout' | 'abort'): void => {
    if (why !== null) return;
    why = reason;
    signalGroup(pid, 'SIGTERM');
    killing = setTimeout(() => signalGroup(pid, 'SIGKILL'), GRACE_MS);
  };
  const onAbort = (): void => stop('abort');
  const deadline = setTimeout(() => stop('timeout'), options.timeoutMs);
  options.signal.addEventListener('abort', onAbort, { once: true });
  try {
    const code = await exited;
    clearTimeout(deadline);
    options.signal.removeEventListener('abort', onAbort);
    const ended = why as 'timeout' | 'abort' | null;
    // The shell dies of the first signal; what it started has the rest of the grace, as long as it holds the output open.
    if (ended !== null) await Promise.race([closed, wait(GRACE_MS, undefined, { ref: false })]);
    // Whatever is left, in the background say, ends with the command.
    signalGroup(pid, 'SIGKILL');
    await Promise.race([closed, wait(DRAIN_MS, undefined, { ref: false })]);
    const note = ended === null ? '' : ended === 'abort' ? '\n[cancelled]' : `\n[ended after ${options.timeoutMs} ms]`;
    return { exitCode: ended === null ? code : null, timedOut: ended === 'timeout', output: output.text() + note };
  } finally {
    clearTimeout(deadline);
    clearTimeout(killing);
    options.signal.removeEventListener('abort', onAbort);
    child.stdout.destroy();
    child.stderr.destroy();
    forget(pid);
  }
}

/** A command may have taken the rights to its own home away. */
async function discard(home: string): Promise<void> {
  const remove = () => rm(home, { recursive: true, force: true, maxRetries: 2 });
  await remove().catch(async () => {
    await chmod(home, 0o700).catch(() => {});
    await remove().catch(() => {});
  });
}
