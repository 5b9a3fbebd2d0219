import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bubblewrapCommands } from '../../../src/adapters/commands/bubblewrap/index.ts';
import { cannotTry } from './bubblewrap-here.ts';

const path = process.env.PATH;

describe.skipIf(cannotTry('that a sandbox which fails is no reason to go without'))('no way around', () => {
  const broken = (message: string) => {
    const folder = mkdtempSync(join(tmpdir(), 'tercet-broken-'));
    writeFileSync(join(folder, 'bwrap'), `#!/bin/sh\n${message}\n`, { mode: 0o755 });
    return folder;
  };
  const options = (cwd: string) => ({
    cwd,
    timeoutMs: 9000,
    maxOutputBytes: 900,
    signal: new AbortController().signal,
  });

  test('case 36: a sandbox that does not start is no reason to run without: 126', async () => {
    const folder = broken('echo "bwrap: No permissions to create new namespace" >&2; exit 1');
    try {
      const commands = bubblewrapCommands({ program: join(folder, 'bwrap'), path });
      expect(await commands.run(`touch ${folder}/ran`, options(folder))).toMatchObject({
        exitCode: 126,
        output: 'Not run: the sandbox did not start: bwrap: No permissions to create new namespace',
      });
      rmSync(join(folder, 'bwrap'));
      expect(await commands.run(`touch ${folder}/ran`, options(folder))).toMatchObject({ exitCode: 126 });
      expect(existsSync(join(folder, 'ran'))).toBe(false);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test('one that ends well without having started anything is not believed', async () => {
    const folder = broken('exit 0');
    try {
      const commands = bubblewrapCommands({ program: join(folder, 'bwrap'), path });
      expect((await commands.run('true', options(folder))).exitCode).not.toBe(0);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
