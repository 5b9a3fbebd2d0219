/** Process groups that run now: they end with this process, however it ends (except by SIGKILL). */
const running = new Set<number>();
let watching = false;

/** Ends the group with this process until `forget`. */
export function remember(group: number): void {
  if (!watching) process.on('exit', endAll);
  watching = true;
  running.add(group);
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
  for (const group of running) signalGroup(group, 'SIGKILL');
}
