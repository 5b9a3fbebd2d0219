import { spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { CommandOptions, Commands } from '../../ports/commands.ts';
import { attend, type Ended } from './attend.ts';
import { commandsBy } from './commands.ts';
import { commandEnvironment } from './environment.ts';
import { forget, remember, signalGroup } from './process-group.ts';

/** From the request to end until the group is killed. */
const GRACE_MS = 2000;
/** Both streams into one pipe, in the order they were written. */
const MERGED = 'exec /bin/sh -c "$1" 2>&1';

export interface ProcessCommandsOptions {
  /** Where programs are found; the process's own PATH by default. Nothing else of the environment is passed on. */
  path?: string | undefined;
}

/**
 * Runs commands as plain processes: no keys in their environment, a home of their own, ended as a whole group,
 * but with the rights of the user: they can read and write what the user can, and reach the network.
 */
export function processCommands(options: ProcessCommandsOptions = {}): Commands {
  const path = options.path ?? process.env.PATH;
  return commandsBy('none', async (command, given) => {
    const home = await mkdtemp(join(tmpdir(), 'tercet-home-'));
    try {
      await mkdir(join(home, 'tmp'));
      return await inGroup(command, given, { home, path });
    } finally {
      await discard(home);
    }
  });
}

async function inGroup(
  command: string,
  options: CommandOptions,
  { home, path }: { home: string; path: string | undefined },
): Promise<Ended> {
  const child = spawn('/bin/sh', ['-c', MERGED, 'sh', command], {
    cwd: options.cwd,
    env: commandEnvironment(path, options.cwd, home, join(home, 'tmp')),
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { pid } = child;
  if (pid !== undefined) remember(pid, home);
  const signal = (name: 'SIGTERM' | 'SIGKILL') => pid !== undefined && signalGroup(pid, name);
  let killing: NodeJS.Timeout | undefined;
  try {
    return await attend(child, [child.stdout, child.stderr], options, {
      begin: () => {
        signal('SIGTERM');
        killing = setTimeout(() => signal('SIGKILL'), GRACE_MS);
      },
      finish: async (asked, closed) => {
        // The shell dies of the first signal; what it started has the rest of the grace, as long as it holds the output open.
        if (asked) await Promise.race([closed, wait(GRACE_MS, undefined, { ref: false })]);
        // Whatever is left, in the background say, ends with the command.
        signal('SIGKILL');
      },
    });
  } finally {
    clearTimeout(killing);
    if (pid !== undefined) forget(pid);
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
