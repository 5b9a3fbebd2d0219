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
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { CommandOptions, CommandResult, Commands } from '../../src/ports/commands.ts';

/** A folder for commands to run in, made anew for each test, and a short way to run one there. */
export interface Bench {
  /** Its own working tree; links in its path are resolved. */
  readonly folder: string;
  run(command: string, options?: Partial<CommandOptions>): Promise<CommandResult>;
}

export function bench(commands: () => Commands): Bench {
  let folder = '';
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'tercet-commands-')));
  });
  afterEach(() => {
    if (folder !== '') rmSync(folder, { recursive: true, force: true });
  });
  return {
    get folder() {
      return folder;
    },
    run: (command, options = {}) =>
      commands().run(command, {
        cwd: folder,
        timeoutMs: 10_000,
        maxOutputBytes: 10_000,
        signal: new AbortController().signal,
        ...options,
      }),
  };
}

let markers = 0;

/**
 * A number of seconds no other process sleeps, so that one that does is found among all of the machine. About a minute
 * unless told: where an adapter fails to end it, it ends by itself.
 */
export function uniqueSleep(seconds = 60): string {
  markers += 1;
  return `${seconds}.${process.pid}${markers}${Math.floor(Math.random() * 1e6)}`;
}

/** How many live processes of this machine have `marker` as an argument. */
export function running(marker: string): number {
  return readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      return readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0').includes(marker);
    } catch {
      return false;
    }
  }).length;
}

