import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyEdits } from '../../src/edits/apply-edits.ts';
import type { Edit } from '../../src/edits/edit.ts';

const replace = (search: string, text: string, at = 1, path = 'a.ts'): Edit => ({
  kind: 'replace',
  path,
  search,
  replace: text,
  at,
});
const write = (content: string, path = 'a.ts'): Edit => ({ kind: 'write', path, content, at: 1 });

/** The new text, or the kinds of the problems. */
function run(file: string | null, ...edits: Edit[]): string | null | undefined | string[] {
  const result = applyEdits(edits, new Map([['a.ts', file]]));
  return result.ok ? result.files.get('a.ts') : result.problems.map((one) => one.kind);
}

function messageOf(file: string | null, ...edits: Edit[]): string {
  const result = applyEdits(edits, new Map([['a.ts', file]]));
  return result.ok ? '' : result.problems.map((one) => one.message).join('\n');
}

describe('the ladder', () => {
  it('exact: replaces, deletes and inserts whole lines', () => {
    expect(run('a\nb\nc\n', replace('b\n', 'B\nBB\n'))).toBe('a\nB\nBB\nc\n');
    expect(run('a\nb\nc\n', replace('b\n', ''))).toBe('a\nc\n');
    expect(run('abc\nb\n', replace('b\n', 'B\n'))).toBe('abc\nB\n');
  });

  it('trailing white space: found without it, and lines that stay keep theirs', () => {
    expect(run('if x:  \n  y\t\nz\n', replace('if x:\n  y\n', 'if x:\n  yy\n'))).toBe('if x:  \n  yy\nz\n');
  });

  it('blank lines at the ends of the block', () => {
    expect(run('a\nb\nc\n', replace('\nb\n\n', '\nB\n\n'))).toBe('a\nB\nc\n');
    expect(run('a\nb\nc\n', replace('\nb\n', 'B\n'))).toBe('a\nB\nc\n');
    expect(run('a\nb\nc\n', replace('\nb\n', '\n\nB\n'))).toBe('a\n\nB\nc\n');
  });

  it('indentation: one shift for all lines, the replacement shifted alike', () => {
    expect(
      run(
        '{\n    f() {\n\n        x;\n    }\n}\n',
        replace('f() {\n\n    x;\n}\n', 'f() {\n    if (x) {\n        y;\n    }\n}\n'),
      ),
    ).toBe('{\n    f() {\n        if (x) {\n            y;\n        }\n    }\n}\n');
    expect(run('\tf() {\n\t\tx;\n\t}\n', replace('f() {\n\tx;\n}\n', 'f() {\n\ty;\n}\n'))).toBe(
      '\tf() {\n\t\ty;\n\t}\n',
    );
    expect(run('f()\n  x\n', replace('  f()\n    x\n', '  f()\n    y\n'))).toBe('f()\n  y\n');
  });

  it('indentation: refuses what cannot be shifted', () => {
    // Uneven shift.
    expect(run('  a\n    b\n', replace('a\nb\n', 'x\n'))).toEqual(['not-found']);
    // Tabs in the file, spaces in the replacement.
    expect(run('\tif x:\n\t\ty\n', replace('if x:\n', 'if x:\n    pass\n'))).toEqual(['not-found']);
    // Tabs are not spaces.
    expect(run('\ta\n', replace('    a\n', '    b\n'))).toEqual(['not-found']);
    // The replacement has less than what has to be taken away.
    expect(run('a\nb\n', replace('    a\n    b\n', '    x\ny\n'))).toEqual(['not-found']);
  });

  it('elision: stretches are replaced, what is left out stays', () => {
    const file = 'def f():\n    a\n    b\n    c\n    return 1\n';
    const edit = replace('def f():\n    ...\n    return 1\n', 'def g():\n    ...\n    return 2\n');
    expect(run(file, edit)).toBe('def g():\n    a\n    b\n    c\n    return 2\n');
    const comment = replace(
      'def f():\n    # ... existing code ...\n    return 1\n',
      'def f():\n    # ... existing code ...\n    return 2\n',
    );
    expect(run(file, comment)).toBe('def f():\n    a\n    b\n    c\n    return 2\n');
  });

  it('elision: refuses unequal elisions, stretches that stand twice, the wrong order', () => {
    const file = 'a\nx\nb\nx\nc\n';
    expect(run(file, replace('a\n...\nc\n', 'A\nC\n'))).toEqual(['not-found']);
    expect(run(file, replace('a\n...\nx\n', 'A\n...\nX\n'))).toEqual(['ambiguous']);
    expect(run(file, replace('c\n...\na\n', 'C\n...\nA\n'))).toEqual(['not-found']);
  });

  it('line numbers copied from a listing', () => {
    expect(run('a\nb\nc\n', replace('2 | b\n3 | c\n', 'B\n'))).toBe('a\nB\n');
    expect(run('a\nb\nc\n', replace('2 | b\n', '2 | B\n'))).toBe('a\nB\nc\n');
    expect(run('a\nb\nc\n', replace('2 | b\n', '2 | B\nx\n'))).toEqual(['not-found']);
    expect(run('1 | b\nb\n', replace('1 | b\n', '1 | c\n'))).toBe('1 | c\nb\n');
  });

  it('several places are ambiguous on every rung, and no lower rung is tried', () => {
    expect(run('a\nb\na\n', replace('a\n', 'x\n'))).toEqual(['ambiguous']);
    expect(run('a\na\na\n', replace('a\na\n', 'x\n'))).toEqual(['ambiguous']);
    expect(run('a \nb\na\t\n', replace('a\n', 'x\n'))).toEqual(['ambiguous']);
    expect(run(' a\nb\n  a\n', replace('a\n', 'x\n'))).toEqual(['ambiguous']);
    expect(run('a\r\nb\na\n', replace('a\n', 'x\n'))).toEqual(['ambiguous']);
    expect(messageOf('a\nb\na\n', replace('a\n', 'x\n'))).toContain('lines 1 and 3');
  });

  it('a stricter match wins over tolerant ones elsewhere', () => {
    expect(run('  a\na\n', replace('a\n', 'x\n'))).toBe('  a\nx\n');
  });
});

