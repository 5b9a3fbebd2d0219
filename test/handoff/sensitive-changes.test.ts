import { describe, expect, test } from 'vitest';
import type { ChangedFile } from '../../src/contract/change.ts';
import { type BothSides, describeSensitive, sensitiveFiles, toLookInto } from '../../src/handoff/sensitive-changes.ts';

const file = (path: string, status: ChangedFile['status'] = 'modified', from: string | null = null): ChangedFile => ({
  path,
  from,
  status,
  additions: 1,
  deletions: 0,
  binary: false,
});
const none: BothSides = { before: () => null, after: () => null };
const texts = (before: unknown, after: unknown) => {
  const text = (value: unknown) => (value === null ? null : typeof value === 'string' ? value : JSON.stringify(value));
  return { before: () => text(before), after: () => text(after) };
};
const said = (changed: ChangedFile, sides = none) => sensitiveFiles([changed], sides).map(describeSensitive);

describe('files that run code elsewhere or steer tools are flagged', () => {
  test.each([
    ['.github/workflows/ci.yml', 'CI configuration'],
    ['.vscode/tasks.json', 'editor or container settings'],
    ['.husky/pre-commit', 'git hooks or git configuration'],
    ['pnpm-lock.yaml', 'a lock file'],
    ['.claude/settings.json', 'agent settings or instructions'],
    ['tercet.yaml', 'agent settings or instructions'],
    ['.GitHub/Workflows/CI.yml', 'CI configuration'],
  ])('case 26: %s', (path, why) => {
    expect(said(file(path))).toEqual([why]);
  });

  test('ordinary files are not', () => {
    expect(sensitiveFiles([file('src/cart.ts'), file('README.md', 'deleted')], none)).toEqual([]);
  });

  test('a deleted one, and one moved away or to such a place, are said so', () => {
    expect(said(file('CODEOWNERS', 'deleted'))).toEqual(['code ownership; deleted']);
    expect(said(file('old.yml', 'renamed', '.github/workflows/ci.yml'))).toEqual([
      'CI configuration; was .github/workflows/ci.yml',
    ]);
    expect(said(file('.mcp.json', 'renamed', 'data.json'))).toEqual([
      'agent settings or instructions; there was none before; was data.json',
    ]);
  });

  test('case 25: a control file that was missing and is created is said to be new', () => {
    expect(sensitiveFiles([file('.claude/settings.json', 'added')], none)).toMatchObject([{ created: true }]);
    expect(said(file('.claude/settings.json', 'added'))).toEqual([
      'agent settings or instructions; there was none before',
    ]);
  });
});

describe('package scripts', () => {
  test('which ones changed, and which run unasked', () => {
    const before = { scripts: { test: 'node --test', lint: 'x', old: 'y' } };
    const after = { scripts: { test: 'node --test | tee log', lint: 'x', postinstall: 'node evil.js' } };
    expect(said(file('package.json'), texts(before, after))).toEqual([
      'package or build scripts; scripts: old (removed), postinstall (added, runs unasked), test (changed)',
    ]);
  });

  test('unchanged scripts, no scripts, unreadable ones', () => {
    const before = { scripts: { a: 'b' } };
    expect(said(file('package.json'), texts(before, { ...before, version: '2' }))[0]).toContain('scripts unchanged');
    expect(said(file('package.json', 'added'), texts(null, before))[0]).toContain(
      'there was none before; scripts: a (added)',
    );
    for (const broken of ['{', 'null', '[]', '{"scripts":7}', '{"scripts":{"__proto__":1}}'])
      expect(said(file('package.json'), texts(before, broken)).length).toBe(1);
    expect(said(file('package.json'), texts(before, '{'))[0]).toContain('cannot be read');
  });

  test('names of scripts are cleaned and bounded', () => {
    const scripts = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`\x1b[2J${'n'.repeat(90)}${n}`, 'x']));
    const [line = ''] = said(file('package.json'), texts(null, { scripts }));
    expect(line).not.toContain('\x1b');
    expect(line).toContain('and 28 more');
    expect(line.length).toBeLessThan(1_500);
  });

  test('both names of a moved package are looked into', () => {
    expect(toLookInto([file('b/package.json', 'renamed', 'a/Package.json'), file('c.ts')])).toEqual([
      'b/package.json',
      'a/Package.json',
    ]);
  });
});
