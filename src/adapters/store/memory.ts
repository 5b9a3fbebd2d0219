import { TercetError } from '../../contract/errors.ts';
import type { RecordedEvent } from '../../contract/event.ts';
import type { RunRecord } from '../../contract/outcome.ts';
import type { RunStore } from '../../ports/store.ts';

/** A store that ends with the process and writes nothing; what it calls a folder is only a name. */
export function openMemoryStore(): RunStore {
  const records = new Map<string, RunRecord>();
  const files = new Map<string, string>();
  const events: RecordedEvent[] = [];
  return {
    save: async (record) => void records.set(record.id, record),
    get: async (id) => {
      const record = records.get(id);
      if (record === undefined) throw new TercetError('usage', `No run is called ${id}.`);
      return record;
    },
    list: async () => [...records.values()].reverse(),
    write: async (run, name, text) => {
      files.set(`${run}/${name}`, text);
      return `${run}/${name}`;
    },
    read: async (run, name) => files.get(`${run}/${name}`) ?? null,
    append: (event) => void events.push(event),
    events: async (run) => events.filter((event) => event.run === run),
    own: async () => ({ release: () => {} }),
    ownerOf: async () => null,
    remove: async (run) => void records.delete(run),
    folder: (run) => run,
  };
}
