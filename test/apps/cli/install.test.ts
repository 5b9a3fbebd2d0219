import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeHome, tercet } from '../../support/cli.ts';
import { tercetInside } from '../../support/cli-inside.ts';

let home = '';
beforeEach(() => {
  home = realpathSync(mkdtempSync(path.join(tmpdir(), 'tercet-test-install-')));
  mkdirSync(path.join(home, 'bin'));
  for (const program of ['tercet', 'codex', 'gemini']) {
    writeFileSync(path.join(home, 'bin', program), '#!/bin/sh\n');
    chmodSync(path.join(home, 'bin', program), 0o755);
  }
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

type Typed = readonly (readonly [string, string])[];
const install = (args: string[], typed?: Typed, env: Record<string, string> = {}) =>
  tercetInside(['install', ...args], {
    cwd: home,
    env: { HOME: home, PATH: path.join(home, 'bin'), TERCET_HOME: path.join(home, '.tercet'), ...env },
    ...(typed === undefined ? {} : { typed }),
  });
const put = (name: string, text: string) => {
  mkdirSync(path.dirname(path.join(home, name)), { recursive: true });
  writeFileSync(path.join(home, name), text);
};
const read = (name: string) => readFileSync(path.join(home, name), 'utf8');
const shown = (text: string) => text.replaceAll(home, '/home/ada');
const YES: Typed = [['[n]o > ', 'y\r']];
const NO: Typed = [['[n]o > ', 'n\r']];

const CODEX = '.codex/config.toml';
const BEFORE = '# mine\nmodel = "gpt-6.1-sol"\n\n[mcp_servers.other]\ncommand = "other"\n';
const GEMINI = '.gemini/settings.json';
/** What looks like a key in somebody else's entry; put together here, so that no scanner takes it for one. */
const TOKEN = ['sk', 'ant', 'api03', '0123456789abcdef'.repeat(3)].join('-');
const SETTINGS = `{\n  "theme": "dark", // at night\n  "mcpServers": {\n    "other": { "env": { "TOKEN": "${TOKEN}" } }\n  }\n}\n`;

describe('install', () => {
  test('golden: lists the tools that are here, and whether Tercet is set up', async () => {
    put(CODEX, BEFORE);
    mkdirSync(path.join(home, '.cursor'));
    await install(['codex', '--yes']);
    put('.config/opencode/opencode.json', '{ broken');
    const { code, stdout } = await install([]);
    expect(code).toBe(0);
    await expect(shown(stdout)).toMatchFileSnapshot('../../golden/output/install-list.txt');
  });

  test('golden: shows the exact change, asks, sets up; and the same back', async () => {
    put(CODEX, BEFORE);
    put(GEMINI, SETTINGS);
    const told: string[] = [];
    for (const args of [['codex'], ['codex', '--undo'], ['gemini'], ['gemini', '--undo'], ['cursor']]) {
      const { code, stdout, stderr } = await install(args, YES);
      expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining('[y]es, [n]o > ') });
      told.push(`$ tercet install ${args.join(' ')}\n${shown(stdout)}`);
    }
    await expect(told.join('\n')).toMatchFileSnapshot('../../golden/output/install.txt');
    expect(told.join('\n')).not.toContain('0123456789abcdef');
    expect([read(CODEX), read(GEMINI)]).toEqual([BEFORE, SETTINGS]);
    expect(JSON.parse(read('.cursor/mcp.json')).mcpServers.tercet).toEqual({ command: 'tercet', args: ['mcp'] });
  });

  test('touches nothing when the person says no, without a terminal, or to only look', async () => {
    put(CODEX, BEFORE);
    const no = await install(['codex'], NO);
    expect([no.code, no.stderr]).toEqual([130, expect.stringContaining('Nothing was changed.')]);
    const nobody = await install(['codex']);
    expect([nobody.code, nobody.stderr]).toEqual([2, expect.stringContaining('there is no terminal to ask at')]);
    const dry = await install(['codex', '--dry-run']);
    expect([dry.code, dry.stdout]).toEqual([0, expect.stringContaining('+ [mcp_servers.tercet]')]);
    expect(dry.stdout).toContain('Nothing was written.');
    expect(read(CODEX)).toBe(BEFORE);
    expect(existsSync(path.join(home, '.tercet'))).toBe(false);
  });

  test('twice is once; undone twice is undone once', async () => {
    expect((await install(['cursor', '--yes'])).code).toBe(0);
    const text = read('.cursor/mcp.json');
    const again = await install(['cursor', '--yes']);
    expect([again.code, again.stdout]).toEqual([0, 'Tercet is set up in Cursor already.\n']);
    expect(read('.cursor/mcp.json')).toBe(text);
    expect((await install(['cursor', '--undo', '--yes'])).code).toBe(0);
    expect(existsSync(path.join(home, '.cursor'))).toBe(false);
    const undone = await install(['cursor', '--undo']);
    expect([undone.code, undone.stdout]).toEqual([0, 'Tercet was not installed in Cursor; nothing to undo.\n']);
  });

  test('--json: one object on stdout, the change on stderr', async () => {
    const { stdout, stderr, json } = await install(['vscode', '--yes', '--json']);
    expect(stdout.trimEnd()).not.toContain('\n');
    expect(json()).toMatchObject({
      host: 'vscode',
      state: 'installed',
      notes: [],
      diff: expect.stringContaining('+   "servers": {'),
    });
    expect(stderr).toContain('mcp.json (new)');
    const { hosts } = (await install(['--json'])).json() as { hosts: { host: string; state: string }[] };
    expect(hosts.find(({ host }) => host === 'vscode')).toMatchObject({ state: 'installed', found: true });
  });

  test.each<[string, () => void, string[], string]>([
    ['a host nobody knows', () => {}, ['emacs', '--yes'], 'There is no host "emacs".'],
    ['no host to undo', () => {}, ['--undo'], 'Say which host.'],
    [
      'settings that are a link',
      () => symlinkSync(path.join(home, 'x'), path.join(home, '.gemini')),
      ['gemini', '--yes'],
      'cannot be',
    ],
    [
      'settings that are broken',
      () => put(CODEX, 'a = '),
      ['codex', '--yes'],
      'was not changed: line 1 is not valid TOML',
    ],
    [
      'an entry of somebody else',
      () => put('.cursor/mcp.json', '{"mcpServers":{"tercet":{}}}'),
      ['cursor', '--yes'],
      'has `mcpServers.tercet` already',
    ],
  ])('refuses %s with what to do, and changes nothing', async (_, make, args, message) => {
    make();
    const { code, stderr } = await install(args);
    expect(code).not.toBe(0);
    expect(stderr).toContain(message);
    expect(stderr.trimEnd().split('\n').length).toBeGreaterThan(1);
    const installs = path.join(home, '.tercet', 'data', 'installs');
    expect(existsSync(installs) ? readdirSync(installs) : []).toEqual([]);
  });

  test.each(['cursor', 'codex'])('as built: into %s and out again', async (host) => {
    await using own = await makeHome(null);
    const run = (...args: string[]) => tercet(['install', host, '--yes', '--json', ...args], { cwd: home, home: own });
    const done = await run();
    expect(done.json(), done.stderr).toMatchObject({ state: 'installed' });
    expect((await run('--undo')).json()).toMatchObject({ state: 'undone' });
    expect(existsSync(path.join(own.folder, `.${host}`))).toBe(false);
  });

  test('without tercet on PATH the server is started by this Node and this package', async () => {
    await install(['cursor', '--yes'], undefined, { PATH: '' });
    const { command, args } = JSON.parse(read('.cursor/mcp.json')).mcpServers.tercet;
    expect(command).toBe(process.execPath);
    expect(existsSync(args[0])).toBe(true);
    expect(args[1]).toBe('mcp');
  });
});
