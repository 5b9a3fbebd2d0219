import type { Journal } from '../../ports/journal.ts';

/** A journal that lasts as long as the process: for tests. */
export function openMemoryJournal(): Journal {
  const values = new Map<string, unknown>();
  return { recall: (key) => values.get(key), record: (key, value) => void values.set(key, value) };
}
