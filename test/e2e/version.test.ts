import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { makeHome, tercet } from '../support/cli.ts';

test('says its version', async () => {
  await using home = await makeHome(null);
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  expect(await tercet(['--version'], { cwd: home.folder, home })).toMatchObject({
    code: 0,
    stdout: `${version}\n`,
    stderr: '',
  });
});

test('a clone that was not built says what to run', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'tercet-test-unbuilt-'));
  try {
    mkdirSync(path.join(folder, 'bin'));
    copyFileSync(fileURLToPath(new URL('../../bin/tercet.js', import.meta.url)), path.join(folder, 'bin', 'tercet.js'));
    const ran = spawnSync(process.execPath, [path.join(folder, 'bin', 'tercet.js'), '--help'], { encoding: 'utf8' });
    expect([ran.status, ran.stdout]).toEqual([2, '']);
    expect(ran.stderr).toBe('tercet is not built here.\n  In a clone, run: npm ci && npm run build\n');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
