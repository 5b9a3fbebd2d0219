import path from 'node:path';
import { readJournal } from '../../adapters/journal/files.ts';
import { readSetups, type Setup } from '../../workflow/recording.ts';
import type { Session } from '../compose.ts';

/** The journal of a run as it stands: the starts it had, and everything else. Read only, also when it is damaged. */
export interface Recording {
  starts: Setup[];
  values: ReadonlyMap<string, unknown>;
  /** Without the starts. */
  journal: { key: string; value: unknown }[];
}

export function recordingOf(session: Session, run: string): Recording {
  const values = readJournal(path.join(session.store.folder(run), 'journal.ndjson'));
  const journal = [...values].flatMap(([key, value]) => (key.startsWith('setup:') ? [] : [{ key, value }]));
  return { starts: readSetups((key) => values.get(key)), values, journal };
}
