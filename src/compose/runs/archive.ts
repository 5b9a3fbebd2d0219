import { access } from 'node:fs/promises';
import path from 'node:path';
import { openStore } from '../../adapters/store/files.ts';
import type { RunStore } from '../../ports/store.ts';
import type { Folders } from '../folders.ts';
import { knownPlaces } from './moved.ts';

/** The runs of one repository, read without opening it. */
export interface Shelf {
  store: RunStore;
  repository: { root: string };
}

/** The runs of every repository of this person, for who has to find one without knowing where it was made. */
export interface Archive {
  shelves(): Promise<Shelf[]>;
  /** The shelf that holds the run with exactly this id; null when none does. */
  shelfOf(run: string): Promise<Shelf | null>;
  /** The runs kept under this key, also before there are any. */
  shelfAt(key: string, root: string): Shelf;
}

/** Reads nothing before it is asked. */
export function openArchive({ data }: Folders): Archive {
  const shelfAt = (key: string, root: string): Shelf => {
    return { store: openStore(path.join(data, 'repositories', key)), repository: { root } };
  };
  const shelves = async () => (await knownPlaces(data)).map(({ key, root }) => shelfAt(key, root));
  return {
    shelfAt,
    shelves,
    async shelfOf(run) {
      for (const shelf of await shelves()) {
        const found = await access(path.join(shelf.store.folder(run), 'run.json')).then(
          () => true,
          () => false,
        );
        if (found) return shelf;
      }
      return null;
    },
  };
}