describe('bytes', () => {
  it('keeps CRLF, byte order mark and a missing final newline', () => {
    expect(run('\uFEFFa\r\nb\r\nc', replace('b\n', 'B\nBB\n'))).toBe('\uFEFFa\r\nB\r\nBB\r\nc');
    expect(run('\uFEFFa\nb\n', replace('a\n', 'x\n'))).toBe('\uFEFFx\nb\n');
    expect(run('a\nb', replace('b\n', 'x\ny\n'))).toBe('a\nx\ny');
    expect(run('a\nb', replace('b\n', 'b\nc\n'))).toBe('a\nb\nc');
    expect(run('a\r\nb', replace('b\n', 'b\nc\n'))).toBe('a\r\nb\r\nc');
    expect(run('a', replace('a\n', 'a\nb\n'))).toBe('a\nb');
    expect(run('a\nb', replace('a\n', ''))).toBe('b');
  });

  it('keeps mixed line endings line by line', () => {
    expect(run('a\r\nb\nc\r\n', replace('a\nb\nc\n', 'a\nB\nc\n'))).toBe('a\r\nB\nc\r\n');
    expect(run('a\r\nb\nc\r\n', replace('b\nc\n', 'B\nC\nD\n'))).toBe('a\r\nB\nC\r\nD\r\n');
  });

  it('takes a lone carriage return for a character', () => {
    expect(run('a\rb\nc\n', replace('c\n', 'x\n'))).toBe('a\rb\nx\n');
  });

  it('overwrites a file in its own line endings', () => {
    expect(run('\uFEFFa\r\nb\r\n', write('x\ny\n'))).toBe('\uFEFFx\r\ny\r\n');
    expect(run('a\n', write('x\r\ny\r\n'))).toBe('x\ny\n');
    expect(run(null, write('x\r\ny\r\n'))).toBe('x\r\ny\r\n');
  });

  const line = fc.oneof(
    { weight: 1, arbitrary: fc.constantFrom('', '}', '\t', 'end') },
    { weight: 3, arbitrary: fc.stringMatching(/^[ \t]{0,3}[a-f]{0,4}[ \t]?$/u) },
  );
  const lines = fc.array(line, { maxLength: 12 });
  const eol = fc.constantFrom('\n', '\r\n');

  it('a unique region of any file is replaced by exactly the new text', () => {
    fc.assert(
      fc.property(
        lines,
        lines,
        fc.array(line, { maxLength: 4 }),
        lines,
        eol,
        fc.boolean(),
        fc.constantFrom('', '\uFEFF'),
        (head, tail, middle, fresh, end, final, bom) => {
          const unique = ['unique line', ...middle];
          const text = (all: string[]) => bom + all.join(end) + (final && all.length > 0 ? end : '');
          // One line without an ending does not say which ending the file has.
          fc.pre(end === '\n' || final || head.length + middle.length + tail.length > 0);
          const result = run(
            text([...head, ...unique, ...tail]),
            replace(`${unique.join('\n')}\n`, `${['fresh line', ...fresh].join('\n')}\n`),
          );
          // A last line that is empty and unended is no line of the file, so it cannot be searched for.
          fc.pre(final || [...unique, ...tail].at(-1) !== '');
          fc.pre(final || tail.length > 0 || fresh.at(-1) !== '');
          expect(result).toBe(text([...head, 'fresh line', ...fresh, ...tail]));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('what stands outside the replaced region stays byte for byte, however the search was written', () => {
    const mess = fc.constantFrom(
      (it: string) => it,
      (it: string) => `${it} `,
      (it: string) => `  ${it}`,
      (it: string) => it.trim(),
      (it: string) => it.replaceAll('\t', '    '),
    );
    const raw = fc.array(fc.tuple(line, eol), { minLength: 1, maxLength: 14 });
    fc.assert(
      fc.property(raw, fc.nat(), fc.nat({ max: 4 }), mess, fc.boolean(), (all, from, length, spoil, final) => {
        const start = from % all.length;
        const end = Math.min(all.length, start + length + 1);
        const bytes = (part: (readonly [string, string])[]) => part.map(([text, ending]) => text + ending).join('');
        const file = final ? bytes(all) : bytes(all).slice(0, -(all.at(-1)?.[1].length ?? 0));
        const search = all
          .slice(start, end)
          .map(([text]) => `${spoil(text)}\n`)
          .join('');
        const result = applyEdits([replace(search, 'NEW\n')], new Map([['a.ts', file]]));
        if (!result.ok) return;
        const text = result.files.get('a.ts') ?? '';
        const at = text.indexOf('NEW');
        // Everything before and after the insertion is a prefix and a suffix of the file.
        expect(file.startsWith(text.slice(0, at).replace(/[ \t]*$/u, ''))).toBe(true);
        expect(file.endsWith(text.slice(at + 3).replace(/^\r?\n/u, ''))).toBe(true);
        const removed = file.slice(at, file.length - text.slice(at + 3).length);
        expect(removed.split('\n').length).toBeLessThanOrEqual(search.split('\n').length);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('problems', () => {
  it('creates a file with an empty search, never over an existing one', () => {
    expect(run(null, replace('', 'x\n'))).toBe('x\n');
    expect(run('', replace('', 'x\n'))).toBe('x\n');
    expect(run('\uFEFF', replace('\n', 'x\n'))).toBe('\uFEFFx\n');
    expect(run('a\n', replace('', 'x\n'))).toEqual(['exists']);
    expect(run('a\n\nb\n', replace('\n', 'x\n'))).toEqual(['malformed']);
  });

  it('missing files', () => {
    expect(run(null, replace('a\n', 'b\n'))).toEqual(['missing-file']);
    expect(run(null, { kind: 'delete', path: 'a.ts', at: 1 })).toEqual(['missing-file']);
    expect(run('a\n', { kind: 'delete', path: 'a.ts', at: 1 })).toBeNull();
    expect(messageOf('a\n', { kind: 'delete', path: 'a.ts', at: 4 }, replace('a\n', 'b\n', 9))).toContain(
      'deleted by the edit at line 4',
    );
  });

  it('refuses text that stands for left-out text', () => {
    expect(run('a\nb\n', write('x\n// ... existing code ...\n'))).toEqual(['malformed']);
    expect(run('a\nb\n', write('x\n# rest of the file\n'))).toEqual(['malformed']);
    expect(run('a\nb\n', replace('a\n', 'x\n// ... rest of the code\n'))).toEqual(['malformed']);
    expect(run(null, replace('', '/* ... */\n'))).toEqual(['malformed']);
    expect(run('// ... existing code ...\nb\n', write('// ... existing code ...\nc\n'))).toBe(
      '// ... existing code ...\nc\n',
    );
    expect(run('a\n', replace('a\n', 'def f():\n    ...\n'))).toBe('def f():\n    ...\n');
    expect(run('a\n', replace('a\n', '// ...then retry the remaining items\n'))).toBe(
      '// ...then retry the remaining items\n',
    );
    expect(run('a\nb\n', write(''))).toEqual(['malformed']);
  });

  it('edits apply in order, each on what the ones before it left', () => {
    expect(run('a\nb\n', replace('a\n', 'x\n'), replace('x\nb\n', 'y\n'))).toBe('y\n');
    expect(run('a\nb\nc\n', replace('a\nb\n', 'x\n', 3), replace('b\nc\n', 'y\n', 9))).toEqual(['overlap']);
    expect(messageOf('a\nb\nc\n', replace('a\nb\n', 'x\n', 3), replace('b\nc\n', 'y\n', 9))).toContain('line 3');
  });

  it('all or nothing', () => {
    const current = new Map([
      ['a.ts', 'a\n'],
      ['b.ts', 'b\n'],
    ]);
    const result = applyEdits([replace('a\n', 'x\n'), replace('nope\n', 'y\n', 5, 'b.ts')], current);
    expect(result).toMatchObject({ ok: false, problems: [{ path: 'b.ts', kind: 'not-found', at: 5 }] });
  });

  it('nothing changed is a problem; one edit without effect beside others is a note', () => {
    expect(run('a\n')).toEqual(['no-change']);
    expect(run('a\n', replace('a\n', 'a\n'))).toEqual(['no-change']);
    expect(run('a\n', write('a\n'))).toEqual(['no-change']);
    expect(run('a\n', replace('a\n', 'b\n'), replace('b\n', 'a\n'))).toEqual(['no-change']);
    const result = applyEdits([replace('a\n', 'a\n'), replace('b\n', 'c\n')], new Map([['a.ts', 'a\nb\n']]));
    expect(result).toMatchObject({ ok: true, notes: [expect.stringContaining('equals the search')] });
  });

  it('work already done is a note when it is certain, a problem when a line could stand there by chance', () => {
    expect(run('x\ny\nb\n', replace('a\n', 'x\ny\n'), replace('b\n', 'c\n'))).toBe('x\ny\nc\n');
    expect(run('x\ny\nb\n', replace('a\n', 'x\ny\n'))).toEqual(['no-change']);
    expect(run('x\nb\n', replace('a\n', 'x\n'), replace('b\n', 'c\n'))).toEqual(['no-change']);
    expect(run('a\nb\n', replace('a\n', 'x\n'), replace('a\n', 'x\n'))).toBe('x\nb\n');
  });
});
