import fc from 'fast-check';

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** How a settings file is written: line ends, indentation, comments and commas where a person puts them. */
export interface Manner {
  eol: '\n' | '\r\n';
  indent: string;
  bom: boolean;
  finalNewline: boolean;
  comments: boolean;
  trailingComma: boolean;
  oneLine: boolean;
}

const manner = (comments: boolean) =>
  fc.record<Manner>({
    eol: fc.constantFrom('\n', '\r\n'),
    indent: fc.constantFrom('  ', '    ', '\t', ''),
    bom: fc.boolean(),
    finalNewline: fc.boolean(),
    comments: comments ? fc.boolean() : fc.constant(false),
    trailingComma: comments ? fc.boolean() : fc.constant(false),
    oneLine: fc.boolean(),
  });

/** Keys as people have them, those that Tercet writes among them. */
const key = fc.constantFrom(
  'a',
  'b',
  'theme',
  'mcpServers',
  'servers',
  'mcp',
  'enabledPlugins',
  'extraKnownMarketplaces',
  'x y',
  '"',
  ',',
  '//',
  '}',
  'é',
);
const value: fc.Arbitrary<Json> = fc.letrec<{ any: Json }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<Json>(null, true, 0, -1.5, 'text', '// no comment', 'a, b', '}', ''),
    fc.array(tie('any'), { maxLength: 2 }),
    fc.dictionary(key, tie('any'), { maxKeys: 3, noNullPrototype: true }),
  ),
})).any;

/** A settings file of JSON, and what it says. `comments`: also as people write it for tools that allow them. */
export function jsonFile(comments: boolean): fc.Arbitrary<{ text: string; value: Json }> {
  const root = fc.dictionary(key, value, { maxKeys: 4, noNullPrototype: true });
  return fc.tuple(root, manner(comments)).map(([value, manner]) => ({ text: write(value, manner), value }));
}

function write(value: Json, manner: Manner): string {
  let note = 0;
  const comment = () => (manner.comments && !manner.oneLine ? ` // note ${note++}, {` : '');
  const inside = () => (manner.comments && note++ % 2 === 0 ? `/* note ${note}, "} */ ` : '');
  const show = (value: Json, depth: number): string => {
    if (typeof value !== 'object' || value === null) return JSON.stringify(value);
    const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
    const items = Array.isArray(value)
      ? value.map((item) => show(item, depth + 1))
      : Object.entries(value).map(([key, item]) => `${inside()}${JSON.stringify(key)}: ${show(item, depth + 1)}`);
    if (items.length === 0) return manner.comments ? `${open}${inside()}${close}` : open + close;
    const end = manner.trailingComma ? ',' : '';
    if (manner.oneLine) return `${open}${items.join(', ')}${end}${close}`;
    const line = manner.eol + manner.indent.repeat(depth + 1);
    const last = items.length - 1;
    const lines = items.map((item, index) => `${line}${item}${index < last ? ',' : end}${comment()}`);
    return `${open}${lines.join('')}${manner.eol}${manner.indent.repeat(depth)}${close}`;
  };
  return `${manner.bom ? '\uFEFF' : ''}${show(value, 0)}${manner.finalNewline ? manner.eol : ''}`;
}

const toml = fc.constantFrom(
  'model = "gpt-6.1-sol" # mine',
  '# a comment',
  '',
  'approval_policy = "on-request"',
  '[mcp_servers.other]\ncommand = "other"\nargs = ["a", "b"] # why',
  '[mcp_servers]',
  '["mcp_servers".quoted]\ncommand = """\nx\n[mcp_servers.not]\n"""',
  '[[profiles]]\nname = "one"\n',
  '[projects."/home/ada"]\ntrust_level = "trusted"\nseen = 2026-11-22T10:00:00Z',
  '[features]\nlist = [\n  "a",\n  "b", # last\n]',
);

/** A settings file of TOML; the pieces are in an order in which they may not be valid. */
export const tomlFile: fc.Arbitrary<string> = fc
  .record({
    pieces: fc.uniqueArray(toml, { maxLength: 6 }),
    eol: fc.constantFrom('\n', '\r\n'),
    bom: fc.boolean(),
    finalNewline: fc.boolean(),
  })
  .map(({ pieces, eol, bom, finalNewline }) => {
    const text = [...pieces].join('\n') + (finalNewline ? '\n' : '');
    return (bom ? '\uFEFF' : '') + text.replaceAll('\n', eol);
  });
