import type { Terminal } from './displays.ts';

/**
 * One letter from the person at the terminal, asked until it is one of `keys`; null when they end the input.
 * Ctrl-C counts as ending it. Only where somebody can be asked (see the caller).
 */
export async function askKey(io: Terminal, prompt: string, keys: readonly string[]): Promise<string | null> {
  const { readLine } = await import('../adapters/person/line-reader.ts');
  const { signal } = new AbortController();
  for (;;) {
    const line = await readLine(prompt, { input: io.stdin, output: io.stderr }, signal);
    if (line.got !== 'line') {
      io.stderr.write('\n');
      return null;
    }
    const key = line.text.trim().toLowerCase().slice(0, 1);
    if (keys.includes(key)) return key;
  }
}
