import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Edit } from '../../src/edits/edit.ts';
import { editedPaths } from '../../src/edits/edit.ts';
import { parseAnswer } from '../../src/edits/parse-answer.ts';
import { block, render } from './render.ts';

const BODY = '<<<<<<< SEARCH\nold\n=======\nnew\n>>>>>>> REPLACE';
const pathsOf = (text: string, known?: string[]) => {
  const answer = parseAnswer(text, known === undefined ? {} : { known: new Set(known) });
  return answer.problems.length > 0 ? answer.problems.map((one) => one.kind) : editedPaths(answer.edits);
};

describe('search blocks', () => {
  it.each([
    `src/a.ts\n${BODY}`,
    `src/a.ts\n\`\`\`ts\n${BODY}\n\`\`\``,
    `\`\`\`ts\nsrc/a.ts\n${BODY}\n\`\`\``,
    `\`\`\`ts src/a.ts\n${BODY}\n\`\`\``,
    `<source>\nsrc/a.ts\n${BODY}\n</source>`,
    `\`src/a.ts\`\n${BODY}`,
    `**src/a.ts**\n\n${BODY}`,
    `**\`src/a.ts\`**:\n${BODY}`,
    `## src/a.ts\n${BODY}`,
    `1. \`src/a.ts\`:\n${BODY}`,
    `// src/a.ts\n${BODY}`,
    `File: src/a.ts\n${BODY}`,
    `**File:** \`src/a.ts\`\n${BODY}`,
    `src/a.ts (new file)\n${BODY}`,
    `<<<<<<< SEARCH src/a.ts\nold\n=======\nnew\n>>>>>>> REPLACE`,
    `src/a.ts\n<<<<< SEARCH\nold\n========\nnew\n>>>>>>>>> REPLACE done`,
    `src/a.ts\n------- SEARCH\nold\n=======\nnew\n+++++++ REPLACE`,
    `src/a.ts\n<<<<<<< SEARCH\n:start_line:3\n-------\nold\n=======\nnew\n>>>>>>> REPLACE`,
    `src/a.ts\n${BODY}`.replaceAll('\n', '\r\n'),
  ])('reads %j', (text) => {
    const answer = parseAnswer(text);
    expect(answer.problems).toEqual([]);
    expect(answer.edits).toMatchObject([{ kind: 'replace', path: 'src/a.ts', search: 'old\n', replace: 'new\n' }]);
    expect(answer.claim).toBe('');
  });

  it('gives a block without a path the path of the block before', () => {
    expect(pathsOf(`a/b.ts\n${BODY}\n\nand also\n\n${BODY}`)).toEqual(['a/b.ts']);
  });

  it('does not guess when the text between names another file', () => {
    expect(pathsOf(`a/b.ts\n${BODY}\n\nNow in \`main.py\`:\n\n${BODY}`)).toEqual(['malformed']);
    expect(pathsOf(`a/b.ts\n${BODY}\n\na/c.ts\nLike this:\n${BODY}`)).toEqual(['malformed']);
  });

  it('takes the only known file for a block without a path, and no other', () => {
    expect(pathsOf(BODY, ['justfile'])).toEqual(['justfile']);
    expect(pathsOf(BODY, ['a.ts', 'b.ts'])).toEqual(['malformed']);
    expect(pathsOf(`In c.ts:\n${BODY}`, ['a.ts'])).toEqual(['malformed']);
  });

  it('keeps a path exactly', () => {
    expect(pathsOf(`../../etc/passwd.txt\n${BODY}`)).toEqual(['../../etc/passwd.txt']);
    expect(pathsOf(`./src/__init__.py\n${BODY}`)).toEqual(['./src/__init__.py']);
    expect(pathsOf(`\`my dir/a b.ts\`\n${BODY}`)).toEqual(['my dir/a b.ts']);
    expect(pathsOf(`app/(shop)/[id]/page.tsx\n${BODY}`)).toEqual(['app/(shop)/[id]/page.tsx']);
    expect(pathsOf(`# odd: name\n${BODY}`, ['# odd: name', 'x'])).toEqual(['# odd: name']);
  });

  it('leaves fences inside the content alone', () => {
    const search = '```sh\nnpm test\n```\n';
    expect(parseAnswer(`README.md\n\`\`\`md\n${BODY.replace('old\n', search)}\n\`\`\``).edits).toMatchObject([
      { search },
    ]);
  });

  it('reads content that holds markers when its own are longer, and refuses it otherwise', () => {
    const conflict = '<<<<<<< HEAD\na\n=======\nb\n>>>>>>> other\n';
    const edit: Edit = {
      kind: 'replace',
      path: 'a.md',
      search: conflict,
      replace: `T\n=======\n${block('x.ts', 'a\n', 'b\n')}`,
      at: 1,
    };
    expect(parseAnswer(render([edit], 9)).edits).toMatchObject([{ search: edit.search, replace: edit.replace }]);
    expect(parseAnswer(render([edit], 7)).problems.map((one) => one.kind)).toContain('malformed');
    expect(parseAnswer(render([edit], 7)).edits).toEqual([]);
  });

  it.each([
    ['two dividers', 'a.ts\n<<<<<<< SEARCH\nTitle\n=======\n=======\nNew\n>>>>>>> REPLACE'],
    ['no divider', 'a.ts\n<<<<<<< SEARCH\nold\n>>>>>>> REPLACE'],
    ['not closed before the next', `a.ts\n<<<<<<< SEARCH\nold\n=======\nnew\n\na.ts\n${BODY}`],
    ['another block inside', `a.ts\n<<<<<<< SEARCH\n${BODY}\n=======\nnew\n>>>>>>> REPLACE`],
    ['no path', BODY],
    ['two paths', 'a.ts\n<<<<<<< SEARCH b.ts\nold\n=======\nnew\n>>>>>>> REPLACE'],
    ['an indented block', `a.ts\n${BODY.replaceAll(/^/gm, '   ')}`],
    ['a marker outside a block', '=======\nnew\n>>>>>>> REPLACE'],
    ['a merge conflict', '<<<<<<< HEAD\na\n=======\nb\n>>>>>>> other'],
    ['a hint in the replacement', 'a.ts\n<<<<<<< SEARCH\nold\n=======\n:start_line:5\nnew\n>>>>>>> REPLACE'],
    ['an escaped marker', 'a.ts\n<<<<<<< SEARCH\nold\n=======\n\\=======\n>>>>>>> REPLACE'],
    ['a plain fenced file', 'Here it is.\n\nsrc/a.ts\n```ts\nexport {};\n```'],
    ['a unified diff', '--- a/x.ts\n+++ b/x.ts\n@@ -1 +1 @@\n-a\n+b'],
  ])('refuses %s, and with it the whole answer', (_, text) => {
    const answer = parseAnswer(
      `ok.ts\n${BODY}\n\nlater in other.ts\n\n${text}`.slice(text.startsWith('---') ? -text.length : 0),
    );
    expect(answer.problems.map((one) => one.kind)).toContain('malformed');
    expect(answer.edits).toEqual([]);
  });

  it.each([1, 2, 3, 4, 5])('calls an answer that ends within line %i of a block truncated', (kept) => {
    const cut = `a.ts\n${BODY}\n\nb.ts\n${BODY.split('\n')
      .slice(0, kept)
      .join('\n')
      .slice(0, kept === 5 ? -9 : undefined)}`;
    const answer = parseAnswer(cut);
    expect(answer.problems).toMatchObject([{ kind: 'truncated', path: 'b.ts', at: 9 }]);
    expect(answer.edits).toEqual([]);
  });

  it('keeps the prose as the claim', () => {
    const answer = parseAnswer(`I changed it.\n\na.ts\n\`\`\`ts\n${BODY}\n\`\`\`\n\nAll good.`);
    expect(answer.claim.replaceAll(/\n+/g, ' ')).toBe('I changed it. All good.');
  });
});

