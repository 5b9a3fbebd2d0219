import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BoundedOutput } from '../../../src/adapters/commands/bounded-output.ts';
import { plainText } from '../../../src/adapters/commands/plain-text.ts';
import { trimOutput } from '../../../src/adapters/commands/trim-output.ts';

describe('BoundedOutput', () => {
  test('short output comes back whole, however it is cut into chunks', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 50 }), fc.integer({ min: 1, max: 5 }), (text, size) => {
        const output = new BoundedOutput(1000);
        const bytes = Buffer.from(text);
        for (let at = 0; at < bytes.length; at += size) output.add(bytes.subarray(at, at + size));
        expect(output.text()).toBe(bytes.toString());
      }),
    );
  });

  test('whatever the chunks, the last bytes are the last bytes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 20 }),
        fc.integer({ min: 2, max: 30 }),
        (sizes, max) => {
          const output = new BoundedOutput(max);
          let all = '';
          for (const size of sizes) {
            const chunk = Array.from({ length: size }, (_, i) =>
              String.fromCharCode(97 + ((all.length + i) % 26)),
            ).join('');
            all += chunk;
            output.add(Buffer.from(chunk));
          }
          const half = Math.floor(max / 2);
          const cut = all.length - 2 * half;
          expect(output.text()).toBe(
            cut <= 0 ? all : `${all.slice(0, half)}\n… [${cut} bytes cut] …\n${all.slice(-half)}`,
          );
        },
      ),
    );
  });

  test('long output keeps its start and its end, counts what is cut, and splits no character', () => {
    const output = new BoundedOutput(23);
    for (let index = 0; index < 10_000; index += 1) output.add(Buffer.from('é€'));
    const text = output.text();
    expect(text).toBe('é€é€\n… [49978 bytes cut] …\né€é€');
    expect(text).not.toContain('\ufffd');
  });
});

describe('plainText', () => {
  test.each([
    ['\u001b[1;31mred\u001b[0m', 'red'],
    ['\u001b]8;;https://evil\u0007link\u001b]8;;\u001b\\', 'link'],
    ['a\u001b(Bb\u001bMc', 'abc'],
    ['\u009b31mx', 'x'],
    ['\u001b]0;never ends\nnext', '\nnext'],
    ['10%\r50%\r100%\nok', '100%\nok'],
    ['dos\r\nline\r\n', 'dos\nline\n'],
    ['tab\tstays\u0007\u0000', 'tab\tstays'],
    ['x\u202ey', 'xy'],
  ])('%j reads %j', (input, expected) => expect(plainText(input)).toBe(expected));

  test('nothing that moves a cursor survives', () => {
    const part = fc.constantFrom('\u001b', '[', ']', '31m', '\u0007', '\r', '\n', '\u009b', 'text', '\u001b[', '\b');
    fc.assert(
      fc.property(
        fc.array(part).map((parts) => parts.join('')),
        (input) => {
          expect(plainText(input)).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
        },
      ),
    );
  });
});

describe('trimOutput', () => {
  const noise = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, i) => `✓ test number ${from + i} passes`);

  test('short output is untouched', () => expect(trimOutput('a\nb\n', 100)).toBe('a\nb\n'));

  test('keeps the first failure with what follows, and the summary', () => {
    const failure = ['✗ adds numbers', '  AssertionError: expected 3 to be 4', '    at src/sum.test.ts:12:5'];
    const lines = ['> vitest run', ...noise(0, 400), ...failure, ...noise(400, 900), 'Tests: 1 failed, 900 passed'];
    const text = trimOutput(lines.join('\n'), 1200);
    expect(text).toContain(failure.join('\n'));
    expect(text).toContain('Tests: 1 failed, 900 passed');
    expect(text).toMatch(/… \[\d+ lines cut\] …/);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(1200);
  });

  test('of many failures the first come through', () => {
    const lines = Array.from({ length: 500 }, (_, i) => `FAIL case ${i}: expected ${i} received ${i + 1}`);
    const text = trimOutput(lines.join('\n'), 2000);
    expect(text).toContain('FAIL case 0:');
    expect(text).toContain('FAIL case 1:');
    expect(text).toContain('FAIL case 499:');
  });

  test('a count of no failures is not taken for one', () => {
    const lines = [...noise(0, 50), 'suite done: 0 failed', ...noise(50, 300), 'Error: real', ...noise(300, 600)];
    const text = trimOutput(lines.join('\n'), 900);
    expect(text).toContain('Error: real');
    expect(text).not.toContain('0 failed');
  });

  test('the lines kept are lines of the output, in order, within the bound', () => {
    const line = fc.constantFrom('plain', 'Error: x', 'ok', '', 'é'.repeat(40), 'x'.repeat(900), 'FAIL a');
    fc.assert(
      fc.property(fc.array(line, { maxLength: 80 }), fc.integer({ min: 0, max: 3000 }), (lines, max) => {
        const output = lines.join('\n');
        const text = trimOutput(output, max);
        expect(Buffer.byteLength(text)).toBeLessThanOrEqual(Math.max(max, Math.min(max, Buffer.byteLength(output))));
        if (Buffer.byteLength(output) <= max) expect(text).toBe(output);
        const cut = [...text.matchAll(/^… \[(\d+) lines? cut\] …$/gm)].reduce(
          (sum, [, count]) => sum + Number(count),
          0,
        );
        const gaps = text.split('\n').filter((one) => /^… \[\d+ lines? cut\] …$/.test(one)).length;
        if (max > 200) expect(text.split('\n').length - gaps + cut).toBe(output.split('\n').length);
      }),
    );
  });
});
