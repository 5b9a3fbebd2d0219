import { rmSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openRepository } from '../../../src/adapters/workspace/git/open.ts';
import { parseDiff } from '../../../src/adapters/workspace/git/parse-diff.ts';
import { unquote } from '../../../src/adapters/workspace/git/quoted.ts';
import type { FileDiff } from '../../../src/contract/change.ts';
import type { Repository } from '../../../src/ports/workspace.ts';
import { makeRepository, type TestRepository } from '../../support/repository.ts';

let repo: TestRepository;
let opened: Repository;
beforeAll(async () => {
  repo = makeRepository();
  opened = await openRepository(repo.root, { env: repo.env });
});
afterAll(() => repo.remove());

/** Commits two states of the repository one after the other and reads the diff between them. */
async function between(before: Parameters<TestRepository['write']>[0], after: () => void): Promise<FileDiff[]> {
  repo.git('rm', '-rqf', '--ignore-unmatch', '.');
  repo.write(before);
  const from = repo.commit('before');
  after();
  return opened.diff(from, repo.commit('after'));
}
const summary = (files: FileDiff[]) =>
  files.map(({ file }) => [file.status, file.from, file.path, file.additions, file.deletions, file.binary]);

test('numbers lines and hunks over the whole diff', async () => {
  const lines = Array.from({ length: 30 }, (_, i) => `line ${i + 1}`);
  const changed = lines.with(1, 'two').with(24, 'twenty-five');
  const files = await between({ 'a.txt': `${lines.join('\n')}\n`, 'b.ts': 'function f() {\n  return 1;\n}\n' }, () =>
    repo.write({ 'a.txt': `${changed.join('\n')}\n`, 'b.ts': 'function f() {\n  return 2;\n}\n' }),
  );
  expect(
    files.flatMap(({ hunks }) => hunks.map(({ id, path, oldStart, newStart }) => [id, path, oldStart, newStart])),
  ).toEqual([
    ['H1', 'a.txt', 1, 1],
    ['H2', 'a.txt', 22, 22],
    ['H3', 'b.ts', 1, 1],
  ]);
  expect(files[1]?.hunks[0]?.lines).toEqual([
    { kind: 'context', old: 1, new: 1, text: 'function f() {' },
    { kind: 'removed', old: 2, new: null, text: '  return 1;' },
    { kind: 'added', old: null, new: 2, text: '  return 2;' },
    { kind: 'context', old: 3, new: 3, text: '}' },
  ]);
});

test('odd names: spaces, quotes, tabs, line breaks, other scripts, and one that looks like a header', async () => {
  const names = [
    'a b.txt',
    '"q".txt',
    'tab\there',
    'nl\ndiff --git a/x b/x',
    'größe/日本.txt',
    'back\\slash',
    '-dash',
    'x => y',
    'a/b b/c',
  ];
  const files = await between({}, () =>
    repo.write(Object.fromEntries(names.map((name) => [name, `${name.length}\n`]))),
  );
  expect(files.map(({ file }) => file.path).sort()).toEqual([...names].sort());
  expect(
    files.every(({ file, hunks }) => file.status === 'added' && file.additions === 1 && hunks[0]?.path === file.path),
  ).toBe(true);
});

test('content that looks like a diff stays content', async () => {
  const before = '--- a/x\n+++ b/x\n@@ -1 +1 @@\ndiff --git a/y b/y\n-- \n';
  const [file] = await between({ p: before }, () => repo.write({ p: '++ added\n@@ -9,9 +9,9 @@\n' }));
  expect(file?.hunks[0]?.lines.map(({ kind, text }) => [kind, text])).toEqual([
    ['removed', '--- a/x'],
    ['removed', '+++ b/x'],
    ['removed', '@@ -1 +1 @@'],
    ['removed', 'diff --git a/y b/y'],
    ['removed', '-- '],
    ['added', '++ added'],
    ['added', '@@ -9,9 +9,9 @@'],
  ]);
});

test('renames, modes, types, binaries, deletions', async () => {
  const long = Array.from({ length: 20 }, (_, i) => `row ${i}\n`).join('');
  const files = await between(
    {
      'old name.txt': long,
      'same.txt': 'pure\n'.repeat(9),
      mode: 'x\n',
      type: 'file\n',
      'img.bin': Buffer.from([0, 1, 2]),
      gone: 'bye\n',
    },
    () => {
      repo.git('mv', 'old name.txt', 'new name.txt');
      repo.write({ 'new name.txt': `${long}more\n`, 'img.bin': Buffer.from([0, 9]) });
      repo.git('mv', 'same.txt', 'moved.txt');
      repo.git('rm', '-q', 'gone', 'mode', 'type');
      repo.write({ mode: { executable: 'x\n' }, type: { link: 'elsewhere' } });
    },
  );
  expect(summary(files)).toEqual([
    ['deleted', null, 'gone', 0, 1, false],
    ['modified', null, 'img.bin', 0, 0, true],
    ['modified', null, 'mode', 0, 0, false],
    ['renamed', 'same.txt', 'moved.txt', 0, 0, false],
    ['renamed', 'old name.txt', 'new name.txt', 1, 0, false],
    ['modified', null, 'type', 1, 1, false],
  ]);
});

