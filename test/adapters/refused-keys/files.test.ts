import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openRefusedKeys } from '../../../src/adapters/refused-keys/files.ts';

const KEY = '0123456789abcdef0123456789abcdef';
const REFUSED = { message: 'invalid x-api-key', since: '2026-11-22T10:00:00.000Z' };

describe('marks of refused keys', () => {
  let root: string;
  let folder: string;
  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), 'tercet-keys-'));
    folder = path.join(root, 'refused-keys');
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it('are there for every process that opens the folder, until they are cleared', () => {
    const keys = openRefusedKeys(folder);
    expect(keys.find(KEY)).toBeNull();
    keys.mark(KEY, REFUSED);
    expect(openRefusedKeys(folder).find(KEY)).toEqual(REFUSED);
    expect(keys.find('f'.repeat(32))).toBeNull();
    openRefusedKeys(folder).clearAll();
    expect(keys.find(KEY)).toBeNull();
  });

  it('are cleared all at once, and counted', () => {
    const keys = openRefusedKeys(folder);
    expect(keys.clearAll()).toBe(0);
    keys.mark(KEY, REFUSED);
    keys.mark('f'.repeat(32), REFUSED);
    expect(keys.clearAll()).toBe(2);
    expect(keys.find(KEY)).toBeNull();
  });

  it('hold when a crash left one half written, and are their owner’s alone', () => {
    const keys = openRefusedKeys(folder);
    keys.mark(KEY, REFUSED);
    expect(readFileSync(path.join(folder, KEY), 'utf8')).toContain('invalid x-api-key');
    if (process.platform !== 'win32') expect(statSync(path.join(folder, KEY)).mode & 0o777).toBe(0o600);
    writeFileSync(path.join(folder, KEY), '{"mess');
    expect(keys.find(KEY)).toMatchObject({ message: 'it was refused' });
  });

  it('take no name that is not a hash', () => {
    const keys = openRefusedKeys(folder);
    for (const name of ['../../evil', 'sk-ant-secret', '']) {
      expect(() => keys.mark(name, REFUSED)).toThrow('named by a hash');
    }
  });

  it('say so when their folder cannot be used', () => {
    writeFileSync(folder, 'a file');
    expect(() => openRefusedKeys(folder).mark(KEY, REFUSED)).toThrow('cannot be used');
  });
});
