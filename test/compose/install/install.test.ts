import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { HOSTS } from '../../../src/compose/install/hosts.ts';
import { prepareInstall, prepareUndo, stateOf } from '../../../src/compose/install/install.ts';
import type { Machine } from '../../../src/compose/install/machine.ts';
import { jsonFile, tomlFile } from '../../support/settings-text.ts';

const top = realpathSync(mkdtempSync(path.join(tmpdir(), 'tercet-test-install-')));
afterAll(() => rmSync(top, { recursive: true, force: true }));

const packageFolder = path.join(top, 'package');
mkdirSync(path.join(packageFolder, '.claude-plugin'), { recursive: true });
writeFileSync(path.join(packageFolder, '.claude-plugin', 'marketplace.json'), '{}');

let home = '';
let homes = 0;
const freshHome = () => {
  home = path.join(top, `home-${homes++}`);
  mkdirSync(home);
};
beforeEach(freshHome);

const machine = (more: Partial<Machine> = {}): Machine => ({
  env: { HOME: home },
  platform: 'linux',
  packageFolder,
  ...more,
});
const folders = () => ({ config: path.join(home, 'tercet.yaml'), data: path.join(home, 'tercet-data') });
const NOW = new Date('2026-11-22T12:00:00Z');
const install = async (host: string, at = machine()) => {
  const ready = await prepareInstall(host, at, folders(), NOW);
  await ready?.apply();
  return ready;
};
const undo = async (host: string, at = machine()) => {
  const ready = await prepareUndo(host, at, folders());
  await ready?.apply();
  return ready;
};
const fileOf = (host: string) => HOSTS[host]?.file(machine()) ?? '';
const put = (host: string, text: string | Buffer) => {
  mkdirSync(path.dirname(fileOf(host)), { recursive: true });
  writeFileSync(fileOf(host), text);
};
const textOf = (host: string) => readFileSync(fileOf(host), 'utf8');
const NAMES = Object.keys(HOSTS);
/** Everything in the home but our own data. */
const listing = () =>
  (readdirSync(home, { recursive: true }) as string[]).filter((name) => !name.startsWith('tercet-data')).sort();

describe('whatever a settings file looks like', () => {
  it.each(NAMES)('installing in %s and undoing it leaves the same bytes', async (host) => {
    const { format = 'json' } = HOSTS[host] ?? {};
    const texts = format === 'toml' ? tomlFile : jsonFile(format === 'jsonc').map(({ text }) => text);
    let installed = 0;
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        put(host, text);
        try {
          if ((await install(host)) !== null) installed++;
        } catch (error) {
          // What cannot be added to is left as it is.
          expect(error).toMatchObject({ code: 'config' });
          expect(textOf(host)).toBe(text);
          expect(await undo(host)).toBeNull();
          return;
        }
        expect(textOf(host)).not.toBe(text);
        expect(await install(host)).toBeNull();
        await undo(host);
        expect(readFileSync(fileOf(host)).equals(Buffer.from(text))).toBe(true);
        expect(await undo(host)).toBeNull();
      }),
      { numRuns: 60 },
    );
    expect(installed).toBeGreaterThan(20);
  });
});

