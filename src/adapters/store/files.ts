import { readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { TercetError } from '../../contract/errors.ts';
import type { RecordedEvent } from '../../contract/event.ts';
import { OUTCOMES, type RunRecord } from '../../contract/outcome.ts';
import { ARTEFACTS, type Artefact, type RunStore } from '../../ports/store.ts';
import { ownerOf, ownRun } from './owner.ts';
import { appendLine, makeFolder, replaceFile } from './write.ts';

/** Run ids name folders, so they are one plain path segment: no separators, no leading dot. */
const RUN_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;
const STATES: readonly unknown[] = [...OUTCOMES, 'running'];

/**
 * The runs of one repository as files: `<folder>/runs/<id>/run.json`, the artefacts beside it and `events.ndjson`.
 * `folder` is the data folder of that repository. Nothing is made before something is written.
 * Throws TercetError `usage` for an id that is none, `storage` when the disk refuses or a record is damaged.
 */
export function openStore(folder: string): RunStore {
  const runs = join(folder, 'runs');
  const folderOf = (id: string): string => join(runs, checkedId(id));
  const recordOf = (id: string): string => join(folderOf(id), 'run.json');
  const whole = new Set<string>();

  const put = async (id: string, path: string, text: string): Promise<string> => {
    await guarded(path, async () => {
      await makeFolder(folderOf(id));
      await replaceFile(path, text);
    });
    return path;
  };

  const ids = async (): Promise<string[]> => {
    const entries = await guarded(runs, () => readdir(runs, { withFileTypes: true }).catch(noneIfAbsent));
    return entries.filter((entry) => entry.isDirectory() && RUN_ID.test(entry.name)).map((entry) => entry.name);
  };

  const load = async (id: string): Promise<RunRecord> => parseRecord(await readFile(recordOf(id), 'utf8'), id);

  return {
    save: async (record) => {
      await put(record.id, recordOf(record.id), `${JSON.stringify(record, null, 2)}\n`);
    },

    get: async (id) => {
      const found = oneOf(await ids(), checkedId(id));
      try {
        return await load(found);
      } catch (cause) {
        const hint = 'The record was left as it is; the branch and the other files of the run may still be used.';
        throw new TercetError('storage', `${recordOf(found)} cannot be read: ${whyOf(cause)}.`, { hint, cause });
      }
    },

    list: async (onBroken) => {
      const read = await Promise.all(
        (await ids()).map((id) => load(id).catch((error: unknown) => void onBroken(recordOf(id), whyOf(error)))),
      );
      return read.filter((record) => record !== undefined).sort(newestFirst);
    },

    write: async (run, name, text) => put(run, artefactOf(folderOf(run), name), text),

    read: async (run, name) => {
      const path = artefactOf(folderOf(run), name);
      return guarded(path, () => readFile(path, 'utf8').catch(nullIfAbsent));
    },

    append: (event: RecordedEvent) => {
      const path = join(folderOf(event.run), 'events.ndjson');
      try {
        appendLine(path, JSON.stringify(event), !whole.has(event.run));
        whole.add(event.run);
      } catch (error) {
        throw unusable(path, error);
      }
    },

    events: async (run) => {
      const path = join(folderOf(run), 'events.ndjson');
      const text = await guarded(path, () => readFile(path, 'utf8').catch(nullIfAbsent));
      return (text ?? '').split('\n').flatMap(eventOf);
    },

    own: async (run) => ownRun(folderOf(run), run),

    ownerOf: async (run) => ownerOf(folderOf(run)),

    remove: async (run) => {
      const folder = folderOf(run);
      const owned = ownRun(folder, run);
      // Renamed first: a removal that is cut off leaves nothing that looks like a run.
      const doomed = join(runs, `.removed-${run}`);
      try {
        await guarded(folder, async () => {
          await rm(doomed, { recursive: true, force: true });
          await rename(folder, doomed);
        });
      } finally {
        owned.release();
      }
      await guarded(doomed, () => rm(doomed, { recursive: true, force: true }));
    },

    folder: folderOf,
  };
}

/** Events are for people: a line that a crash cut off is left out. */
function eventOf(line: string): RecordedEvent[] {
  try {
    return line === '' ? [] : [JSON.parse(line) as RecordedEvent];
  } catch {
    return [];
  }
}

function checkedId(id: string): string {
  if (RUN_ID.test(id)) return id;
  const hint = 'Run ids are listed by `tercet runs`.';
  throw new TercetError('usage', `Not a run id: ${JSON.stringify(id.slice(0, 80))}.`, { hint });
}

function artefactOf(folder: string, name: Artefact): string {
  if (ARTEFACTS.includes(name)) return join(folder, name);
  throw new TercetError('usage', `Not a file of a run: ${JSON.stringify(String(name).slice(0, 80))}.`);
}

function oneOf(ids: readonly string[], wanted: string): string {
  if (ids.includes(wanted)) return wanted;
  const [first, ...others] = ids.filter((id) => id.startsWith(wanted)).sort();
  const hint = 'Run ids are listed by `tercet runs`; the first characters are enough when they are unique.';
  if (first === undefined) throw new TercetError('usage', `No run is called ${wanted}.`, { hint });
  if (others.length === 0) return first;
  const some = [first, ...others].slice(0, 5).join(', ');
  throw new TercetError('usage', `${others.length + 1} runs begin with ${wanted}: ${some}.`, { hint });
}

/** A record as this version writes it; what it does not check is only shown, not decided upon. */
function parseRecord(text: string, id: string): RunRecord {
  const record = JSON.parse(text) as Partial<RunRecord> | null;
  if (record === null || typeof record !== 'object') throw new Error('not a record');
  if (record.version !== 1) throw new Error(`version ${String(record.version)} is not known; update Tercet`);
  if (record.id !== id) throw new Error(`it says it is run ${String(record.id)}`);
  if (typeof record.startedAt !== 'string' || Number.isNaN(Date.parse(record.startedAt))) throw new Error('no start');
  if (!STATES.includes(record.outcome)) throw new Error(`outcome ${String(record.outcome)} is not known`);
  if (typeof record.request?.text !== 'string') throw new Error('no request');
  if (typeof record.models !== 'object' || record.models === null) throw new Error('no models');
  return record as RunRecord;
}

function newestFirst(a: RunRecord, b: RunRecord): number {
  return Date.parse(b.startedAt) - Date.parse(a.startedAt) || (a.id < b.id ? 1 : -1);
}

const isAbsent = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';

function noneIfAbsent(error: unknown): [] {
  if (isAbsent(error)) return [];
  throw error;
}

function nullIfAbsent(error: unknown): null {
  if (isAbsent(error)) return null;
  throw error;
}

function whyOf(error: unknown): string {
  if (isAbsent(error)) return 'there is no record (the run ended before its first one)';
  return error instanceof Error ? error.message : String(error);
}

async function guarded<T>(path: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw unusable(path, error);
  }
}

function unusable(path: string, cause: unknown): TercetError {
  const hint = 'Check that the folder exists, that you may write to it, and that the disk is not full.';
  return new TercetError('storage', `${path} cannot be used: ${whyOf(cause)}.`, { hint, cause });
}
