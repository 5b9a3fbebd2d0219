import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clean, cleanLine, hiddenCount } from '../../src/report/clean.ts';
import { mdBlock, mdCode, mdFence, mdLine } from '../../src/report/escape-markdown.ts';
import { githubReview } from '../../src/report/github.ts';
import { markdownReport } from '../../src/report/markdown.ts';
import { planText } from '../../src/report/plan-text.ts';
import { terminalReport } from '../../src/report/terminal.ts';
import { displayWidth, fitColumns, wrap } from '../../src/report/width.ts';
import { diff, HEAD, money, plan, result } from './run-fixture.ts';

const UNSAFE = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]|[\u{e0000}-\u{e007f}]/u;
const EVIL = [
  '\x1b[2J\x1b]8;;http://evil\x07click\x1b]8;;\x07\x1b]0;title\x07',
  '<script>alert(1)</script><img src=x onerror=alert(1)>',
  '| a | b |\n| --- | --- |\n| c | d |',
  '![x](http://evil/p.png) [y](javascript:alert(1)) <http://evil> https://evil.test www.evil.test',
  '\u202eevil\u2066 \u{e0048}\u{e0049} \u200bzero \ufeff',
  '```\n</details>\n# Heading\n- item\n1. one\n---\n===\n> quote\n    code',
  '@everyone #12 GH-3 owner/repo#4 a@b.co $x$ ~~s~~ **b** __u__ `c` <!-- c --> &lt; &amp;',
  '\x9b31mred\x9d0;t\x9c\x90q\x9c \r\rover',
].join('\n\n');

/** The fixture with every text of a model replaced. */
function hostile<Value>(value: Value, key = ''): Value {
  const texts = [
    'title',
    'summary',
    'behaviour',
    'text',
    'why',
    'fix',
    'quote',
    'evidence',
    'reason',
    'note',
    'detail',
  ];
  if (typeof value === 'string') return (texts.includes(key) ? EVIL : value) as Value;
  if (Array.isArray(value)) return value.map((entry) => hostile(entry, key)) as Value;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, hostile(part, name)])) as Value;
}

/** What a Markdown reader would still read as structure: outside of fences and code spans. */
function bare(markdown: string): string {
  return markdown
    .replace(/^( *)(`{3,}).*\n(?:.*\n)*?\1\2$/gm, '')
    .replace(/\\.|(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)/g, (part) => (part.startsWith('\\') ? part : ''))
    .replaceAll('&#8203;', '\u00b7')
    .replaceAll('&#36;', '');
}

describe('clean', () => {
  test.each([
    ['\x1b[31mred\x1b[0m', 'red'],
    ['\x1b]8;;http://evil\x1b\\link\x1b]8;;\x1b\\', 'link'],
    ['\x1b]0;unterminated keeps its text', ']0;unterminated keeps its text'],
    ['\x9b1Aup', 'up'],
    ['a\r\nb\rc', 'a\nb\nc'],
    ['pass\u202efdp.exe', 'passfdp.exe'],
    ['hi\u{e0068}\u{e0069}', 'hi'],
    ['a\u200bb\ufeffc', 'abc'],
    ['lone \ud800', 'lone \ufffd'],
    ['\tx', '  x'],
    ['👩‍💻 ❤️ naïve 日本', '👩‍💻 ❤️ naïve 日本'],
  ])('%j', (given, expected) => expect(clean(given)).toBe(expected));

  test('leaves nothing that moves a cursor, whatever comes in; twice changes nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const once = clean(text);
        expect(once).not.toMatch(UNSAFE);
        expect(cleanLine(text)).not.toMatch(/\n/);
        expect(hiddenCount(once)).toBe(0);
      }),
    );
  });

  test('sequences nested into one another do not assemble a new one', () => {
    expect(clean('\x1b\x1b[31m[31mx')).not.toMatch(UNSAFE);
  });

  test('bounds length, and marks that pile up', () => {
    expect(clean('x'.repeat(9_000))).toHaveLength(8_000);
    expect(clean(`a${'\u0301'.repeat(50)}`)).toHaveLength(5);
  });

  test('a megabyte of openings takes no time', () => {
    const started = performance.now();
    for (const opening of ['\x1b]', '\x1b[', '\x1b[1;', '\x1bP', '\x9b', ' ', '\u0301', '\x1b '])
      clean(opening.repeat(300_000));
    expect(performance.now() - started).toBeLessThan(20_000);
  });
});

describe('hostile text is inert', () => {
  test('in the terminal', () => {
    expect(terminalReport(hostile(result), { money })).not.toMatch(UNSAFE);
    expect(planText(hostile(plan))).not.toMatch(UNSAFE);
  });

  test.each([
    ['the report', markdownReport(hostile(result), { money })],
    ['a GitHub review', githubReview(hostile(result).review ?? expect.fail('no review'), diff, { head: HEAD }).body],
  ])('case 44: in %s', (_, markdown) => {
    expect(markdown).not.toMatch(UNSAFE);
    const outside = bare(markdown);
    expect(outside).not.toMatch(/</);
    expect(outside).not.toMatch(/(?<!\\)[[\]]/);
    expect(outside).not.toMatch(/:\/\/|www\.|@\w|#\d/);
    expect(outside).not.toMatch(/^#{1,6} Heading|^- item|^1\. one|^> quote|^={3}/m);
  });

  test('a report has the tables and headings of a harmless one', () => {
    const shape = (markdown: string) => bare(markdown).match(/^(?:#+ |\| --- |\| T)/gm);
    expect(shape(markdownReport(hostile(result), { money }))).toEqual(shape(markdownReport(result, { money })));
    for (const row of bare(markdownReport(hostile(result), { money })).match(/^\|.*$/gm) ?? []) {
      expect([5, 8]).toContain(row.match(/(?<!\\)\|/g)?.length);
    }
  });
});

describe('markdown', () => {
  test('a fence is longer than any fence inside', () => {
    expect(mdFence('a\n````\nb')).toBe('`````\na\n````\nb\n`````');
  });

  test('a code span holds backticks, and in a table bars', () => {
    expect(mdCode('`a``b')).toBe('``` `a``b ```');
    expect(mdCode('a|b', { table: true })).toBe('`a\\|b`');
  });

  test('ordinary prose stays readable', () => {
    expect(mdLine('Throw the last error, not undefined.')).toBe('Throw the last error, not undefined.');
    expect(mdBlock('one\n\ntwo')).toBe('one\n\ntwo');
  });

  test('never leaves an unescaped special, whatever comes in', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii', maxLength: 60 }), (text) => {
        const line = mdLine(text).replace(/\\[\\`*_{}[\]()|~!#\-+=:.)]/g, '');
        expect(line).not.toMatch(/[\\`*_{}[\]|~<>$]/);
      }),
    );
  });
});

describe('width', () => {
  test('counts columns', () => {
    expect(displayWidth('abc')).toBe(3);
    expect(displayWidth('日本')).toBe(4);
    expect(displayWidth('e\u0301')).toBe(1);
  });

  test('fitColumns never exceeds, wrap loses no word', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 40 }), (text, columns) => {
        const safe = cleanLine(text);
        expect(displayWidth(fitColumns(safe, columns))).toBeLessThanOrEqual(columns);
        expect(wrap(safe, columns).join(' ').split(/ +/)).toEqual(safe.split(/ +/));
      }),
    );
  });
});
