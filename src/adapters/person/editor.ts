import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { splitCommand } from './split-command.ts';

/** How an editor ended: `missing` when there is none to start, `failed` with what to tell the person. */
export type EditorEnd = { end: 'closed' } | { end: 'missing'; why: string } | { end: 'failed'; why: string };

/**
 * Opens `file` in the person's editor with the terminal handed over, and waits until it is closed. No shell is
 * involved. Rejects with the signal's reason when it is aborted; the editor is ended then.
 */
export async function editFile(command: string | null, file: string, signal: AbortSignal): Promise<EditorEnd> {
  signal.throwIfAborted();
  const [program, ...args] = splitCommand(command ?? '');
  if (program === undefined || program === '') return { end: 'missing', why: 'no editor is set (VISUAL or EDITOR)' };
  return new Promise((settle, reject) => {
    // A full path cannot be read as an option, whatever the file is called.
    const child = spawn(program, [...args, resolve(file)], { stdio: 'inherit' });
    const onAbort = () => child.kill();
    signal.addEventListener('abort', onAbort, { once: true });
    child.on('error', (error) => {
      signal.removeEventListener('abort', onAbort);
      settle({ end: 'missing', why: `the editor "${program}" cannot be started: ${error.message}` });
    });
    child.on('close', (code, ended) => {
      signal.removeEventListener('abort', onAbort);
      if (signal.aborted) reject(signal.reason);
      else if (code === 0) settle({ end: 'closed' });
      else settle({ end: 'failed', why: `the editor ended with ${code === null ? ended : `code ${code}`}` });
    });
  });
}
