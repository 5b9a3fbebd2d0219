import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { processCommands } from '../../../src/adapters/commands/process.ts';
import { bench, commandsContract, running, uniqueSleep } from '../../ports/commands.contract.ts';

describe('the port', () => {
  commandsContract((path) => processCommands({ path }));
});

const commands = processCommands();
const here = bench(() => commands);
const { run } = here;

test('says that nothing confines a command', () => {
  expect(commands.confinement).toBe('none');
});

test('what ignores the first signal has two seconds', async () => {
  const result = await run("trap '' TERM; while true; do sleep 0.1; done", { timeoutMs: 200 });
  expect(result.ms).toBeGreaterThanOrEqual(2000);
});

test('a program that tidies up at the first signal has the time to', async () => {
  const result = await run("trap 'sleep 0.3; touch tidy; exit' TERM; while true; do sleep 0.05; done", {
    timeoutMs: 500,
  });
  expect(result.timedOut).toBe(true);
  expect(existsSync(join(here.folder, 'tidy'))).toBe(true);
});

test('the group and its home go when this process ends', async () => {
  const sleep = uniqueSleep();
  const source = `
    import { processCommands } from ${JSON.stringify(new URL('../../../src/adapters/commands/process.ts', import.meta.url).href)};
    const options = { cwd: ${JSON.stringify(here.folder)}, timeoutMs: 60000, maxOutputBytes: 100, signal: new AbortController().signal };
    void processCommands().run('echo $HOME > home; sleep ${sleep}; true', options);
    setTimeout(() => process.exit(0), 500);`;
  writeFileSync(join(here.folder, 'main.mjs'), source);
  const child = spawn(process.execPath, [join(here.folder, 'main.mjs')], { stdio: 'ignore' });
  await new Promise((resolve) => child.on('close', resolve));
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(existsSync(readFileSync(join(here.folder, 'home'), 'utf8').trim())).toBe(false);
  expect(running(sleep)).toBe(0);
});

test('no temporary home is left behind', async () => {
  const command = `echo $HOME >> ${join(here.folder, 'homes')}`;
  await Promise.all([
    run(command),
    run(`${command}; chmod 000 "$HOME"; false`),
    run(`${command}; sleep 9`, { timeoutMs: 300 }),
  ]);
  const homes = readFileSync(join(here.folder, 'homes'), 'utf8').trim().split('\n');
  expect(homes).toHaveLength(3);
  expect(homes.filter((home) => existsSync(home))).toEqual([]);
});
