import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { IdempotencyKeys } from '../../../src/apps/server/idempotency.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'tercet-keys-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A start that makes run after run, and recalls those it made. */
function starter() {
  const made: string[] = [];
  return {
    made,
    begin: async (note: (run: string | null) => Promise<void>) => {
      const run = `run-${made.length + 1}`;
      await note(run);
      made.push(run);
      return run;
    },
    recall: async (run: string) => (made.includes(run) ? run : null),
  };
}

it('one key is one run, also at once and after a restart; of each caller', async () => {
  const start = starter();
  const keys = new IdempotencyKeys(folder);
  const all = await Promise.all([1, 2, 3].map(() => keys.once('a', 'k', { x: 1 }, start)));
  expect(all.map(({ answer }) => answer)).toEqual(['run-1', 'run-1', 'run-1']);
  expect(all.map(({ again }) => again)).toEqual([false, true, true]);
  expect(await new IdempotencyKeys(folder).once('a', 'k', { x: 1 }, start)).toEqual({ answer: 'run-1', again: true });
  expect((await keys.once('b', 'k', { x: 1 }, start)).answer).toBe('run-2');
  expect((await keys.once('a', 'l', { x: 1 }, start)).answer).toBe('run-3');
});

it('a key with another request is refused, under way and later', async () => {
  const start = starter();
  const keys = new IdempotencyKeys(folder);
  const first = keys.once('a', 'k', { x: 1 }, start);
  await expect(keys.once('a', 'k', { x: 2 }, start)).rejects.toMatchObject({ code: 'key-reused' });
  await first;
  await expect(keys.once('a', 'k', { x: 2 }, start)).rejects.toMatchObject({ code: 'key-reused' });
  expect(start.made).toEqual(['run-1']);
});

it('what was refused may come again', async () => {
  const keys = new IdempotencyKeys(folder);
  const refuse = {
    begin: async (note: (run: string | null) => Promise<void>): Promise<string> => {
      await note('run-0');
      await note(null);
      throw new Error('no');
    },
    recall: async () => null,
  };
  await expect(keys.once('a', 'k', {}, refuse)).rejects.toThrow('no');
  expect((await keys.once('a', 'k', {}, starter())).answer).toBe('run-1');
});

it('a key whose run never came waits a little, then counts no more', async () => {
  const keys = new IdempotencyKeys(folder);
  const start = starter();
  await keys.once('a', 'k', {}, start);
  const gone = { ...starter(), recall: async () => null };
  await expect(keys.once('a', 'k', {}, gone)).rejects.toMatchObject({ code: 'conflict', extra: { retryAfter: 5 } });
  const now = Date.now;
  Date.now = () => now() + 61_000;
  try {
    expect((await keys.once('a', 'k', {}, gone)).again).toBe(false);
  } finally {
    Date.now = now;
  }
});

it('keys are forgotten when they are old', async () => {
  const keys = new IdempotencyKeys(folder);
  await keys.once('a', 'k', {}, starter());
  await keys.sweep();
  expect(readdirSync(path.join(folder, 'server', 'idempotency'))).toHaveLength(1);
  await keys.sweep(Date.now() + 8 * 24 * 3_600_000);
  expect(readdirSync(path.join(folder, 'server', 'idempotency'))).toEqual([]);
});
