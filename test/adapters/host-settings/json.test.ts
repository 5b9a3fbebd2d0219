import fc from 'fast-check';
import { parse } from 'jsonc-parser';
import { describe, expect, it } from 'vitest';
import { NotEditable } from '../../../src/adapters/host-settings/entry.ts';
import { addToJson, jsonAt, removeFromJson } from '../../../src/adapters/host-settings/json.ts';
import { jsonFile } from '../../support/settings-text.ts';

const PATH = ['mcpServers', 'tercet'];
const VALUE = { command: 'tercet', args: ['mcp'] };
const add = (text: string, path: readonly string[] = PATH, value: typeof VALUE | true = VALUE) =>
  addToJson(text, [{ path, value }], 'comments').text;
const lax = (text: string) => parse(text.replace(/^\uFEFF/, ''), [], { allowTrailingComma: true });

describe('adding to JSON', () => {
  it.each([
    ['nothing', '', '{\n  "mcpServers": {\n    "tercet": true\n  }\n}\n'],
    ['an empty object', '{}', '{\n  "mcpServers": {\n    "tercet": true\n  }\n}'],
    ['lines', '{\n  "a": 1\n}\n', '{\n  "a": 1,\n  "mcpServers": {\n    "tercet": true\n  }\n}\n'],
    ['tabs', '{\n\t"mcpServers": {}\n}', '{\n\t"mcpServers": {\n\t\t"tercet": true\n\t}\n}'],
    ['one line', '{"mcpServers": {"a": 1}}', '{"mcpServers": {"a": 1, "tercet": true}}'],
    ['CRLF', '{\r\n  "a": 1\r\n}\r\n', '{\r\n  "a": 1,\r\n  "mcpServers": {\r\n    "tercet": true\r\n  }\r\n}\r\n'],
    [
      'a comment behind the last entry',
      '{\n  "mcpServers": {\n    "a": 1 // one, of many\n    // end\n  }\n}',
      '{\n  "mcpServers": {\n    "a": 1, // one, of many\n    // end\n    "tercet": true\n  }\n}',
    ],
    [
      'a comma at the end',
      '{\n  "mcpServers": {\n    "a": 1,\n  },\n}',
      '{\n  "mcpServers": {\n    "a": 1,\n    "tercet": true,\n  },\n}',
    ],
    [
      'an empty object with a comment',
      '{\n  // mine\n}',
      '{\n  // mine\n  "mcpServers": {\n    "tercet": true\n  }\n}',
    ],
  ])('%s', (_, before, after) => {
    expect(add(before, PATH, true)).toBe(after);
    expect(removeFromJson(after, [PATH], [['mcpServers']], 'comments').replace(/\s/g, '')).toBe(
      (before || '{}').replace(/\s/g, '').replace('"mcpServers":{}', ''),
    );
  });

  it.each<[string, string, 'strict' | 'comments', string]>([
    ['what is no JSON', '{\n  "a": \n}', 'comments', 'line 3 is not valid JSON'],
    ['a list', '[]', 'comments', 'it holds no object'],
    ['comments where the tool reads none', '{ // a\n}', 'strict', 'this tool takes no comments'],
    ['a comma at the end where the tool reads none', '{"a": 1,}', 'strict', 'not valid JSON'],
    ['something else under the name of the object', '{"mcpServers": []}', 'strict', '`mcpServers` is no object'],
    [
      'an object that is there twice',
      '{"mcpServers": {}, "mcpServers": {"a": 1}}',
      'strict',
      'a way Tercet cannot add to',
    ],
  ])('refuses %s', (_, text, dialect, message) => {
    const adding = () => addToJson(text, [{ path: PATH, value: true }], dialect);
    expect(adding).toThrow(NotEditable);
    expect(adding).toThrow(message);
  });

  it('changes nothing but its own entry, whatever the file looks like', () => {
    fc.assert(
      fc.property(jsonFile(true), ({ text, value }) => {
        const { mcpServers = {} } = value as Record<string, unknown>;
        fc.pre(typeof mcpServers === 'object' && mcpServers !== null && !Array.isArray(mcpServers));
        fc.pre(!text.startsWith('\uFEFF'));
        const { text: after, made } = addToJson(text, [{ path: PATH, value: VALUE }], 'comments');
        expect(lax(after)).toEqual({ ...(value as object), mcpServers: { ...mcpServers, tercet: VALUE } });
        expect(jsonAt(after, PATH, 'comments')).toEqual(VALUE);
        // All that was there is there still, in its order: the new text is the old one with pieces put in.
        expect(isWithin(text, after)).toBe(true);
        const back = removeFromJson(after, [PATH], made, 'comments');
        expect(lax(back)).toEqual(value);
        expect(back.match(/note \d+/g)).toEqual(text.match(/note \d+/g));
      }),
      { numRuns: 500 },
    );
  });

  it('takes an entry out of a file that was changed around it', () => {
    fc.assert(
      fc.property(jsonFile(true), ({ text, value }) => {
        // Ours stands among the others, wherever they put it.
        const all = value as Record<string, unknown>;
        fc.pre(!text.startsWith('\uFEFF') && Object.keys(all).length > 0);
        const [key = ''] = Object.keys(all).toSorted();
        const { [key]: _, ...others } = all;
        const after = removeFromJson(text, [[key]], [], 'comments');
        expect(lax(after)).toEqual(others);
        expect(isWithin(after, text)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

/** Whether one text comes of the other by leaving characters out. */
function isWithin(part: string, whole: string): boolean {
  let at = 0;
  for (const character of whole) if (character === part[at]) at++;
  return at === part.length;
}
