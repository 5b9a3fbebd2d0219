import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readTokens } from '../../../src/apps/server/read-tokens.ts';

const ONE = 'a'.repeat(32);
const TWO = 'b'.repeat(40);
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'tercet-tokens-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function file(text: string, mode = 0o600): string {
  const name = path.join(folder, 'tokens');
  writeFileSync(name, text);
  chmodSync(name, mode);
  return name;
}

it('are read with their names, beside the one of the environment', async () => {
  const name = file(`# ours\nmindstudio ${ONE}\n\n${TWO} # the second\n`);
  const { tokens, made } = await readTokens({ TERCET_SERVER_TOKEN: 'c'.repeat(32) }, name, folder);
  expect(made).toBeNull();
  expect([ONE, TWO, 'c'.repeat(32)].map((token) => tokens.nameOf(token))).toEqual(['mindstudio', 'line 4', 'env']);
  for (const wrong of ['', ONE.slice(1), `${ONE}a`, ONE.toUpperCase(), 'mindstudio', 'é'])
    expect(tokens.nameOf(wrong), wrong).toBeNull();
});

it.each([
  ['short', 'tokens:1: a token has at least 32'],
  [`one two ${ONE}`, 'tokens:1: expected a token'],
  [`x ${ONE}\nx ${TWO}`, 'two tokens have one name'],
  [`x ${ONE};`, 'a token has at least 32'],
  ['\n# none\n', 'has no token'],
])('%j are refused, and not repeated', async (text, message) => {
  const refused = await readTokens({}, file(text), folder).catch((error: Error) => error.message);
  expect(refused).toContain(message);
  expect(refused).not.toContain(ONE);
});

it('are refused where others can read them, or nobody', async () => {
  await expect(readTokens({}, file(ONE, 0o640), folder)).rejects.toThrow('can be read by others');
  await expect(readTokens({}, path.join(folder, 'none'), folder)).rejects.toThrow('cannot be read');
  await expect(readTokens({ TERCET_SERVER_TOKEN: 'short' }, null, folder)).rejects.toThrow(
    'TERCET_SERVER_TOKEN: a token',
  );
});

it('are made once where there are none, for the person alone', async () => {
  const { tokens, made } = await readTokens({}, null, folder);
  const text = readFileSync(made ?? '', 'utf8');
  expect(text).toMatch(/^local [0-9a-f]{64}\n$/);
  expect(statSync(made ?? '').mode & 0o777).toBe(0o600);
  expect(tokens.nameOf(text.trim().slice(6))).toBe('local');
  expect(await readTokens({}, null, folder)).toMatchObject({ made: null });
  expect(readFileSync(made ?? '', 'utf8')).toBe(text);
});
