/** A process that appends: `node append.ts FOLDER RUN NAME COUNT`. */
import { openStore } from '../../../src/adapters/store/files.ts';

const [folder = '', run = '', name = '', count = '0'] = process.argv.slice(2);
const store = openStore(folder);
for (let seq = 1; seq <= Number(count); seq += 1) {
  const message = name.repeat(2_000);
  store.append({ v: 1, seq, run, at: '2026-11-22T10:00:00.000Z', type: 'warning.raised', code: name, message });
}
