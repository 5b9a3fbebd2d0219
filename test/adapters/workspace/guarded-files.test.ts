import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
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
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { GuardedFiles } from '../../../src/adapters/workspace/git/guarded-files.ts';
import { doorPath } from '../../../src/adapters/workspace/git/inside.ts';

let folder: string;
let root: string;
let files: GuardedFiles;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'tercet-door-')));
  root = join(folder, 'work');
  mkdirSync(root);
  writeFileSync(join(folder, 'outside.txt'), 'secret');
  files = new GuardedFiles(root);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const REFUSED = { code: 'repository', message: expect.stringContaining('is refused') };

describe('paths', () => {
  test.each([
    '',
    '/etc/passwd',
    '../outside.txt',
    'a/../../outside.txt',
    'a/../b',
    './a',
    'a//b',
    'a/',
    '.',
    '..',
    '.git/config',
    '.GIT/hooks/post-commit',
    'sub/.git/config',
    '.Git',
    '.git ',
    '.git.',
    '.git. . ',
    'git~1/config',
    'GIT~2',
    '.g\u200cit/config',
    '.git::$INDEX_ALLOCATION/x',
    'a\\b',
    '..\\outside.txt',
    'C:/x',
    'a\0b',
    'a\nb',
    'a\u001b[31m',
    'a\u007f',
    '\ud800',
  ])('%j is refused for reading, writing and removing', async (path) => {
    await expect(files.read(path)).rejects.toMatchObject(REFUSED);
    await expect(files.write(path, 'x')).rejects.toMatchObject(REFUSED);
    await expect(files.remove(path)).rejects.toMatchObject(REFUSED);
    expect(readFileSync(join(folder, 'outside.txt'), 'utf8')).toBe('secret');
    expect(readdirSync(root)).toEqual([]);
  });

  test.each([
    '.gitignore',
    '.github/workflows/ci.yml',
    'a b.txt',
    'größe.txt',
    '-dash',
    '..a',
    'a..b/c',
    'git/x',
    '.gitx',
  ])('%j is fine', async (path) => {
    await files.write(path, 'x');
    expect(await files.read(path)).toBe('x');
  });

  test('no accepted path leads out of the root or into a git folder', () => {
    const part = fc.constantFrom(
      '.',
      '..',
      '.git',
      '.GIT',
      'a',
      'b',
      '',
      ' ',
      '/',
      '\\',
      '~',
      '~1',
      'git',
      '\0',
      ':',
      '\u200d',
    );
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 8 }).map((parts) => parts.join('')),
        (path) => {
          try {
            doorPath(path);
          } catch {
            return;
          }
          expect(join('/repository', path)).toBe(`/repository/${path}`);
          expect(path.split('/').some((segment) => /^\.git[ .]*$/i.test(segment))).toBe(false);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('links', () => {
  test('a link to a file, a link to a folder and a dangling link are not followed', async () => {
    symlinkSync('../outside.txt', join(root, 'file'));
    symlinkSync('..', join(root, 'folder'));
    symlinkSync('../fresh.txt', join(root, 'dangling'));
    for (const path of ['file', 'folder/outside.txt', 'folder/new.txt', 'folder/sub/new.txt', 'dangling', 'folder']) {
      await expect(files.read(path)).rejects.toMatchObject(REFUSED);
      await expect(files.write(path, 'evil')).rejects.toMatchObject(REFUSED);
      await expect(files.remove(path)).rejects.toMatchObject(REFUSED);
    }
    expect(readdirSync(folder).sort()).toEqual(['outside.txt', 'work']);
    expect(readFileSync(join(folder, 'outside.txt'), 'utf8')).toBe('secret');
  });

  test('a hard link is replaced, not written through', async () => {
    linkSync(join(folder, 'outside.txt'), join(root, 'hard'));
    await files.write('hard', 'mine');
    expect(readFileSync(join(folder, 'outside.txt'), 'utf8')).toBe('secret');
    expect(await files.read('hard')).toBe('mine');
  });

  test('case 30: a folder swapped for a link while writing never lets a byte out', async () => {
    mkdirSync(join(root, 'sub'));
    mkdirSync(join(folder, 'target'));
    let going = true;
    const sub = join(root, 'sub');
    const swap = (change: () => void): Promise<void> => {
      try {
        change();
      } catch {
        // The writer was in between; the next round swaps again.
      }
      return new Promise((resolve) => setImmediate(resolve));
    };
    const swapping = (async () => {
      while (going) {
        await swap(() => {
          rmSync(sub, { recursive: true, force: true });
          symlinkSync('../target', sub);
        });
        await swap(() => {
          rmSync(sub, { recursive: true, force: true });
          mkdirSync(sub);
        });
      }
    })();
    const outcomes = await Promise.all(
      Array.from({ length: 200 }, (_, round) =>
        files.write(`sub/f${round}`, 'x').then(
          () => 'written',
          () => 'refused',
        ),
      ),
    );
    going = false;
    await swapping;
    expect(outcomes).toContain('refused');
    const leaked = readdirSync(join(folder, 'target')).filter(
      (name) => readFileSync(join(folder, 'target', name), 'utf8') !== '',
    );
    expect(leaked).toEqual([]);
  });
});

describe('files', () => {
  test('absent is null, and removing it is nothing', async () => {
    expect(await files.read('a/b/c')).toBeNull();
    await files.remove('a/b/c');
  });

  test('exact bytes: byte order mark, carriage returns, no final newline', async () => {
    for (const text of ['\ufeffa\r\nb', '', 'x\r', 'é\u2028😀']) {
      await files.write('f', text);
      expect(readFileSync(join(root, 'f'))).toEqual(Buffer.from(text));
      expect(await files.read('f')).toBe(text);
    }
  });

  test('keeps the mode, leaves no temporary file, makes and clears folders', async () => {
    writeFileSync(join(root, 'run.sh'), 'a', { mode: 0o755 });
    await files.write('run.sh', 'b');
    expect(lstatSync(join(root, 'run.sh')).mode & 0o777).toBe(0o755);
    await files.write('deep/er/x.txt', 'x');
    expect(lstatSync(join(root, 'deep/er/x.txt')).mode & 0o111).toBe(0);
    expect(readdirSync(join(root, 'deep/er'))).toEqual(['x.txt']);
    await files.remove('deep/er/x.txt');
    expect(existsSync(join(root, 'deep'))).toBe(false);
    expect(readdirSync(root)).toEqual(['run.sh']);
  });

  test('marks as executable, and takes the mark away, when told', async () => {
    const mode = () => lstatSync(join(root, 'run.sh')).mode & 0o777;
    expect(await files.isExecutable('run.sh')).toBe(false);
    await files.write('run.sh', 'a', true);
    expect([mode() & 0o100, await files.isExecutable('run.sh')]).toEqual([0o100, true]);
    await files.write('run.sh', 'b', false);
    expect([mode() & 0o111, await files.isExecutable('run.sh')]).toEqual([0, false]);
    chmodSync(join(root, 'run.sh'), 0o640);
    await files.write('run.sh', 'c', true);
    expect(mode()).toBe(0o750);
    symlinkSync('run.sh', join(root, 'link'));
    await expect(files.isExecutable('link')).rejects.toMatchObject(REFUSED);
  });

  test('what is no text is refused', async () => {
    writeFileSync(join(root, 'latin'), Buffer.from([0xe9]));
    writeFileSync(join(root, 'nul'), 'a\0b');
    writeFileSync(join(root, 'big'), 'x'.repeat(4 * 1024 * 1024 + 1));
    mkdirSync(join(root, 'dir'));
    execFileSync('mkfifo', [join(root, 'pipe')]);
    for (const path of ['latin', 'nul', 'big', 'dir', 'pipe'])
      await expect(files.read(path)).rejects.toMatchObject(REFUSED);
    for (const path of ['dir', 'pipe']) {
      await expect(files.write(path, 'x')).rejects.toMatchObject(REFUSED);
      await expect(files.remove(path)).rejects.toMatchObject(REFUSED);
    }
    for (const text of ['\ud800', 'a\0b', 'x'.repeat(4 * 1024 * 1024 + 1)])
      await expect(files.write('f', text)).rejects.toMatchObject(REFUSED);
    await expect(files.write('latin/x', 'x')).rejects.toMatchObject(REFUSED);
    expect(existsSync(join(root, 'f'))).toBe(false);
  });

  test('a name that differs from one there only in case is not made', async () => {
    await files.write('README.md', 'x');
    await files.write('Src/a.ts', 'x');
    await expect(files.write('readme.md', 'y')).rejects.toThrow('README.md');
    await expect(files.write('src/b.ts', 'y')).rejects.toThrow('Src');
    await files.write('README.md', 'z');
    expect(readdirSync(root).sort()).toEqual(['README.md', 'Src']);
  });
});
