import { mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { bubblewrapCommands } from '../../src/adapters/commands/bubblewrap/index.ts';
import { LIMITS } from '../../src/adapters/commands/bubblewrap/limits.ts';
import { bubblewrap, cannotTry } from '../adapters/commands/bubblewrap-here.ts';
import { bench, running, uniqueSleep } from '../ports/commands.contract.ts';

const program = bubblewrap.program ?? '';
const path = process.env.PATH;
/** Beside the working tree, where nothing may be written; it is this test's own all the same. */
let outside: string;
beforeEach(() => {
  outside = realpathSync(mkdtempSync(join(tmpdir(), 'tercet-outside-')));
});
afterEach(() => rmSync(outside, { recursive: true, force: true }));

describe.skipIf(cannotTry('that nothing loosens the sandbox'))('a long command', () => {
  const { run } = bench(() => bubblewrapCommands({ program, path }));

  test.each([51, 500])('case 36: of %i subcommands is confined like any other', async (count) => {
    const chain = Array.from({ length: count }, (_, n) => `echo ${n}`).join(' && ');
    for (const separator of [';', '&&', '|']) {
      const { output } = await run(`${chain} ${separator} touch ${outside}/planted; echo end`);
      expect(output).toMatch(/(Read-only file system|No such file)[\s\S]*end\n$/);
    }
    expect(readdirSync(outside)).toEqual([]);
  });
});

describe.skipIf(cannotTry('that what a command starts and says is bounded'))(
  'a command that starts or says too much',
  () => {
    const limits = { ...LIMITS, processes: 8 };
    const here = bench(() => bubblewrapCommands({ program, path, limits }));
    const { run } = here;

    test('case 52: more processes than it may have are not started', async () => {
      const sleep = uniqueSleep(3);
      const { output } = await run(
        `for n in 1 2 3 4 5 6 7 8 9 10; do { touch $n; exec sleep ${sleep}; } & sleep 0.01; done; echo all`,
        { timeoutMs: 2000 },
      );
      expect(output).toMatch(/[Cc]annot fork|Resource temporarily unavailable/);
      const started = readdirSync(here.folder).length;
      expect(started).toBeGreaterThan(0);
      expect(started).toBeLessThan(limits.processes);
      expect(running(sleep)).toBe(0);
    });

    test('case 52: 200 KiB of output are cut to the 64 KiB that were asked for', async () => {
      const { output, exitCode } = await run('yes "a line of output" | head -c 200K; echo last', {
        maxOutputBytes: 64 * 1024,
      });
      expect(exitCode).toBe(0);
      expect(Buffer.byteLength(output)).toBeLessThanOrEqual(64 * 1024);
      expect(output).toMatch(/lines cut\] …[\s\S]*last\n$/);
    });

    test('case 52: a daemon in a session of its own is gone with the command', async () => {
      const sleep = uniqueSleep(3);
      const { exitCode } = await run(`setsid sleep ${sleep} >/dev/null 2>&1 </dev/null & sleep 0.2; true`);
      expect(exitCode).toBe(0);
      expect(running(sleep)).toBe(0);
    });
  },
);
