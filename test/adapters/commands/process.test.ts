import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { processCommands } from '../../../src/adapters/commands/process.ts';
import type { CommandOptions } from '../../../src/ports/commands.ts';

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'tercet-commands-')));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const commands = processCommands();
const run = (command: string, options: Partial<CommandOptions> = {}) =>
  commands.run(command, {
    cwd: folder,
    timeoutMs: 10_000,
    maxOutputBytes: 10_000,
    signal: new AbortController().signal,
    ...options,
  });
const alive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
};
const pids = (text: string) => text.match(/\d+/g)?.map(Number) ?? [];

describe('results', () => {
  test('exit code, output of both streams in order, time', async () => {
    const result = await run('echo one; echo two >&2; echo three; exit 3');
    expect(result).toEqual({ exitCode: 3, timedOut: false, ms: expect.any(Number), output: 'one\ntwo\nthree\n' });
    expect(commands.confinement).toBe('none');
  });

  test('a command that does not exist, a folder that does not exist', async () => {
    expect(await run('no-such-program')).toMatchObject({ exitCode: 127, output: expect.stringContaining('not found') });
    expect(await run('true', { cwd: join(folder, 'gone') })).toMatchObject({
      exitCode: 126,
      output: expect.stringContaining('Not run'),
    });
  });

  test('killed by a signal is null, without a timeout', async () => {
    expect(await run('kill -9 $$')).toMatchObject({ exitCode: null, timedOut: false });
  });

  test('standard input is closed', async () => {
    expect(await run('cat; echo done')).toMatchObject({ exitCode: 0, output: 'done\n' });
  });

  test('control sequences are stripped', async () => {
    const { output } = await run(
      "printf '\\033[31mred\\033[0m \\033]0;title\\007x 10%%\\r100%%\\r\\n\\007\\033[2Jend\\n'",
    );
    expect(output).toBe('100%\nend\n');
  });
});

describe('environment', () => {
  test('no keys, a home of its own that is gone afterwards', async () => {
    process.env.SECRET_API_KEY = 'sk-live-1234';
    try {
      const { output } = await run('env | sort; ls -A "$HOME"; touch "$HOME/x" "$TMPDIR/y"');
      const names = [...output.matchAll(/^([A-Za-z_]+)=/gm)].map(([, name]) => name);
      expect(names.filter((name) => !['PWD', 'OLDPWD', 'SHLVL', '_'].includes(name ?? '')).sort()).toEqual([
        'CI',
        'HOME',
        'LANG',
        'NO_COLOR',
        'PATH',
        'TERM',
        'TMPDIR',
        'npm_config_audit',
        'npm_config_fund',
        'npm_config_update_notifier',
      ]);
      expect(output).not.toContain('sk-live');
      const home = /^HOME=(.*)$/m.exec(output)?.[1] ?? '';
      expect(home).not.toBe(process.env.HOME);
      expect(existsSync(home)).toBe(false);
    } finally {
      delete process.env.SECRET_API_KEY;
    }
  });

  test('removing the home hits the throwaway one only', async () => {
    expect((await run('rm -rf ~/ && echo gone')).output).toBe('gone\n');
    expect(existsSync(process.env.HOME ?? '/')).toBe(true);
    expect((await run('chmod 000 ~; true')).exitCode).toBe(0);
  });

  test('binaries of the folder and of the folders above come first', async () => {
    for (const [where, says] of [
      ['work/node_modules/.bin', 'near'],
      ['node_modules/.bin', 'far'],
    ] as const) {
      mkdirSync(join(folder, where), { recursive: true });
      writeFileSync(join(folder, where, 'tool'), `#!/bin/sh\necho ${says}\n`, { mode: 0o755 });
      writeFileSync(join(folder, where, `only-${says}`), `#!/bin/sh\necho only ${says}\n`, { mode: 0o755 });
    }
    expect((await run('tool; only-far', { cwd: join(folder, 'work') })).output).toBe('near\nonly far\n');
  });

  test('a relative entry of PATH is not taken', async () => {
    writeFileSync(join(folder, 'ls'), '#!/bin/sh\necho evil\n', { mode: 0o755 });
    const own = processCommands({ path: `.:${process.env.PATH}` });
    const options = { cwd: folder, timeoutMs: 5000, maxOutputBytes: 1000, signal: new AbortController().signal };
    expect((await own.run('ls', options)).output).toBe('ls\n');
  });
});

describe('refused', () => {
  test.each([
    '',
    '  ',
    'true\nrm -rf x',
    'true\rfalse',
    'a\0b',
    'echo \u202eevil',
    'rm\u00a0-rf x',
    'echo \u200bx',
    'echo \ud800',
    'a\u2028b',
    'x\u001b[2J',
  ])('%j is not run', async (command) => {
    writeFileSync(join(folder, 'x'), 'still here');
    expect(await run(command)).toMatchObject({
      exitCode: 126,
      timedOut: false,
      output: expect.stringMatching(/^Not run: /),
    });
    expect(existsSync(join(folder, 'x'))).toBe(true);
  });

  test('other scripts and tabs are fine', async () => {
    expect((await run("echo 'größe 日本'\t😀")).output).toBe('größe 日本 😀\n');
  });
});

