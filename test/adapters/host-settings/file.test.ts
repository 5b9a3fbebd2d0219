import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readSettings, removeFolders, replaceSettings, textOf } from '../../../src/adapters/host-settings/file.ts';

let folder = '';
let file = '';
beforeEach(() => {
  folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'tercet-test-settings-')));
  file = path.join(folder, 'settings.json');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const NEW = Buffer.from('new');

describe('a settings file of another tool', () => {
  it('is replaced whole, with its permissions, and nothing is left beside it', async () => {
    writeFileSync(file, 'old');
    chmodSync(file, 0o640);
    expect(await replaceSettings(await readSettings(file), NEW)).toEqual([]);
    expect(readFileSync(file, 'utf8')).toBe('new');
    expect(statSync(file).mode & 0o777).toBe(0o640);
    expect(readdirSync(folder)).toEqual(['settings.json']);
  });

  it('is made with its folders, for its owner’s eyes; folders go when they are empty', async () => {
    const deep = path.join(folder, 'a', 'b', 'settings.json');
    const made = await replaceSettings(await readSettings(deep), NEW);
    expect(made).toEqual([path.join(folder, 'a'), path.join(folder, 'a', 'b')]);
    expect(statSync(deep).mode & 0o777).toBe(0o600);
    await replaceSettings(await readSettings(deep), null);
    writeFileSync(path.join(folder, 'a', 'mine'), '');
    await removeFolders(made);
    expect([existsSync(path.join(folder, 'a', 'b')), existsSync(path.join(folder, 'a'))]).toEqual([false, true]);
  });

  it.each<[string, () => void, string]>([
    ['a link', () => symlinkSync(other(), file), 'is a link'],
    ['a link to nothing', () => symlinkSync(path.join(folder, 'none'), file), 'is a link'],
    ['a file with two names', () => linkSync(other(), file), 'is a link'],
    ['a folder', () => mkdirSync(file), 'is no file'],
    ['a read-only file', () => writeFileSync(file, 'x', { mode: 0o400 }), 'is read-only'],
    ['what is too large', () => writeFileSync(file, 'x'.repeat(2 ** 20 + 1)), 'settings are not that large'],
  ])('is refused where it is %s', async (_, make, message) => {
    make();
    await expect(readSettings(file)).rejects.toMatchObject({
      code: 'storage',
      message: expect.stringContaining(message),
    });
  });

  it('is refused below what is no folder', async () => {
    await expect(readSettings(path.join(other(), 'settings.json'))).rejects.toThrow('cannot be read');
  });

  it('is not text where it is not UTF-8; its mark of order is kept apart', async () => {
    writeFileSync(file, Buffer.from([0x7b, 0xff, 0x7d]));
    const found = await readSettings(file);
    expect(() => textOf(found)).toThrow('is not UTF-8 text');
    expect(textOf({ ...found, bytes: Buffer.from('\uFEFF{}') })).toEqual({ bom: '\uFEFF', text: '{}' });
  });

  it.each<[string, string | null, () => void]>([
    ['was changed', 'old', () => writeFileSync(file, 'theirs')],
    ['was removed', 'old', () => rmSync(file)],
    ['was made', null, () => writeFileSync(file, 'theirs')],
    ['became a link', 'old', relink],
  ])('is left alone when it %s since it was read', async (_, before, meanwhile) => {
    if (before !== null) writeFileSync(file, before);
    const found = await readSettings(file);
    meanwhile();
    const then = readdirSync(folder);
    await expect(replaceSettings(found, NEW)).rejects.toMatchObject({ code: 'storage' });
    await expect(replaceSettings(found, null)).rejects.toMatchObject({ code: 'storage' });
    expect(readdirSync(folder)).toEqual(then);
    if (existsSync(file)) expect(readFileSync(file, 'utf8')).toBe('theirs');
  });
});

function relink(): void {
  rmSync(file);
  symlinkSync(other(), file);
}

function other(): string {
  const other = path.join(folder, 'other');
  writeFileSync(other, 'theirs');
  return other;
}
