import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fence, hashText, promptSections, renderPrompt } from '../../src/handoff/prompt.ts';

describe('renderPrompt', () => {
  it('inserts values as they are and never expands them again', () => {
    expect(renderPrompt('{{a}} and {{ b }} {c}', { a: '{{b}} $& $1', b: '{{secret}}' })).toBe(
      '{{b}} $& $1 and {{secret}} {c}',
    );
  });

  it('names the prompt and the variable that is missing or unused', () => {
    expect(() => renderPrompt('{{diff}}', {}, 'reviewer')).toThrow(
      expect.objectContaining({ code: 'config', message: expect.stringMatching(/reviewer.*\{\{diff\}\}/) }),
    );
    expect(() => renderPrompt('x', { diff: '' }, 'reviewer')).toThrow(
      expect.objectContaining({ code: 'config', message: expect.stringMatching(/reviewer.*\{\{diff\}\}/) }),
    );
    expect(() => renderPrompt('{{toString}}', {})).toThrow(/toString/);
  });
});

describe('promptSections', () => {
  it('splits a file at its markers; the text before the first is the system section', () => {
    const text =
      'You edit.\n\n<!-- section: edit -->\r\nEdit {{x}}\n## not a section\n<!-- section: repair-2 -->\nRepair\n';
    expect([...promptSections(text, 'executor')]).toEqual([
      ['system', 'You edit.'],
      ['edit', 'Edit {{x}}\n## not a section'],
      ['repair-2', 'Repair'],
    ]);
  });

  it('refuses a section that is empty or there twice', () => {
    expect(() => promptSections('<!-- section: a -->\n<!-- section: b -->\nx', 'planner')).toThrow(
      /"a" of the prompt "planner" is empty/,
    );
    expect(() => promptSections('<!-- section: a -->\nx\n<!-- section: a -->\ny', 'planner')).toThrow(/twice/);
  });
});

describe('fence', () => {
  it('cannot be closed or reopened from inside', () => {
    const inside = fc.array(
      fc.constantFrom(
        '</request>',
        '< / REQUEST >',
        '<request>',
        '<',
        '/',
        'request',
        '>',
        ' ',
        '\n',
        'x',
        '\u202e',
        '\u200b',
      ),
    );
    fc.assert(
      fc.property(inside, (pieces) => {
        const fenced = fence('request', pieces.join(''));
        expect(fenced.match(/<\s*\/?\s*request(?![\w-])/gi)).toEqual(['<request', '</request']);
        expect(fenced.endsWith('\n</request>')).toBe(true);
      }),
    );
  });

  it('shows control, bidirectional and tag characters, and keeps tabs and newlines', () => {
    expect(fence('data', 'a\tb\r\nc\x1b[31m\u202e\u{e0069}\u{e0067}')).toBe(
      '<data>\na\tb\nc\\u{1b}[31m\\u{202e}\\u{e0069}\\u{e0067}\n</data>',
    );
    expect(fence('data', 'see <database> and caf\u00e9')).toContain('<database> and caf\u00e9');
  });
});

it('hashes the UTF-8 bytes', () => {
  expect(hashText('\u00e9')).toBe('4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c');
});