test('carriage returns stay, a missing final newline is no line, an emptied file has no lines left', async () => {
  const files = await between({ crlf: 'a\r\nb\r\n', end: 'x\ny', empty: 'z\n' }, () =>
    repo.write({ crlf: 'a\r\nB\r\n', end: 'x\ny\n', empty: '' }),
  );
  expect(files.map(({ hunks }) => hunks[0]?.lines.map(({ kind, text }) => `${kind[0]}${text}`))).toEqual([
    ['ca\r', 'rb\r', 'aB\r'],
    ['rz'],
    ['cx', 'ry', 'ay'],
  ]);
});

test('an attribute cannot hide text from the reviewer; real binaries stay binary', async () => {
  const files = await between({ '.gitattributes': '* -diff\n', 'evil.ts': 'ok\n', 'b.png': Buffer.from([0, 1]) }, () =>
    repo.write({ 'evil.ts': 'steal()\n', 'b.png': Buffer.from([0, 2]), 'new.ts': 'hidden\n' }),
  );
  expect(summary(files)).toEqual([
    ['modified', null, 'b.png', 0, 0, true],
    ['modified', null, 'evil.ts', 1, 1, false],
    ['added', null, 'new.ts', 1, 0, false],
  ]);
  expect(files[1]?.hunks[0]?.id).toBe('H1');
  rmSync(join(repo.root, '.gitattributes'));
});

test('patch applies with plain git and makes the same tree', async () => {
  const files = { 'a b': 'one\ntwo', bin: Buffer.from([0, 200, 1]), keep: 'k\n' };
  repo.git('rm', '-rqf', '--ignore-unmatch', '.');
  repo.write(files);
  const from = repo.commit('before');
  repo.git('mv', 'a b', 'c d');
  repo.write({ bin: Buffer.from([0, 3]), 'new "file"': 'ü' });
  const to = repo.commit('after');
  const patch = await opened.patch(from, to);
  repo.write({ '../p.diff': patch });
  repo.git('checkout', '-q', from);
  repo.git('apply', '--index', '../p.diff');
  expect(repo.git('write-tree')).toBe(repo.git('rev-parse', `${to}^{tree}`));
  repo.git('checkout', '-qf', 'main');
});

test('any text: the parsed hunks rebuild the new file from the old one', async () => {
  const line = fc.constantFrom(
    'a',
    'b',
    '',
    '+',
    '-x',
    '@@ -1 +1 @@',
    'diff --git a/f b/f',
    '\\ No newline at end of file',
    'é\r',
  );
  const text = fc
    .tuple(fc.array(line, { maxLength: 12 }), fc.boolean())
    .map(([all, end]) => all.join('\n') + (end && all.length > 0 ? '\n' : ''));
  await fc.assert(
    fc.asyncProperty(text, text, async (before, after) => {
      fc.pre(before !== after && before !== '' && after !== '');
      const [file] = await between({ f: before }, () => repo.write({ f: after }));
      const old = before.replace(/\n$/, '').split('\n');
      const now = after.replace(/\n$/, '').split('\n');
      for (const { lines } of file?.hunks ?? []) {
        for (const one of lines) {
          if (one.old !== null) expect(old[one.old - 1]).toBe(one.text);
          if (one.new !== null) expect(now[one.new - 1]).toBe(one.text);
        }
      }
      const touched = file?.hunks.flatMap(({ lines }) => lines) ?? [];
      expect(now.length - old.length).toBe(
        touched.filter(({ kind }) => kind === 'added').length - touched.filter(({ kind }) => kind === 'removed').length,
      );
    }),
    { numRuns: 8 },
  );
});

test('a diff that cannot be read is an error, never a shorter diff', () => {
  const raw = `:100644 100644 ${'a'.repeat(40)} ${'b'.repeat(40)} M\tf\n\n`;
  expect(() => parseDiff(`${raw}diff --git a/f b/f\n@@ -1,2 +1,2 @@\n-a\n`)).toThrow('could not be read');
  expect(() => parseDiff(raw)).toThrow('could not be read');
  expect(() => parseDiff(`${raw}diff --git a/f b/f\ndiff --git a/g b/g\n`)).toThrow('could not be read');
});

test('unquote reads what git quotes', () => {
  expect(unquote('plain name')).toBe('plain name');
  expect(unquote('"a\\tb\\"c\\\\d\\303\\274\\n"')).toBe('a\tb"c\\dü\n');
  expect(unquote('"größe 😀\\t"')).toBe('größe 😀\t');
});
