/** The part of `process` that says when it ends. */
export interface EndingProcess {
  readonly pid: number;
  on(event: string, listener: () => void): unknown;
  off(event: string, listener: () => void): unknown;
  listenerCount(event: string): number;
  kill(pid: number, signal: string): unknown;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs `restore` when the process ends, by itself or by a signal. A signal somebody else handles is left to them;
 * otherwise it is raised again afterwards, so that the process ends as it would have. Returns how to undo it.
 */
export function restoreOnExit(restore: () => void, host: EndingProcess = process): () => void {
  const listeners = SIGNALS.map((signal) => {
    const listener = () => {
      if (host.listenerCount(signal) > 1) return;
      undo();
      restore();
      host.kill(host.pid, signal);
    };
    return { signal, listener };
  });
  const undo = () => {
    host.off('exit', restore);
    for (const { signal, listener } of listeners) host.off(signal, listener);
  };
  host.on('exit', restore);
  for (const { signal, listener } of listeners) host.on(signal, listener);
  return undo;
}
