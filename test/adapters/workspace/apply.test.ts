import { chmodSync, lstatSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { openRepository } from '../../../src/adapters/workspace/git/open.ts';
import { makeRepository, type TestRepository } from '../../support/repository.ts';

let repo: TestRepository;
afterEach(() => repo.remove());
const LINES = Array.from({ length: 20 }, (_, i) => `line ${i}`);
const text = (lines: string[]) => `${lines.join('\n')}\n`;

/** A base, and a head on another branch that changes several kinds of files; the user stands on main at the base. */
async function start() {
  repo = makeRepository({
    'a.txt': text(LINES),
    'b c.txt': 'b\n',
    'gone.txt': 'g\n',
    'bin.dat': Buffer.from([0, 1]),
    'mine.txt': 'm\n',
    'run.sh': 'x\n',
  });
  const base = repo.git('rev-parse', 'HEAD');
  repo.git('checkout', '-qb', 'run');
  repo.write({
    'a.txt': text(LINES.with(1, 'changed')),
    'b c.txt': 'b\r\nno end',
    'new/ü.txt': 'n\n',
    'bin.dat': Buffer.from([0, 2, 255]),
  });
  chmodSync(join(repo.root, 'run.sh'), 0o755);
  rmSync(join(repo.root, 'gone.txt'));
  const head = repo.commit('run');
  repo.git('checkout', '-q', 'main');
  return { opened: await openRepository(repo.root, { env: repo.env }), base, head };
}
const read = (path: string) => readFileSync(join(repo.root, path), 'utf8');

test('brings everything into the working tree, and leaves the index and the rest alone', async () => {
  const { opened, base, head } = await start();
  repo.write({ 'mine.txt': 'dirty\n', 'untracked.txt': 'u\n', 'a.txt': text(LINES.with(18, 'my own change')) });
  repo.write({ 'mine2.txt': 'staged\n' });
  repo.git('add', 'mine2.txt');
  const before = repo.fingerprint();
  const { files } = await opened.apply(base, head);
  expect(files).toEqual(['a.txt', 'b c.txt', 'bin.dat', 'gone.txt', 'new/ü.txt', 'run.sh']);
  expect(read('a.txt')).toBe(text(LINES.with(1, 'changed').with(18, 'my own change')));
  expect(read('b c.txt')).toBe('b\r\nno end');
  expect(read('new/ü.txt')).toBe('n\n');
  expect(readFileSync(join(repo.root, 'bin.dat'))).toEqual(Buffer.from([0, 2, 255]));
  expect(lstatSync(join(repo.root, 'run.sh')).mode & 0o111).not.toBe(0);
  const after = repo.fingerprint();
  for (const path of ['.git/index', '.git/HEAD', '.git/config', 'mine.txt', 'mine2.txt', 'untracked.txt'])
    expect(after[path]).toBe(before[path]);
  expect(after['gone.txt']).toBeUndefined();
  expect(await opened.apply(base, base)).toEqual({ files: [] });
});

test('conflicts are named, and nothing is written', async () => {
  const { opened, base, head } = await start();
  repo.write({ 'a.txt': text(LINES.with(1, 'mine')), 'new/ü.txt': 'in the way\n' });
  const before = repo.fingerprint();
  await expect(opened.apply(base, head)).rejects.toMatchObject({
    code: 'repository',
    message: 'The change conflicts with your working tree in a.txt, new/ü.txt; nothing was written.',
    hint: expect.stringContaining('stash'),
  });
  expect(repo.fingerprint()).toEqual(before);
});

test('a folder that is a link now is not written through', async () => {
  const { opened, base, head } = await start();
  repo.write({ '../outside/keep': 'k' });
  symlinkSync('../outside', join(repo.root, 'new'));
  await expect(opened.apply(base, head)).rejects.toThrow('conflicts');
  expect(() => read('../outside/ü.txt')).toThrow();
  expect(read('a.txt')).toBe(text(LINES));
});

test('from a subfolder the whole change comes, and a second time it conflicts', async () => {
  const { base, head } = await start();
  repo.write({ 'sub/x': 'x' });
  const opened = await openRepository(join(repo.root, 'sub'), { env: repo.env });
  expect((await opened.apply(base, head)).files).toHaveLength(6);
  const before = repo.fingerprint();
  await expect(opened.apply(base, head)).rejects.toThrow('conflicts');
  expect(repo.fingerprint()).toEqual(before);
});