describe('other blocks', () => {
  it('reads a whole file, fences and search blocks in it included', () => {
    const content = `# T\n\n\`\`\`ts\nsrc/a.ts\n${BODY}\n\`\`\`\n`;
    expect(parseAnswer(`doc/x.md\n\`\`\`md\n<<<<<<< FILE\n${content}>>>>>>> FILE\n\`\`\``).edits).toEqual([
      { kind: 'write', path: 'doc/x.md', content, at: 3 },
    ]);
  });

  it('never inherits the path of a whole file', () => {
    expect(pathsOf(`a.ts\n${BODY}\n\n<<<<<<< FILE\nx\n>>>>>>> FILE`)).toEqual(['malformed']);
  });

  it('reads deletions', () => {
    expect(parseAnswer('DELETE FILE: `src/old.ts`\nDELETE FILE: justfile').edits).toEqual([
      { kind: 'delete', path: 'src/old.ts', at: 1 },
      { kind: 'delete', path: 'justfile', at: 2 },
    ]);
    expect(pathsOf('DELETE FILE:')).toEqual(['malformed']);
  });

  it('reads a change request', () => {
    const text =
      'I cannot.\n\n**CHANGE REQUEST: needs-file**\nPATHS: a.ts, `b/c.ts`\nREASON: the type\nlives there\n\nSorry.';
    const answer = parseAnswer(text);
    expect(answer.changeRequest).toEqual({
      kind: 'needs-file',
      paths: ['a.ts', 'b/c.ts'],
      reason: 'the type\nlives there',
    });
    expect(answer.claim.replaceAll(/\n+/g, ' ')).toBe('I cannot. Sorry.');
    expect(pathsOf('CHANGE REQUEST: whatever\nREASON: x')).toEqual(['malformed']);
    expect(pathsOf('CHANGE REQUEST: needs-file\nPATHS: a')).toEqual(['malformed']);
  });

  it('reads a patch envelope', () => {
    const text = [
      ' *** Begin Patch',
      '*** Add File: new.md',
      '+hello',
      '*** Update File: a.ts',
      '@@ class A',
      ' one',
      '-two',
      '+TWO',
      '@@',
      '-nine',
      '*** End of File',
      '*** Delete File: b.ts',
      '*** End Patch ',
    ].join('\n');
    expect(parseAnswer(text).edits).toEqual([
      { kind: 'replace', path: 'new.md', search: '', replace: 'hello\n', at: 2 },
      { kind: 'replace', path: 'a.ts', search: 'one\ntwo\n', replace: 'one\nTWO\n', at: 5 },
      { kind: 'replace', path: 'a.ts', search: 'nine\n', replace: '', at: 9 },
      { kind: 'delete', path: 'b.ts', at: 12 },
    ]);
  });

  it.each([
    '*** Begin Patch\n*** End Patch',
    '*** Begin Patch\n*** Frobnicate File: a\n*** End Patch',
    '*** Begin Patch\n*** Update File: a\n@@\n+only added\n*** End Patch',
    '*** Begin Patch\n*** Update File: a\n*** Move to: b\n@@\n-x\n+y\n*** End Patch',
    '*** Begin Patch\n*** Add File: a\nno plus\n*** End Patch',
    '*** Begin Patch\n*** Update File: a\n@@\n?x\n*** End Patch',
  ])('refuses the patch %j', (text) => {
    expect(pathsOf(text)).toEqual(['malformed']);
  });

  it('calls a patch without an end truncated', () => {
    expect(pathsOf('*** Begin Patch\n*** Delete File: a')).toEqual(['truncated']);
  });
});

