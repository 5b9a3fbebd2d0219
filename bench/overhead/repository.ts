import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A booking service in 41 files of ordinary size, with a one-line bug: the last page of `paginate` is dropped. */
export const BUG = {
  path: 'src/lists/paginate.js',
  broken: 'Math.floor(items.length / size)',
  fixed: 'Math.ceil(items.length / size)',
};

export const REQUEST =
  'paginate drops the last page when it is not full: 5 items in pages of 2 give 2 pages instead of 3. Fix it.';

const ROOMS = ['bookings', 'guests', 'rooms', 'rates', 'invoices', 'mails', 'reports', 'lists', 'dates'];
const PARTS = ['store', 'check', 'format', 'parse'];

export function makeBenchRepository(): string {
  const root = mkdtempSync(path.join(tmpdir(), 'tercet-bench-'));
  for (const [file, text] of Object.entries(files())) {
    mkdirSync(path.join(root, path.dirname(file)), { recursive: true });
    writeFileSync(path.join(root, file), text);
  }
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=bench', '-c', 'user.email=bench@localhost', ...args], {
      cwd: root,
      stdio: 'ignore',
    });
  git('init', '-q');
  git('add', '-A');
  git('commit', '-qm', 'A booking service');
  return root;
}

function files(): Record<string, string> {
  const all: Record<string, string> = {
    'package.json': `${JSON.stringify({ name: 'bookings', private: true, type: 'module', scripts: { test: 'node --test' } }, null, 2)}\n`,
    'README.md':
      '# Bookings\n\nA small booking service: rooms, guests, rates, invoices. Run the tests with `npm test`.\n',
    [BUG.path]: `/** Splits a list into pages of a size; an empty list has no pages. */
export function paginate(items, size) {
  if (!Number.isInteger(size) || size < 1) throw new RangeError(\`bad page size \${size}\`);
  const count = ${BUG.broken};
  return Array.from({ length: count }, (_, page) => items.slice(page * size, (page + 1) * size));
}
`,
    'test/paginate.test.js': `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { paginate } from '../src/lists/paginate.js';

test('splits into full pages', () => {
  assert.deepEqual(paginate([1, 2, 3, 4], 2), [[1, 2], [3, 4]]);
});
`,
    'src/main.js': `${ROOMS.map((room) => `import { store${title(room)} } from './${room}/store.js';`).join('\n')}\n\nexport const stores = { ${ROOMS.map((room) => `store${title(room)}`).join(', ')} };\n`,
  };
  for (const room of ROOMS) for (const part of PARTS) all[`src/${room}/${part}.js`] = moduleText(room, part);
  return all;
}

function moduleText(room: string, part: string): string {
  const noun = title(room);
  const bodies = ['One', 'All', 'Latest', 'Expired', 'ByKey'].map(
    (kind, n) => `/** ${title(part)} ${kind.toLowerCase()} of the ${room}; unknown keys give null. */
export function ${part}${noun}${n === 0 ? '' : kind}(entries, key = '${kind.toLowerCase()}') {
  const found = entries.filter((entry) => entry.kind === '${room}' && entry.key !== undefined);
  if (found.length === 0) return null;
  const sorted = found.toSorted((a, b) => String(a.key).localeCompare(String(b.key)));
  return sorted.map((entry) => ({ ...entry, label: \`\${entry.key}:\${key}\`, order: ${n} }));
}
`,
  );
  return bodies.join('\n');
}

function title(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
