import { describe, expect, it } from 'vitest';
import { applyEdits } from '../../src/edits/apply-edits.ts';
import { explainProblems } from '../../src/edits/explain.ts';
import { parseAnswer } from '../../src/edits/parse-answer.ts';
import { block } from './render.ts';

function explain(text: string, files: Record<string, string>): string {
  const answer = parseAnswer(text);
  if (answer.problems.length > 0) return explainProblems(answer.problems);
  const result = applyEdits(answer.edits, new Map(Object.entries(files)));
  return result.ok ? '' : explainProblems(result.problems);
}

describe('what the model is told', () => {
  it('reads well', () => {
    const file = `import x from 'x';\n\nexport function total(items) {\n\treturn items.length;\n}\n\nexport function count(items) {\n  return items.length;\n}\n`;
    const text = [
      block('src/cart.ts', 'export function total(items: Item[]) {\n  return items.size;\n}\n', 'x\n'),
      block('src/cart.ts', '}\n', '};\n'),
      block('src/new.ts', 'a\n', 'b\n'),
      block('src/cart.ts', '', 'b\n'),
    ].join('\n');
    expect(explain(text, { 'src/cart.ts': file })).toMatchInlineSnapshot(`
      "Nothing was written: 4 problems in the edits.

      1. [not-found] src/cart.ts, block at line 2 of the answer (SEARCH begins "export function total(items: Item[]) {"): SEARCH does not stand in the file (9 lines). Copy the lines exactly. The most similar lines are:
        2 | 
        3 | export function total(items) {
        4 | 	return items.length;

      2. [ambiguous] src/cart.ts, block at line 11 of the answer (SEARCH begins "}"): SEARCH stands at 2 places: lines 5 and 9. Include more lines around the place that is meant.

      3. [missing-file] src/new.ts, block at line 18 of the answer: the file does not exist; check the path, or leave SEARCH empty to create the file.

      4. [exists] src/cart.ts, block at line 25 of the answer: the file exists, so SEARCH cannot be empty; show the lines to replace, or the whole file between "<<<<<<< FILE" and ">>>>>>> FILE".

      Send all the edits again, the ones without a problem too."
    `);
  });

  it('says what is wrong with the answer itself', () => {
    expect(explain('src/a.ts\n```ts\nx\n```\n\nsrc/b.ts\n<<<<<<< SEARCH\na\n', {})).toMatchInlineSnapshot(`
      "Nothing was written: 2 problems in the edits.

      1. [malformed] src/a.ts, block at line 2 of the answer: a fenced block is not an edit. Put the whole file between "<<<<<<< FILE" and ">>>>>>> FILE", or a part of it into "<<<<<<< SEARCH", "=======", ">>>>>>> REPLACE".

      2. [truncated] src/b.ts, block at line 7 of the answer: the answer ends before the block is closed by ">>>>>>> REPLACE".

      Send all the edits again, the ones without a problem too."
    `);
  });

  it('shows at most ten lines of a file and cuts long ones', () => {
    const file = Array.from({ length: 400 }, (_, i) => `const value${i} = '${'x'.repeat(500)}';`).join('\n');
    const search = Array.from({ length: 60 }, (_, i) => `const value${i + 9} = '${'x'.repeat(500)}';`).join('\n');
    const message = explain(block('a.ts', `${search}\nno\n`, 'b\n'), { 'a.ts': file });
    expect(message.split('\n').filter((line) => line.includes(' | '))).toHaveLength(10);
    expect(message.length).toBeLessThan(2500);
  });

  it('holds no raw control or invisible characters', () => {
    const evil = 'a\u001b[31m\u0007b\u202ec\u0000\u009b';
    const shown = [
      explain(block('a.ts', `${evil} x\n`, 'b\n'), { 'a.ts': `${evil} y\n${evil} z\n` }),
      explain(block('a.ts', `${evil}\n`, `${evil}\n`), { 'a.ts': '' }),
      explain(`a.ts\n<<<<<<< ${evil}\n`, {}),
      explain(`a.ts\n<<<<<<< FILE\n// ... existing ${evil} ...\n>>>>>>> FILE`, {}),
    ].join('\n');
    expect(shown).toContain('\\u{1b}');
    expect(shown.replaceAll(/[\n\t]/g, '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });
});