describe('any answer', () => {
  const piece = fc.constantFrom(
    '<<<<<<< SEARCH',
    '=======',
    '>>>>>>> REPLACE',
    '<<<<<<< FILE',
    '>>>>>>> FILE',
    '----- SEARCH',
    '+++++ REPLACE',
    '```ts',
    '```',
    'src/a.ts',
    'prose',
    '',
    '*** Begin Patch',
    '*** Update File: a',
    '@@',
    '+x',
    '*** End Patch',
    'DELETE FILE: a',
    'CHANGE REQUEST: needs-file',
    'REASON: x',
    '<<<<<<<<< SEARCH',
    '=========',
    '>>>>>>>>> REPLACE',
  );

  it('is read without throwing, and has edits or problems, not both', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(fc.oneof(piece, fc.string()), { maxLength: 40 }).map((it) => it.join('\n')),
    );
    fc.assert(
      fc.property(text, (it) => {
        const answer = parseAnswer(it);
        expect(answer.edits.length === 0 || answer.problems.length === 0).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('round-trips through rendering', () => {
    const content = fc
      .array(fc.stringMatching(/^[ \ta-z0-9`#=<>|.*-]{0,10}$/u), { maxLength: 6 })
      .map((it) => it.map((line) => `${line}\n`).join(''));
    const path = fc.stringMatching(/^[a-z][a-z0-9_-]{0,6}(\/[a-z(][a-z0-9_.-]{0,6}){0,3}\.ts$/u);
    const edit: fc.Arbitrary<Edit> = fc.oneof(
      fc.record({ kind: fc.constant('replace' as const), path, search: content, replace: content, at: fc.constant(0) }),
      fc.record({ kind: fc.constant('write' as const), path, content, at: fc.constant(0) }),
      fc.record({ kind: fc.constant('delete' as const), path, at: fc.constant(0) }),
    );
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 5 }), (edits) => {
        const answer = parseAnswer(render(edits, 11));
        expect(answer.problems).toEqual([]);
        expect(answer.edits.map((it) => ({ ...it, at: 0 }))).toEqual(edits);
      }),
    );
  });

  it.each([
    ['openers', '<<<<<<< SEARCH\n'],
    ['openers of many lengths', '<<<<< SEARCH\n<<<<<< SEARCH\n<<<<<<< SEARCH\n<<<<<<<< SEARCH\n<<<<<<<<< FILE\n'],
    ['balanced blocks inside', 'a.ts\n<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\n'],
    ['dividers', 'a.ts\n=======\n'],
    ['one line of markers', '<'],
    ['one line of spaces', ' '],
    ['one line of stars', '*'],
    ['patches', '*** Begin Patch\n'],
    ['requests', 'CHANGE REQUEST: needs-file\n\n'],
    ['fences', 'src/a.ts\n```ts\n'],
    ['dots', '.../'],
    [
      'unclosed blocks of mixed closers',
      'a.ts\n<<<<< SEARCH\n<<<<<< SEARCH\n>>>>>> REPLACE\n<<<<<<< SEARCH\n>>>>>>> REPLACE\n',
    ],
    ['prose with paths', 'then `src/b.ts`, a/c.py and (d.go) are read, e.g. by x.y.z\n'],
  ])('of a megabyte of %s is read in one pass, without hanging', (_, unit) => {
    const plain = unit.repeat(Math.ceil(1_000_000 / unit.length));
    for (const text of [plain, `a.ts\n<<<<<<<<<<< SEARCH\n${plain}`]) {
      // The best of three: a busy machine says nothing about the parser.
      const times = [1, 2, 3].map(() => {
        const started = performance.now();
        parseAnswer(text);
        return performance.now() - started;
      });
      expect(Math.min(...times)).toBeLessThan(10_000);
    }
  });
});
