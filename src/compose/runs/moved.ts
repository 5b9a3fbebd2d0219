import { readFileSync } from 'node:fs';
import { access, readdir } from 'node:fs/promises';
import path from 'node:path';
import { makeFolder, replaceFile } from '../../adapters/store/write.ts';
import { TercetError } from '../../contract/errors.ts';
import type { RunRecord } from '../../contract/outcome.ts';
import type { RunStore } from '../../ports/store.ts';
import type { Repository } from '../../ports/workspace.ts';

/** Where the repository of a data folder is: `repository.json` beside its runs. */
interface Place {
  root: string;
  gitFolder: string;
}

/** Runs looked at, newest first, to tell whether they were made in a repository. */
const RUNS_LOOKED_AT = 5;

/**
 * Under which key the runs of a repository are kept. It is made from the path of its git folder; where that has
 * changed, the runs whose repository is gone from where it was, and whose base commits are here, are its own.
 * A copy has runs of its own, because the original is still there.
 */
export async function findHome(
  data: string,
  repository: Repository,
): Promise<{ key: string; movedFrom: string | null }> {
  const { key, gitFolder } = repository;
  const adopted = await readJson<{ key: string }>(noteOf(data, key));
  for (const known of adopted === null ? [key] : [adopted.key, key]) {
    const place = await readPlace(data, known);
    if (place?.gitFolder === gitFolder) return { key: known, movedFrom: null };
  }
  // Its own key may be that of another one now, which stood here and was moved away.
  const mine = (await readPlace(data, key)) === null ? key : await freeKey(data, key, gitFolder);
  const there = mine === key && (await exists(path.join(folderOf(data, key), 'runs')));
  const moved = there ? null : await findMoved(data, repository);
  if (moved === null) return { key: mine, movedFrom: null };
  await writePlace(data, { ...repository, key: moved.key });
  await replaceFile(noteOf(data, key), `${JSON.stringify({ key: moved.key })}\n`);
  return { key: moved.key, movedFrom: moved.place.root };
}

/** Notes where the repository of these runs is. */
export async function writePlace(data: string, { key, root, gitFolder }: Repository): Promise<void> {
  if ((await readPlace(data, key))?.gitFolder === gitFolder) return;
  await makeFolder(folderOf(data, key));
  await replaceFile(path.join(folderOf(data, key), 'repository.json'), `${JSON.stringify({ root, gitFolder })}\n`);
}

/** The repositories that have runs, and where they are as far as is noted. */
export async function knownPlaces(data: string): Promise<{ key: string; root: string }[]> {
  const keys = await namesIn(path.join(data, 'repositories'));
  const places = await Promise.all(keys.map(async (key) => ({ key, root: (await readPlace(data, key))?.root })));
  return places.flatMap(({ key, root }) => (root === undefined ? [] : [{ key, root }]));
}

/** The same store, which says of a run it does not have to which other repository it belongs. */
export function sayWhere(store: RunStore, data: string): RunStore {
  return {
    ...store,
    get: async (id) => {
      try {
        return await store.get(id);
      } catch (error) {
        const absent = error instanceof TercetError && error.message.startsWith('No run is called');
        const found = absent ? await findElsewhere(data, id) : null;
        if (found === null) throw error;
        const gone = (await exists(found.root)) ? '' : ', which is no longer there';
        throw new TercetError('usage', `Run ${found.id} was made in another repository: ${found.root}${gone}.`, {
          hint: gone === '' ? `Go there: cd ${found.root}` : 'Go to where that repository was moved to.',
          cause: error,
        });
      }
    },
  };
}

async function findMoved(data: string, repository: Repository): Promise<{ key: string; place: Place } | null> {
  const found: { key: string; place: Place; newest: string }[] = [];
  for (const key of await namesIn(path.join(data, 'repositories'))) {
    const place = await readPlace(data, key);
    if (place === null || (await exists(place.gitFolder))) continue;
    const runs = await newestRuns(data, key);
    for (const { id, request } of runs) {
      const here = await repository.resolve(request.base).catch(() => null);
      if (here === null) continue;
      found.push({ key, place, newest: id });
      break;
    }
  }
  return found.sort((a, b) => (a.newest < b.newest ? 1 : -1))[0] ?? null;
}

async function findElsewhere(data: string, id: string): Promise<RunRecord | null> {
  for (const key of await namesIn(path.join(data, 'repositories'))) {
    for (const run of await namesIn(path.join(folderOf(data, key), 'runs'))) {
      if (run.startsWith(id)) return readJson<RunRecord>(path.join(folderOf(data, key), 'runs', run, 'run.json'));
    }
  }
  return null;
}

async function newestRuns(data: string, key: string): Promise<RunRecord[]> {
  const folder = path.join(folderOf(data, key), 'runs');
  const names = (await namesIn(folder)).sort().reverse().slice(0, RUNS_LOOKED_AT);
  const records = await Promise.all(names.map((name) => readJson<RunRecord>(path.join(folder, name, 'run.json'))));
  return records.filter((record) => typeof record?.request?.base === 'string') as RunRecord[];
}

async function freeKey(data: string, key: string, gitFolder: string): Promise<string> {
  for (let count = 2; ; count++) {
    const place = await readPlace(data, `${key}-${count}`);
    if (place === null || place.gitFolder === gitFolder) return `${key}-${count}`;
  }
}

const folderOf = (data: string, key: string): string => path.join(data, 'repositories', key);
/** Beside the folders: under which other key the runs of a repository are kept. */
const noteOf = (data: string, key: string): string => `${folderOf(data, key)}.json`;

function readPlace(data: string, key: string): Promise<Place | null> {
  return readJson<Place>(path.join(folderOf(data, key), 'repository.json'));
}

/** null when there is no such file or it is damaged: these notes only help to find runs, which are whole without them. */
async function readJson<T>(file: string): Promise<T | null> {
  try {
    // Notes of a line, on the way to the first call: the thread pool would take longer than the disk.
    return JSON.parse(readFileSync(file, 'utf8')) as T;
  } catch {
    return null;
  }
}

async function namesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).map(({ name }) => name);
}

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
