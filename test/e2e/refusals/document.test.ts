import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { messagesInCode, tidy } from '../../support/refusals/messages.ts';

/** Said to a model, to a programmer, or about a defect of ours: no person reads these at a terminal. */
const NOT_FOR_USERS = ['library.ts', 'workflow/2-execute/tool-box.ts'];

const rows = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| What you see'))
  .map((line) =>
    line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );

const documented = rows.map(([message = '', code = '']) => `${code}: ${tidy(message.replaceAll('\\|', '|'))}`);
const inCode = messagesInCode()
  // A message that is wholly filled in (`…`) is documented by what fills it.
  .filter(
    ({ code, text, file }) => code !== 'internal' && /\w/.test(text.replace('…', '')) && !NOT_FOR_USERS.includes(file),
  )
  .concat(messagesInCode().filter(({ text }) => text === '…:…: ….'))
  .map(({ code, text }) => `${code}: ${text}`);

/** Whether a row stands for a message: `…` in the row stands for anything, where enough of it is said in words. */
function stands(row: string, message: string): boolean {
  if (row === message) return true;
  if (row.replace(/[^a-z]/gi, '').length < 20) return false;
  const pattern = row.split('…').map((piece) => piece.replace(/[^\w\s]/g, '\\$&'));
  return new RegExp(`^${pattern.join('.+')}$`).test(message);
}

describe('docs/errors.md', () => {
  test('has every message a user can see', () => {
    expect(inCode.filter((message) => !documented.some((row) => stands(row, message)))).toEqual([]);
  });

  test('has no message that is gone', () => {
    expect(documented.filter((row) => !inCode.some((message) => stands(row, message)))).toEqual([]);
  });

  test('has each once, with four columns', () => {
    expect(documented.filter((message, index) => documented.indexOf(message) !== index)).toEqual([]);
    expect(rows.filter((cells) => cells.length !== 4)).toEqual([]);
  });

  test('is about a good number of messages', () => {
    expect(new Set(inCode).size).toBeGreaterThan(90);
  });
});
