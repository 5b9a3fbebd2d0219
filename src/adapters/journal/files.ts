import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { TercetError } from '../../contract/errors.ts';
import type { Journal } from '../../ports/journal.ts';

interface Entry {
  key: string;
  value: unknown;
}

/**
 * The journal of a run as lines of a file, each with a checksum: `<sha256, 16 hex> <JSON>`. A last line that a crash cut
 * off is dropped. With any other damage the file is set aside (`.damaged-<time>`), what is whole in it is written anew,
 * and `onDamage` says so.
 */
export function openJournal(file: string, onDamage: (message: string) => void = () => {}): Journal {
  const { entries, damaged, cut } = read(file);
  const values = new Map(entries.map(({ key, value }) => [key, value]));
  if (damaged > 0) {
    const aside = `${file}.damaged-${Date.now()}`;
    guarded(file, () => renameSync(file, aside));
    for (const entry of entries) append(file, entry);
    onDamage(
      `${file} was damaged: ${damaged} line(s) could not be read and are kept in ${aside}; ${entries.length} are whole and are used.`,
    );
  }
  let endLine = cut && damaged === 0;
  return {
    recall: (key) => values.get(key),
    record: (key, value) => {
      append(file, { key, value }, endLine);
      endLine = false;
      values.set(key, value);
    },
  };
}

/** What a journal holds, the last value of each key; the file is left as it is, damaged or not. */
export function readJournal(file: string): Map<string, unknown> {
  return new Map(read(file).entries.map(({ key, value }) => [key, value]));
}

function read(file: string): { entries: Entry[]; damaged: number; cut: boolean } {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { entries: [], damaged: 0, cut: false };
    throw unusable(file, error);
  }
  const lines = text.split('\n');
  const last = lines.pop() ?? '';
  const entries: Entry[] = [];
  let damaged = 0;
  for (const line of lines) {
    if (line === '') continue;
    const entry = parse(line);
    if (entry === null) damaged++;
    else entries.push(entry);
  }
  const whole = last === '' ? null : parse(last);
  if (whole !== null) entries.push(whole);
  return { entries, damaged, cut: last !== '' };
}

function parse(line: string): Entry | null {
  const json = line.slice(17);
  if (line.slice(0, 16) !== checksum(json)) return null;
  return JSON.parse(json) as Entry;
}

function append(file: string, entry: Entry, endLine = false): void {
  const json = JSON.stringify(entry);
  guarded(file, () => {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const handle = openSync(file, 'a', 0o600);
    try {
      writeSync(handle, `${endLine ? '\n' : ''}${checksum(json)} ${json}\n`);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
  });
}

function checksum(json: string): string {
  return createHash('sha256').update(json).digest('hex').slice(0, 16);
}

function guarded(file: string, step: () => void): void {
  try {
    step();
  } catch (error) {
    throw unusable(file, error);
  }
}

function unusable(file: string, cause: unknown): TercetError {
  return new TercetError(
    'storage',
    `${file} cannot be used: ${cause instanceof Error ? cause.message : String(cause)}.`,
    {
      hint: 'Check that the folder exists, that you may write to it, and that the disk is not full; then `tercet resume`.',
      cause,
    },
  );
}
