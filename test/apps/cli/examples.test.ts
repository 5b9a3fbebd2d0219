import { readdirSync, readFileSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { splitCommand } from '../../../src/adapters/person/split-command.ts';
import { buildProgram } from '../../../src/apps/cli/program.ts';

/** Every `$ tercet …` in a help text is a line that Tercet itself can read. */
const folder = new URL('../../golden/help/', import.meta.url);
const examples = readdirSync(folder).flatMap((file) =>
  readFileSync(new URL(file, folder), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('  $ '))
    .map((line) => ({ file, line: line.slice(4) })),
);

/** The calls of tercet in a line of shell: between `&&` and `|`, before `>` and `#`. */
function callsIn(line: string): string[][] {
  return line
    .replace(/\s+# .*$/, '')
    .split(/\s(?:&&|\|)\s/)
    .map((part) => splitCommand(part.replace(/\s>\s.*$/, '')))
    .filter(([program]) => program === 'tercet')
    .map(([, ...args]) => args);
}

function chosenBy(args: readonly string[]): boolean {
  let chosen = false;
  const stream = new PassThrough();
  const io = { stdin: stream, stdout: stream, stderr: stream, env: {}, cwd: '.' };
  const program = buildProgram(
    io,
    () => '0',
    () => {
      chosen = true;
    },
  );
  program.parse(args, { from: 'user' });
  return chosen;
}

test('every help text has an example', () => {
  expect(new Set(examples.map(({ file }) => file)).size).toBe(readdirSync(folder).length);
});

test.each(examples)('$file: $line', ({ line }) => {
  const calls = callsIn(line);
  expect(calls.length).toBeGreaterThan(0);
  for (const args of calls) expect(chosenBy(args), args.join(' ')).toBe(true);
});

test('a wrong example would be seen', () => {
  expect(() => chosenBy(['run', '--no-such-option', 'x'])).toThrow('unknown option');
  expect(callsIn('git diff main | tercet review --diff - > out.txt # why')).toEqual([['review', '--diff', '-']]);
});
