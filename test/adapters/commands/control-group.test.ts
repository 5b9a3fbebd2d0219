import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeControlGroup } from '../../../src/adapters/commands/bubblewrap/control-group.ts';
import { LIMITS } from '../../../src/adapters/commands/bubblewrap/limits.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tercet-cgroup-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

test('no controller, no group, and nothing is left of the attempt', () => {
  expect(makeControlGroup(LIMITS, root)).toBe(null);
  mkdirSync(join(root, 'pids'));
  // A folder that is no control group gets no files by itself.
  expect(makeControlGroup(LIMITS, root)).toBe(null);
  expect(readdirSync(join(root, 'pids'))).toEqual([]);
  expect(readdirSync(root)).toEqual(['pids']);
});

test.skipIf(process.getuid?.() === 0)('a system folder that may not be written to is no group', () => {
  chmodSync(root, 0o500);
  expect(makeControlGroup(LIMITS, root)).toBe(null);
  chmodSync(root, 0o700);
});

test('the real one, where this user may make it', async () => {
  const group = makeControlGroup(LIMITS);
  if (group === null) {
    console.warn('NOT TRIED: control groups: this user may make none here; RLIMIT_NPROC bounds the processes instead');
    return;
  }
  const mine = () =>
    ['', 'pids', 'memory']
      .flatMap((name) => (existsSync(join('/sys/fs/cgroup', name)) ? readdirSync(join('/sys/fs/cgroup', name)) : []))
      .filter((name) => name.startsWith(`tercet-${process.pid}-`));
  expect(mine().length).toBeGreaterThan(0);
  group.remove();
  expect(mine()).toEqual([]);
  await expect(group.admit(1)).rejects.toThrow(/ENOENT/);
});
