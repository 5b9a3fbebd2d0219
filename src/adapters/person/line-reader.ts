import type { Readable, Writable } from 'node:stream';

/** What a person typed, or why there is no line: `interrupted` by Ctrl-C, `ended` when the input is closed (Ctrl-D). */
export type Line = { got: 'line'; text: string } | { got: 'interrupted' } | { got: 'ended' };

/**
 * Asks for one line and lets go of the input afterwards, so that an editor can have it. Lines typed ahead of the
 * question are not taken for an answer. Rejects with the signal's reason when it is aborted.
 */
export async function readLine(
  prompt: string,
  streams: { input: Readable; output: Writable },
  signal: AbortSignal,
): Promise<Line> {
  const { createInterface } = await import('node:readline');
  signal.throwIfAborted();
  const reader = createInterface({ ...streams, terminal: true, historySize: 0 });
  try {
    return await new Promise<Line>((settle, reject) => {
      reader.on('SIGINT', () => settle({ got: 'interrupted' }));
      reader.on('close', () => settle({ got: 'ended' }));
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      reader.question(prompt, { signal }, (text) => settle({ got: 'line', text }));
    });
  } finally {
    reader.close();
  }
}
