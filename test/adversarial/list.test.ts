import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const RECORD = 'docs/decisions/0102-adversarial-cases.md';
const CASES = 55;

interface Row {
  number: number;
  files: string[];
  /** What holds it, or why it cannot apply yet. */
  reason: string;
  change: string;
}

const rows = readFileSync(path.join(ROOT, RECORD), 'utf8')
  .split('\n')
  .flatMap((line): Row[] => {
    const [, number = '', , tests = '', reason = '', change = ''] = line.split('|').map((cell) => cell.trim());
    if (!/^\d+$/.test(number)) return [];
    return [
      { number: Number(number), files: [...tests.matchAll(/`([^`]+)`/g)].map(([, file = '']) => file), reason, change },
    ];
  });

/** Numbers of cases in the titles of a file's tests: `'case 27: …'`, `'cases 9, 17: …'`. */
function numbersIn(text: string): number[] {
  const titles = text.matchAll(/['"`]cases? (\d+(?:, \d+)*): /g);
  return [...titles].flatMap(([, numbers = '']) => numbers.split(', ').map(Number));
}

const tested = readdirSync(path.join(ROOT, 'test'), { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.(test|contract)\.ts$/.test(name) && path.basename(name) !== 'list.test.ts')
  .flatMap((name) => {
    const numbers = numbersIn(readFileSync(path.join(ROOT, 'test', name), 'utf8'));
    return [...new Set(numbers)].map((number) => `${number} test/${name.replaceAll(path.sep, '/')}`);
  });

test('every case from 1 to 55 has one line in the decision record', () => {
  expect(rows.map(({ number }) => number)).toEqual(Array.from({ length: CASES }, (_, index) => index + 1));
});

test('every case has the tests its line names, and every numbered test is named there', () => {
  const named = rows.flatMap(({ number, files }) => files.map((file) => `${number} ${file}`));
  expect(tested.toSorted()).toEqual(named.toSorted());
});

test('a case with tests says what they fail without; one without says why it cannot apply yet', () => {
  for (const { number, files, reason, change } of rows) {
    if (files.length > 0) expect(change.length, `case ${number}`).toBeGreaterThan(8);
    else expect(reason, `case ${number}`).toMatch(/^cannot apply yet: .{20}/);
  }
  expect(rows.filter(({ files }) => files.length === 0).map(({ number }) => number)).toEqual([54]);
});

test('titles are read as they are written', () => {
  expect(numbersIn("test('case 27: x', …); test('cases 9, 17: y'); test('in case 3: z'); test('case: 4')")).toEqual([
    27, 9, 17,
  ]);
});
