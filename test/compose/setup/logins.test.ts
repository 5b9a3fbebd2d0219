import { chmodSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loginOf } from '../../../src/compose/setup/logins.ts';
import { runBriefly } from '../../../src/compose/setup/run-briefly.ts';

const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'tercet-test-logins-')));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let made = 0;
/** A program that is a shell script. */
function program(script: string): string {
  const file = path.join(folder, `program-${made++}`);
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}
const says = (text: string, { code = 0, to = 1 } = {}) => program(`cat >&${to} <<'END'\n${text}\nEND\nexit ${code}`);
const env = { PATH: process.env.PATH, HOME: folder };
const CLAUDE = {
  loggedIn: true,
  authMethod: 'claude.ai',
  apiProvider: 'firstParty',
  email: 'ada@example.org',
  orgName: 'Ada & Co',
  subscriptionType: 'max',
};

describe('the login of a coding agent', () => {
  it.each([
    ['claude-code', JSON.stringify(CLAUDE, null, 2), {}, { state: 'in', detail: 'claude.ai, max' }],
    [
      'claude-code',
      '{"loggedIn": false, "authMethod": "none"}',
      { code: 1 },
      { state: 'out', detail: 'not logged in' },
    ],
    [
      'claude-code',
      '{"loggedIn": true, "authMethod": "\\u001b[31m x"}',
      {},
      { state: 'in', detail: 'its own account' },
    ],
    ['claude-code', 'error: unknown command auth', { code: 1, to: 2 }, { state: 'unknown' }],
    ['codex', 'WARNING: something\nLogged in using ChatGPT', { to: 2 }, { state: 'in', detail: 'ChatGPT' }],
    ['codex', 'API key configured - sk-proj-***56789', { to: 2 }, { state: 'in', detail: 'an API key it stores' }],
    ['codex', 'Not logged in', { code: 1, to: 2 }, { state: 'out' }],
    ['codex', '', {}, { state: 'unknown' }],
    ['cursor', ' ✓ Logged in as ada@example.org', {}, { state: 'in', detail: 'its own account' }],
    ['cursor', 'Not logged in', { code: 1 }, { state: 'out' }],
    [
      'opencode',
      '┌  Credentials \u001b[90m~/x\n│\n●  Anthropic api\n└  2 credentials',
      {},
      { state: 'in', detail: '2 stored' },
    ],
    ['opencode', '└  0 credentials', {}, { state: 'unknown', detail: 'no credentials stored' }],
    ['copilot', 'anything', {}, { state: 'unknown', detail: 'it does not tell whether it is logged in' }],
  ])('%s saying %j', async (name, text, how, expected) => {
    const login = await loginOf(name, says(text, how), env);
    expect(login).toMatchObject(expected);
    expect(JSON.stringify(login)).not.toMatch(/ada|sk-|56789|\\u001b/);
  });

  it('is asked for outside of any repository, with the program’s own variables and no key', async () => {
    const asked = program(`{ pwd; env; echo "$*"; } > '${folder}/asked'\necho Not logged in`);
    const secret = { OPENAI_API_KEY: 'sk-secret', CODEX_API_KEY: 'sk-secret', CODEX_HOME: '/x' };
    await loginOf('codex', asked, { ...env, ...secret });
    const lines = readFileSync(path.join(folder, 'asked'), 'utf8').split('\n');
    expect(lines[0]).toBe('/');
    expect(lines).toContain('CODEX_HOME=/x');
    expect(lines).toContain('login status');
    expect(lines.join('\n')).not.toContain('sk-secret');
  });

  it('of Gemini is not told: only that one is stored', async () => {
    const gemini = says('never run');
    expect(await loginOf('gemini-cli', gemini, env)).toMatchObject({ state: 'unknown' });
    mkdirSync(path.join(folder, '.gemini'));
    writeFileSync(path.join(folder, '.gemini', 'oauth_creds.json'), '{}');
    expect((await loginOf('gemini-cli', gemini, env)).detail).toContain('a login is stored');
  });

  it('is unknown where the program is gone', async () => {
    expect(await loginOf('codex', path.join(folder, 'none'), env)).toMatchObject({ state: 'unknown' });
  });
});

describe('a program that is asked briefly', () => {
  const plain = { PATH: process.env.PATH ?? '' };

  it('is ended at its deadline, with what it started', async () => {
    const slow = program(`sleep 30 & echo $! > '${folder}/child'\nwait`);
    const began = Date.now();
    expect(await runBriefly(slow, [], plain, 300)).toBeNull();
    expect(Date.now() - began).toBeLessThan(5_000);
    const child = Number(readFileSync(path.join(folder, 'child'), 'utf8'));
    await expect.poll(() => isRunning(child)).toBe(false);
  });

  it('is not waited for when something it left behind holds its output', async () => {
    const began = Date.now();
    expect(await runBriefly(program('echo yes\nsleep 30 &'), [], plain, 20_000)).toMatchObject({
      code: 0,
      stdout: 'yes\n',
    });
    expect(Date.now() - began).toBeLessThan(5_000);
  });

  it('is heard in part when it talks too much', async () => {
    const said = await runBriefly(program('yes | head -c 1000000'), [], plain, 20_000);
    expect(said?.stdout.length).toBe(64 * 1024);
  });
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
