import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { buildProgram } from '../../src/apps/cli/program.ts';
import { makeHome, tercet } from '../support/cli.ts';
import { inProcess } from '../support/in-process.ts';

/** The help a person reads. `npm run golden` updates the files. */
const io = { stdin: process.stdin, stdout: process.stdout, stderr: process.stderr, env: {}, cwd: '.' };
const program = buildProgram(
  io,
  () => '0',
  () => {},
);
const COMMANDS = program.commands.map((command) => command.name());

test('there are commands to look at', () => expect(COMMANDS.length).toBeGreaterThan(10));

test.each(['', ...COMMANDS])('tercet %s --help', async (command) => {
  const { code, stdout, stderr } = await inProcess(command === '' ? ['--help'] : [command, '--help']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout.split('\n').filter((line) => line.length > 100)).toEqual([]);
  await expect(stdout).toMatchFileSnapshot(`help/${command === '' ? 'tercet' : command}.txt`);
});

test.each(COMMANDS)('tercet help %s says the same as its --help', async (command) => {
  expect(await inProcess(['help', command])).toEqual(await inProcess([command, '--help']));
});

test('what is shipped says the same', async () => {
  await using home = await makeHome(null);
  for (const args of [['--help'], ['review', '--help']]) {
    const { code, stdout, stderr } = await tercet(args, { cwd: tmpdir(), home });
    expect({ code, stdout, stderr }).toEqual(await inProcess(args));
  }
});
