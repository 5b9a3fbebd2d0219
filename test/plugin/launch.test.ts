import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';

const PLUGIN = fileURLToPath(new URL('../../plugin', import.meta.url));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'tercet-launch-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A folder of commands that holds what the launcher uses, and these besides. */
function commands(scripts: Record<string, string>): string {
  const bin = path.join(folder, 'path of commands');
  mkdirSync(bin);
  for (const name of ['dirname', 'sh', 'node'])
    symlinkSync(
      execFileSync('/bin/sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim(),
      path.join(bin, name),
    );
  for (const [name, text] of Object.entries(scripts)) {
    writeFileSync(path.join(bin, name), `#!/bin/sh\n${text}\n`);
    chmodSync(path.join(bin, name), 0o755);
  }
  return bin;
}

function launch(plugin: string, bin: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync('/bin/sh', [path.join(plugin, 'launch.sh'), ...args], {
    env: { PATH: bin },
    encoding: 'utf8',
    input: '',
  });
  return { status, stdout, stderr };
}

/** The plugin where a host keeps its copy: nothing of the package is beside it. */
function copied(): string {
  const plugin = path.join(folder, 'a copy', 'plugin');
  cpSync(PLUGIN, plugin, { recursive: true });
  return plugin;
}

it('becomes the tercet it came with, where that is built', () => {
  const bin = commands({ tercet: 'echo the one on the PATH' });
  const plugin = copied();
  const clone = path.dirname(plugin);
  mkdirSync(path.join(clone, 'bin'));
  writeFileSync(path.join(clone, 'bin', 'tercet.js'), 'console.log("its own", process.argv.slice(2).join(" "));');
  expect(launch(plugin, bin, 'mcp').stdout).toBe('the one on the PATH\n');
  mkdirSync(path.join(clone, 'dist'));
  writeFileSync(path.join(clone, 'dist', 'cli.js'), '');
  expect(launch(plugin, bin, 'mcp', '--budget', '1 2')).toEqual({
    status: 0,
    stdout: 'its own mcp --budget 1 2\n',
    stderr: '',
  });
});

it('becomes the tercet on the PATH, with its exit code, in a copy', () => {
  const bin = commands({ tercet: 'echo "$@"; exit 7' });
  expect(launch(copied(), bin, 'mcp')).toEqual({ status: 7, stdout: 'mcp\n', stderr: '' });
});

it('lets no exit code of a hook hold the host', () => {
  const bin = commands({ tercet: 'echo "{}"; echo unknown command >&2; exit 2' });
  expect(launch(copied(), bin, 'hook', 'stop')).toMatchObject({ status: 0, stdout: '{}\n' });
});

it('says once that tercet is missing, and what to do', () => {
  const bin = commands({});
  const plugin = copied();
  const server = launch(plugin, bin, 'mcp');
  expect(server.status).toBe(127);
  expect(server.stderr).toContain('on the PATH');
  const start = launch(plugin, bin, 'hook', 'session-start');
  expect(start.status).toBe(0);
  expect(JSON.parse(start.stdout)).toEqual({ systemMessage: expect.stringContaining('tercet was not found') });
  expect(launch(plugin, bin, 'hook', 'stop')).toEqual({ status: 0, stdout: '', stderr: '' });
});
