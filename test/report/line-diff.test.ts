import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lineDiff } from '../../src/report/line-diff.ts';

describe('a difference by lines', () => {
  it.each([
    ['nothing', 'a\nb\n', 'a\nb\n', ''],
    ['a new file', '', 'a\nb\n', '+ a\n+ b'],
    ['a file that goes', 'a\n', '', '- a'],
    [
      'a line that changed, with two around it',
      '1\n2\n3\n4\n5\n6\n',
      '1\n2\n3\nx\n5\n6\n',
      '  2\n  3\n- 4\n+ x\n  5\n  6',
    ],
    ['two places', '1\n2\n3\n4\n5\n6\n7\n8\n', '0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n', '+ 0\n  1\n  2\n  …\n  7\n  8\n+ 9'],
    ['an end that was not there', 'a', 'a\n', '- a (no line end)\n+ a'],
  ])('%s', (_, before, after, diff) => {
    expect(lineDiff(before, after)).toBe(diff);
  });

  it('has every line that came or went, and gives one text from the other', () => {
    const text = fc
      .array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 12 })
      .map((lines) => lines.map((line) => `${line}\n`).join(''));
    fc.assert(
      fc.property(text, text, (before, after) => {
        const lines = lineDiff(before, after).split('\n');
        const count = (mark: string) => lines.filter((line) => line.startsWith(`${mark} `) || line === mark).length;
        const size = (text: string) => text.split('\n').length - 1;
        expect(size(before) - count('-') + count('+')).toBe(size(after));
        expect(lineDiff(before, after) === '').toBe(before === after);
      }),
    );
  });

  it('shows a long middle as replaced whole', () => {
    const many = (word: string) => Array.from({ length: 2_000 }, (_, index) => `${word} ${index}\n`).join('');
    expect(lineDiff(many('a'), many('b')).split('\n')).toHaveLength(4_000);
  });
});