describe('installing', () => {
  it.each(NAMES)('in %s makes what is missing, and undoing it removes that and no more', async (host) => {
    expect(await stateOf(host, machine(), folders())).toBe('no');
    await install(host);
    expect(await stateOf(host, machine(), folders())).toBe('installed');
    expect(existsSync(fileOf(host))).toBe(true);
    await undo(host);
    expect(listing()).toEqual([]);
    expect(await stateOf(host, machine(), folders())).toBe('no');
  });

  it('keeps what was there in a record that only its owner can read', async () => {
    put('cursor', '{"mcpServers":{"a":{"env":{"KEY":"secret"}}}}');
    await install('cursor');
    const folder = path.join(folders().data, 'installs');
    const [record = ''] = readdirSync(folder);
    expect(statSync(path.join(folder, record)).mode & 0o777).toBe(0o600);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  it('never takes the place of an entry that is somebody else’s', async () => {
    const theirs = '{ "mcpServers": { "tercet": { "command": "mine" } } }';
    put('gemini', theirs);
    await expect(install('gemini')).rejects.toMatchObject({
      code: 'config',
      message: expect.stringContaining('`mcpServers.tercet` already'),
    });
    expect(textOf('gemini')).toBe(theirs);
    expect(await stateOf('gemini', machine(), folders())).toBe('by hand');
  });

  it('adds what is missing beside what a person has added by hand, and takes only that out', async () => {
    const before = JSON.stringify({ enabledPlugins: { 'tercet@tercet': true } });
    put('claude-code', before);
    await install('claude-code');
    put('claude-code', textOf('claude-code').replace('{', '{ "model": "opus",'));
    await undo('claude-code');
    expect(JSON.parse(textOf('claude-code'))).toEqual({ model: 'opus', enabledPlugins: { 'tercet@tercet': true } });
  });

  it('knows an entry like its own as set up by hand, and does not undo it', async () => {
    await install('cursor');
    const text = textOf('cursor');
    rmSync(path.join(folders().data, 'installs'), { recursive: true });
    expect(await install('cursor')).toBeNull();
    expect(await undo('cursor')).toBeNull();
    expect(textOf('cursor')).toBe(text);
  });

  it('replaces an older entry of its own, and undoing gives back what was there before the first', async () => {
    const before = '{\n  "model": "opus"\n}\n';
    put('claude-code', before);
    await install('claude-code');
    const moved = path.join(top, 'moved');
    mkdirSync(path.join(moved, '.claude-plugin'), { recursive: true });
    writeFileSync(path.join(moved, '.claude-plugin', 'marketplace.json'), '{}');
    const ready = await install('claude-code', machine({ packageFolder: moved }));
    expect(ready?.notes).toEqual(['It was set up in another way before; that is replaced.']);
    expect(JSON.parse(textOf('claude-code')).extraKnownMarketplaces.tercet.source.path).toBe(moved);
    await undo('claude-code');
    expect(textOf('claude-code')).toBe(before);
  });

  it('needs the plugin for Claude Code, and says where it is missing', async () => {
    await expect(install('claude-code', machine({ packageFolder: home }))).rejects.toThrow(
      'marketplace.json is missing',
    );
    expect(listing()).toEqual([]);
  });

  it('is refused in what cannot be read, and changes nothing', async () => {
    for (const [host, text] of [
      ['claude-code', '{ // mine\n}'],
      ['codex', 'a = '],
      ['vscode', '{'],
    ] as const) {
      put(host, text);
      await expect(install(host)).rejects.toMatchObject({
        code: 'config',
        message: expect.stringContaining('was not changed'),
      });
      expect(textOf(host)).toBe(text);
      expect(await stateOf(host, machine(), folders())).toBe('unreadable');
    }
    expect(existsSync(folders().data)).toBe(false);
  });

  it('does not write over what came meanwhile, and forgets that it wanted to', async () => {
    put('codex', 'a = 1\n');
    const ready = await prepareInstall('codex', machine(), folders(), NOW);
    put('codex', 'a = 2\n');
    await expect(ready?.apply()).rejects.toThrow('was changed meanwhile');
    expect(textOf('codex')).toBe('a = 2\n');
    expect(await undo('codex')).toBeNull();
  });
});

describe('undoing in a file that was changed since', () => {
  it('takes out its own entry only, and says so', async () => {
    put('opencode', '{\n  "model": "a/b"\n}\n');
    await install('opencode');
    put('opencode', textOf('opencode').replace('"a/b"', '"c/d" /* new */'));
    const ready = await undo('opencode');
    expect(ready?.notes).toEqual(['The file has changed since: only Tercet’s entry goes, everything else stays.']);
    expect(textOf('opencode')).toBe('{\n  "model": "c/d" /* new */\n}\n');
  });

  it('says when the entry itself was changed, and keeps other servers that came into an object it made', async () => {
    await install('cursor');
    const { mcpServers } = JSON.parse(textOf('cursor'));
    put('cursor', JSON.stringify({ mcpServers: { ...mcpServers, tercet: { command: 'x' }, other: { command: 'y' } } }));
    const ready = await undo('cursor');
    expect(ready?.notes[1]).toContain('The entry itself was changed too');
    expect(JSON.parse(textOf('cursor'))).toEqual({ mcpServers: { other: { command: 'y' } } });
  });

  it('keeps everything of a TOML file', async () => {
    put('codex', '# top\nmodel = "x"');
    await install('codex');
    put('codex', `${textOf('codex')}\n# new\n[features]\na = true\n`);
    await undo('codex');
    expect(textOf('codex')).toBe('# top\nmodel = "x"\n\n# new\n[features]\na = true\n');
  });

  it('has nothing to do in a file that is gone, or that is as it was', async () => {
    const before = '{"servers": {}}';
    put('vscode', before);
    await install('vscode');
    put('vscode', before);
    expect((await undo('vscode'))?.notes).toEqual(['The file is already as it was before.']);
    expect(textOf('vscode')).toBe(before);
    await install('vscode');
    rmSync(fileOf('vscode'));
    expect((await undo('vscode'))?.notes).toEqual(['The file is gone; there is nothing to take out of it.']);
    expect(await undo('vscode')).toBeNull();
  });

  it('finds the file it wrote, also when another one is read by now', async () => {
    await install('opencode');
    const written = fileOf('opencode');
    writeFileSync(written.replace('.json', '.jsonc'), '{}');
    expect(fileOf('opencode')).not.toBe(written);
    await undo('opencode');
    expect(existsSync(written)).toBe(false);
  });
});

describe('where the settings are', () => {
  it.each<[string, NodeJS.ProcessEnv, NodeJS.Platform, string]>([
    ['claude-code', { CLAUDE_CONFIG_DIR: '/c' }, 'linux', '/c/settings.json'],
    ['codex', { CODEX_HOME: '/c' }, 'linux', '/c/config.toml'],
    ['opencode', { OPENCODE_CONFIG: '/c/o.json' }, 'linux', '/c/o.json'],
    ['opencode', { XDG_CONFIG_HOME: '/x' }, 'linux', '/x/opencode/opencode.json'],
    ['vscode', { XDG_CONFIG_HOME: '/x' }, 'linux', '/x/Code/User/mcp.json'],
    ['vscode', { HOME: '/Users/ada' }, 'darwin', '/Users/ada/Library/Application Support/Code/User/mcp.json'],
    ['vscode', { APPDATA: '/r' }, 'win32', '/r/Code/User/mcp.json'],
    ['cursor', { HOME: '/h' }, 'linux', '/h/.cursor/mcp.json'],
    ['gemini', { HOME: '/h' }, 'linux', '/h/.gemini/settings.json'],
  ])('%s with %j on %s', (host, env, platform, file) => {
    expect(HOSTS[host]?.file({ env, platform, packageFolder })).toBe(file);
  });
});
