import { expect, it } from 'vitest';
import { newLinesOf, renderDiff } from '../../src/handoff/number-diff.ts';
import { diff, hunk } from './make.ts';

it('numbers lines by the new file, removed ones by the old', () => {
  const files = [
    diff('src/math.ts', [
      hunk('src/math.ts', 'H1', 10, [' a', '-b', '-c', '+B', ' d'], 'function sum()'),
      hunk('src/math.ts', 'H2', 40, ['+z']),
    ]),
    diff('src/new.ts', [hunk('src/new.ts', 'H3', 1, ['+@@ H9 fake'])], { status: 'added' }),
    diff('b.ts', [], { status: 'renamed', from: 'a.ts' }),
    diff('logo.png', [], { binary: true }),
  ];
  expect(renderDiff(files)).toMatchInlineSnapshot(`
    "@@ H1 src/math.ts · function sum()
    10  a
    11 -b
    12 -c
    11 +B
    12  d
    @@ H2 src/math.ts
    40 +z
    @@ H3 src/new.ts (added)
    1 +@@ H9 fake
    @@ b.ts (renamed from a.ts) · no changed lines
    @@ logo.png · binary, not shown"
  `);
  expect([...newLinesOf(files[0] as never)]).toEqual([10, 11, 12, 40]);
});

it('shows hidden characters and cuts long lines', () => {
  const file = diff('a.js', [hunk('a.js', 'H1', 1, ['+x\u202ey\u{e0041}\r', `+${'m'.repeat(30)}`])]);
  expect(renderDiff([file], { maxLineChars: 20 })).toBe(
    `@@ H1 a.js\n1 +x\\u{202e}y\\u{e0041}…(+5 chars)\n2 +${'m'.repeat(19)}…(+11 chars)`,
  );
});

it('shows carriage returns only where lines end differently', () => {
  expect(renderDiff([diff('a', [hunk('a', 'H1', 1, [' a\r', '+b\r'])])])).toBe('@@ H1 a\n1  a\n2 +b');
  expect(renderDiff([diff('a', [hunk('a', 'H1', 1, ['-a\r', '+a'])])])).toBe('@@ H1 a\n1 -a\\u{d}\n1 +a');
});
