import fc from 'fast-check';
import { parse } from 'smol-toml';
import { describe, expect, it } from 'vitest';
import { addToToml, removeFromToml, tomlAt } from '../../../src/adapters/host-settings/toml.ts';
import { tomlFile } from '../../support/settings-text.ts';

const PATH = ['mcp_servers', 'tercet'];
const ENTRY = { path: PATH, value: { command: 'ter"cet\\', args: ['mcp', 'a,"b'], tool_timeout_sec: 600 } };
const TABLE = '[mcp_servers.tercet]\ncommand = "ter\\"cet\\\\"\nargs = ["mcp", "a,\\"b"]\ntool_timeout_sec = 600\n';
const add = (text: string) => addToToml(text, [ENTRY]).text;

describe('adding to TOML', () => {
  it.each([
    ['nothing', '', TABLE],
    ['a file', 'a = 1 # one\n', `a = 1 # one\n\n${TABLE}`],
    ['a file without an end of its last line', 'a = 1', `a = 1\n\n${TABLE}`],
    ['CRLF', 'a = 1\r\n', `a = 1\r\n\r\n${TABLE.replaceAll('\n', '\r\n')}`],
  ])('%s', (_, before, after) => {
    expect(add(before)).toBe(after);
  });

  it.each([
    ['what is no TOML', 'a = \n', 'line 1 is not valid TOML'],
    ['an inline table', 'mcp_servers = { a = { command = "x" } }\n', 'a way Tercet cannot add to'],
  ])('refuses %s', (_, text, message) => {
    expect(() => add(text)).toThrow(message);
  });

  it('takes its table out again, with tables in it, and leaves the comments of others', () => {
    const text = `a = 1\n\n${TABLE}[mcp_servers.tercet.env]\nX = "1"\n\n# of b\n[b]\nc = 2\n`;
    expect(removeFromToml(text, [PATH])).toBe('a = 1\n\n# of b\n[b]\nc = 2\n');
    expect(removeFromToml(TABLE, [PATH])).toBe('');
  });

  it('does not take a line of a text for a table', () => {
    const text = `a = """\n[mcp_servers.tercet]\nx = 1\n"""\n\n${TABLE}`;
    expect(() => removeFromToml(text, [PATH])).toThrow('a way Tercet cannot take from');
  });

  it('changes nothing else, whatever the file looks like', () => {
    let tried = 0;
    fc.assert(
      fc.property(tomlFile, (raw) => {
        const text = raw.replace(/^\uFEFF/, '');
        let before: object;
        try {
          before = parse(text);
        } catch {
          return;
        }
        tried++;
        const after = add(text);
        expect(after.startsWith(text)).toBe(true);
        expect(tomlAt(after, PATH)).toEqual(ENTRY.value);
        const back = removeFromToml(after, [PATH]);
        expect(JSON.stringify(parse(back))).toBe(JSON.stringify(before));
        expect(back.trimEnd()).toBe(text.trimEnd());
      }),
      { numRuns: 300 },
    );
    expect(tried).toBeGreaterThan(50);
  });
});