/** What every adapter of `ports/commands` keeps. `make` gets a PATH in place of the process's own. */
export function commandsContract(make: (path?: string) => Commands | Promise<Commands>): void {
  let commands: Commands;
  beforeAll(async () => {
    commands = await make();
  });
  const here = bench(() => commands);
  const { run } = here;

  describe('results', () => {
    test('exit code, output of both streams in order, time', async () => {
      const result = await run('echo one; echo two >&2; echo three; exit 3');
      expect(result).toEqual({ exitCode: 3, timedOut: false, ms: expect.any(Number), output: 'one\ntwo\nthree\n' });
    });

    test('a command that does not exist, a folder that does not exist', async () => {
      const absent = await run('no-such-program');
      expect(absent).toMatchObject({ exitCode: 127, output: expect.stringContaining('not found') });
      expect(await run('true', { cwd: join(here.folder, 'gone') })).toMatchObject({
        exitCode: 126,
        output: expect.stringContaining('Not run'),
      });
    });

    test('killed by a signal is null or 128 and its number, without a timeout', async () => {
      const { exitCode, timedOut } = await run('kill -9 $$');
      expect([null, 137]).toContain(exitCode);
      expect(timedOut).toBe(false);
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

    test('what it writes in the folder stays', async () => {
      expect(await run('mkdir out && echo built > out/file && chmod +x out/file')).toMatchObject({ exitCode: 0 });
      expect(readFileSync(join(here.folder, 'out', 'file'), 'utf8')).toBe('built\n');
    });

    test('several at once do not meet', async () => {
      const results = await Promise.all([1, 2, 3, 4].map((n) => run(`echo ${n} > $HOME/n; sleep 0.1; cat $HOME/n`)));
      expect(results.map(({ output }) => output)).toEqual(['1\n', '2\n', '3\n', '4\n']);
    });
  });

  describe('environment', () => {
    beforeAll(() => {
      process.env.SECRET_API_KEY = 'sk-live-1234';
    });
    afterAll(() => {
      delete process.env.SECRET_API_KEY;
    });

    test('case 39: "print the environment" finds no key', async () => {
      const { output } = await run('env | sort; set; export -p');
      const names = [...(await run('env')).output.matchAll(/^([A-Za-z_]+)=/gm)].map(([, name]) => name ?? '');
      expect(names.filter((name) => !['PWD', 'OLDPWD', 'SHLVL', '_'].includes(name)).sort()).toEqual([
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
    });

    test('case 37: built-ins of the shell gain nothing', async () => {
      const { output } = await run(
        'typeset -p 2>/dev/null; printenv SECRET_API_KEY; eval "echo $SECRET_API_KEY"; trap',
      );
      expect(output).not.toContain('sk-live');
    });

    test('a home and a temporary folder of its own that are gone afterwards', async () => {
      const { output } = await run('ls -A "$HOME" "$TMPDIR"; touch "$HOME/x" "$TMPDIR/y" && echo "home $HOME"');
      const home = /^home (.*)$/m.exec(output)?.[1] ?? '';
      expect(home).not.toBe(process.env.HOME);
      expect(home).not.toBe('');
      expect(existsSync(home)).toBe(false);
      expect((await run('ls -A "$HOME" "$TMPDIR" | grep -c "^[xy]$"')).output).toBe('0\n');
    });

    test('case 10: the home that a command may remove is a throwaway one, empty and made for it', async () => {
      const real = process.env.HOME ?? '/';
      // Looked at, not tried: a test that removes its home removes the developer's on the day the defence fails.
      const { output } = await run('touch ~/mine && echo "$HOME" && cd ~ && pwd && ls -A');
      const [home, resolved, ...files] = output.trim().split('\n');
      expect(files.filter((name) => name !== 'tmp')).toEqual(['mine']);
      expect([real, realpathSync(real)]).not.toContain(resolved);
      expect(home).not.toBe(real);
      expect((await run('ls -A ~')).output).not.toContain('mine');
    });

    test('binaries of the folder and of the folders above come first', async () => {
      for (const [where, says] of [
        ['work/node_modules/.bin', 'near'],
        ['node_modules/.bin', 'far'],
      ] as const) {
        mkdirSync(join(here.folder, where), { recursive: true });
        writeFileSync(join(here.folder, where, 'tool'), `#!/bin/sh\necho ${says}\n`, { mode: 0o755 });
        writeFileSync(join(here.folder, where, `only-${says}`), `#!/bin/sh\necho only ${says}\n`, { mode: 0o755 });
      }
      expect((await run('tool; only-far', { cwd: join(here.folder, 'work') })).output).toBe('near\nonly far\n');
    });

    test('a relative entry of PATH is not taken', async () => {
      writeFileSync(join(here.folder, 'ls'), '#!/bin/sh\necho evil\n', { mode: 0o755 });
      const own = await make(`.:${process.env.PATH}`);
      const options = { cwd: here.folder, timeoutMs: 5000, maxOutputBytes: 1000, signal: new AbortController().signal };
      expect((await own.run('ls', options)).output).toBe('ls\n');
    });
  });

  describe('refused', () => {
    test.each([
      '',
      '  ',
      'true\ntouch x',
      'true\rfalse',
      'a\0b',
      'echo \u202eevil',
      'touch\u00a0x',
      'echo \u200bx',
      'echo \ud800',
      'a\u2028b',
      'x\u001b[2J',
    ])('case 38: %j is not run', async (command) => {
      expect(await run(command)).toMatchObject({
        exitCode: 126,
        timedOut: false,
        output: expect.stringMatching(/^Not run: /),
      });
      expect(readdirSync(here.folder)).toEqual([]);
    });

    test('other scripts and tabs are fine', async () => {
      expect((await run("echo 'größe 日本'\t😀")).output).toBe('größe 日本 😀\n');
    });
  });

  describe('ending', () => {
    test('everything goes at the deadline, and what was said until then stays', async () => {
      const sleep = uniqueSleep();
      const result = await run(`echo up; sleep ${sleep} & sleep ${sleep} & wait`, { timeoutMs: 500 });
      expect(result).toMatchObject({ exitCode: null, timedOut: true, output: 'up\n\n[ended after 500 ms]' });
      expect(result.ms).toBeLessThan(15_000);
      expect(running(sleep)).toBe(0);
    });

    test('what ignores the first signal goes all the same', async () => {
      const sleep = uniqueSleep();
      const result = await run(
        `trap '' TERM INT HUP; (trap '' TERM; sleep ${sleep}) & while true; do sleep 0.1; done`,
        {
          timeoutMs: 200,
        },
      );
      expect(result).toMatchObject({ exitCode: null, timedOut: true });
      expect(running(sleep)).toBe(0);
    });

    test('aborting ends it; aborted before, it never starts', async () => {
      const sleep = uniqueSleep();
      const controller = new AbortController();
      setTimeout(() => controller.abort(), 300);
      const result = await run(`sleep ${sleep}; true`, { signal: controller.signal });
      expect(result).toMatchObject({ exitCode: null, timedOut: false, output: expect.stringContaining('[cancelled]') });
      expect(running(sleep)).toBe(0);
      expect(await run('touch started', { signal: controller.signal })).toMatchObject({ exitCode: null });
      expect(existsSync(join(here.folder, 'started'))).toBe(false);
    });

    test('what is left in the background does not hold the result, and goes', async () => {
      const sleep = uniqueSleep();
      const result = await run(`sleep ${sleep} & exit 0`);
      expect(result).toMatchObject({ exitCode: 0, timedOut: false });
      expect(result.ms).toBeLessThan(15_000);
      expect(running(sleep)).toBe(0);
    });

    test('a daemon in a session of its own that holds the output does not hold the result', async () => {
      const result = await run('setsid sleep 3 & exit 0');
      expect(result.exitCode).toBe(0);
      expect(result.ms).toBeLessThan(15_000);
    });
  });

  describe('output', () => {
    test('case 52: output beyond the bound is cut in the result', async () => {
      const command = 'echo first line; yes "some line of output" | head -c 200K; echo last line';
      const result = await run(command, { maxOutputBytes: 2000 });
      expect(Buffer.byteLength(result.output)).toBeLessThanOrEqual(2000);
      expect(result.output).toContain('lines cut');
      expect(result.output).toMatch(/last line\n$/);
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
  });
}
