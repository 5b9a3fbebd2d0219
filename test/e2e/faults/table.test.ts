import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

/** docs/faults.md says of each fault what happens, what it costs, and which test shows it. */
const DOCUMENT = readFileSync(new URL('../../../docs/faults.md', import.meta.url), 'utf8');

interface Row {
  fault: string;
  behaviour: string;
  charge: string;
  tests: string[];
}

const rows: Row[] = DOCUMENT.split('\n## ')
  .filter((section) => section.startsWith('Fault by fault'))
  .flatMap((section) => section.split('\n').filter((line) => /^\| (?!Fault \|)/.test(line)))
  .map((line) => {
    const [fault = '', behaviour = '', charge = '', shown = ''] = line
      .split(' | ')
      .map((cell) => cell.replace(/^\| | \|$/g, ''));
    return { fault, behaviour, charge, tests: [...shown.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name) };
  });

/** The names of the tests of this folder, as written. */
const names = readdirSync(import.meta.dirname)
  .filter((name) => name.endsWith('.test.ts') && name !== 'table.test.ts')
  .flatMap((name) => {
    const source = readFileSync(path.join(import.meta.dirname, name), 'utf8');
    return [...source.matchAll(/^\s*it\('([^']+)'/gm)].map(([, test = '']) => test);
  });

it('has a row for every fault, with a behaviour, a charge and a test', () => {
  expect(rows.length).toBeGreaterThanOrEqual(23);
  for (const row of rows) {
    expect(row.behaviour, row.fault).not.toBe('');
    expect(row.charge, row.fault).not.toBe('');
    expect(row.tests, row.fault).not.toEqual([]);
  }
});

it('names tests that exist, and leaves out none', () => {
  expect(new Set(names).size).toBe(names.length);
  const named = rows.flatMap(({ tests }) => tests);
  expect([...new Set(named)].toSorted()).toEqual(names.toSorted());
});
