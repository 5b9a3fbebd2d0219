import { describe, expect, it } from 'vitest';
import { isSensitive, outOfScope, refuse, scopeOf } from '../../src/handoff/scope.ts';
import { task } from './make.ts';

const scope = scopeOf(
  task({
    files: [
      { path: 'src/math.ts', action: 'modify' },
      { path: 'src/new.ts', action: 'create' },
      { path: 'src/old.ts', action: 'delete' },
      { path: 'docs/caf\u00e9.md', action: 'modify' },
    ],
  }),
  ['src/extra.ts'],
);

describe('the scope guard', () => {
  it.each([
    ['src/math.ts', 'modify'],
    ['src/new.ts', 'create'],
    ['src/new.ts', 'modify'],
    ['src/old.ts', 'delete'],
    ['src/extra.ts', 'modify'],
    ['src/extra.ts', 'delete'],
    ['docs/caf\u00e9.md', 'any'],
  ] as const)('permits %s to be written (%s)', (path, action) => {
    expect(refuse(scope, path, action)).toBeNull();
  });

  it.each([
    ['src/other.ts', 'modify', 'change request'],
    ['src/math.ts', 'delete', 'is to modify'],
    ['src/old.ts', 'modify', 'is to delete'],
    ['src/Math.ts', 'modify', 'only in case or Unicode form'],
    ['src/EXTRA.ts', 'create', 'write "src/extra.ts"'],
    ['docs/cafe\u0301.md', 'modify', 'only in case or Unicode form'],
    ['src/../src/math.ts', 'modify', '..'],
    ['.git/config', 'modify', "git's own folder"],
    ['src/ma\u200bth.ts', 'modify', 'U+200B'],
    ['/home/ada/src/math.ts', 'modify', 'absolute'],
    ['src/math.ts-evil', 'create', 'not among'],
  ] as const)('refuses %s (%s): %s', (path, action, reason) => {
    expect(refuse(scope, path, action)).toContain(reason);
  });

  it('does not permit an unsafe path because it was granted', () => {
    expect(refuse(scopeOf(task(), ['../x']), '../x', 'modify')).toContain('..');
  });

  it('lists what changed outside, with the reason, and nothing else', () => {
    const changed = ['src/math.ts', 'src/old.ts', 'SRC/math.ts', 'package.json'];
    expect(outOfScope(scope, changed).map(({ path }) => path)).toEqual(['SRC/math.ts', 'package.json']);
  });
});

describe('isSensitive', () => {
  it.each([
    ['.github/workflows/ci.yml', 'CI'],
    ['packages/a/package.json', 'package'],
    ['.HUSKY/pre-commit', 'hooks'],
    ['.vscode/tasks.json', 'editor'],
    ['sub/CLAUDE.md', 'agent'],
    ['.cursor/rules/a.mdc', 'agent'],
    ['.mcp.json', 'agent'],
    ['pnpm-lock.yaml', 'lock file'],
    ['.env.local', 'secrets'],
    ['Makefile', 'build scripts'],
    ['.gitattributes', 'git'],
    ['tercet.yaml', 'agent'],
  ])('%s is %s', (path, why) => {
    expect(isSensitive(path)).toContain(why);
  });

  it.each([
    'src/package.ts',
    'src/environment.ts',
    'docs/makefile.md',
    'src/agents.ts',
    'README.md',
    'src/claude/index.ts',
  ])('%s is not', (path) => {
    expect(isSensitive(path)).toBeNull();
  });
});
