import { rmSync } from 'node:fs';

/** Process groups that run now: they end with this process, however it ends (except by SIGKILL). */
const running = new Map<number, string | null>();
let watching = false;

/** Until `forget`, the group ends and its home, where it has one on the disk, is removed when this process ends. */
export function remember(group: number, home: string | null): void {
  if (!watching) process.on('exit', endAll);
  watching = true;
  running.set(group, home);
}

export function forget(group: number): void {
  running.delete(group);
}

/** Signals every process of a group; one that is gone already is no error. */
export function signalGroup(group: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(-group, signal);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}

function endAll(): void {
  for (const [group, home] of running) {
    signalGroup(group, 'SIGKILL');
    if (home === null) continue;
    try {
      rmSync(home, { recursive: true, force: true });
    } catch {
      // Left to the system's cleaning of its temporary folder.
    }
  }
}