describe('ending', () => {
  test('the whole group goes at the deadline', async () => {
    const result = await run('sleep 60 & echo $!; sleep 60 & echo $!; wait', { timeoutMs: 300 });
    expect(result).toMatchObject({
      exitCode: null,
      timedOut: true,
      output: expect.stringContaining('[ended after 300 ms]'),
    });
    expect(result.ms).toBeLessThan(1500);
    for (const pid of pids(result.output).slice(0, 2)) expect(alive(pid)).toBe(false);
  });

  test('what ignores the first signal goes with the second', async () => {
    const result = await run("trap '' TERM; echo $$; while true; do sleep 0.1; done", { timeoutMs: 200 });
    expect(result).toMatchObject({ exitCode: null, timedOut: true });
    expect(result.ms).toBeGreaterThanOrEqual(2000);
    expect(alive(pids(result.output)[0] ?? 0)).toBe(false);
  });

  test('a program that tidies up at the first signal has the time to', async () => {
    const script =
      'process.on("SIGTERM",()=>setTimeout(()=>{require("fs").writeFileSync("tidy","");process.exit()},300));setInterval(()=>{},99);console.log("up")';
    const result = await run(`${process.execPath} -e '${script}'; true`, { timeoutMs: 800 });
    expect(result.timedOut).toBe(true);
    expect(existsSync(join(folder, 'tidy'))).toBe(true);
  });

  test('aborting ends it; aborted before, it never starts', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 100);
    const result = await run('echo $$; sleep 60', { signal: controller.signal });
    expect(result).toMatchObject({ exitCode: null, timedOut: false, output: expect.stringContaining('[cancelled]') });
    expect(result.ms).toBeLessThan(1500);
    expect(await run('touch started', { signal: controller.signal })).toMatchObject({ exitCode: null });
    expect(existsSync(join(folder, 'started'))).toBe(false);
  });

  test('what is left in the background does not hold the result, and goes', async () => {
    const result = await run('sleep 60 & echo $!; exit 0');
    expect(result).toMatchObject({ exitCode: 0, timedOut: false });
    expect(result.ms).toBeLessThan(1500);
    expect(alive(pids(result.output)[0] ?? 0)).toBe(false);
  });

  test('a daemon in a session of its own that holds the pipe does not hold the result', async () => {
    const result = await run('setsid sleep 3 & exit 0');
    expect(result.exitCode).toBe(0);
    expect(result.ms).toBeLessThan(1500);
  });

  test('the group goes when this process ends', async () => {
    const source = `
      import { processCommands } from ${JSON.stringify(new URL('../../../src/adapters/commands/process.ts', import.meta.url).href)};
      const options = { cwd: ${JSON.stringify(folder)}, timeoutMs: 60000, maxOutputBytes: 100, signal: new AbortController().signal };
      void processCommands().run('echo $$ > pid; echo $HOME > home; sleep 60; true', options);
      setTimeout(() => process.exit(0), 500);`;
    writeFileSync(join(folder, 'main.mjs'), source);
    const child = spawn(process.execPath, [join(folder, 'main.mjs')], { stdio: 'ignore' });
    await new Promise((resolve) => child.on('close', resolve));
    const pid = pids(readFileSync(join(folder, 'pid'), 'utf8'))[0] ?? 0;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(pid).toBeGreaterThan(0);
    expect(existsSync(readFileSync(join(folder, 'home'), 'utf8').trim())).toBe(false);
    expect(alive(pid)).toBe(false);
  });
});

describe('output', () => {
  test('endless output is bounded in memory and in the result', async () => {
    const before = process.memoryUsage().rss;
    const result = await run('echo first line; yes "some line of output"', { timeoutMs: 700, maxOutputBytes: 2000 });
    expect(result.timedOut).toBe(true);
    expect(Buffer.byteLength(result.output)).toBeLessThanOrEqual(2000);
    expect(result.output).toContain('lines cut');
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024);
  });

  test('a failure in the middle of long output survives', async () => {
    const { output } = await run(
      'seq 1 3000; echo "FAIL src/a.test.ts > adds"; echo "  expected 3 to be 4"; seq 3001 6000; echo "1 failed"',
      { maxOutputBytes: 1500 },
    );
    expect(output).toContain('FAIL src/a.test.ts > adds\n  expected 3 to be 4');
    expect(output).toContain('1 failed');
    expect(Buffer.byteLength(output)).toBeLessThanOrEqual(1500);
  });

  test('no temporary home is left behind', async () => {
    const count = () => readdirSync(tmpdir()).filter((name) => name.startsWith('tercet-home-')).length;
    const before = count();
    await Promise.all([run('true'), run('false'), run('sleep 9', { timeoutMs: 50 })]);
    expect(count()).toBeLessThanOrEqual(before);
  });
});
