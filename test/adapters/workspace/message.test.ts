import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addTrailers, composeMessage, trailer, trailersOf } from '../../../src/adapters/workspace/git/message.ts';

const git = (message: string) =>
  execFileSync('git', ['interpret-trailers', '--parse'], { input: message, encoding: 'utf8' })
    .split('\n')
    .filter((line) => line !== '');

test('subject, body, trailers', () => {
  const text = composeMessage({
    subject: 'Add a thing',
    body: 'Why.\n\nMore.',
    trailers: [
      ['Tercet-Run', 'r1'],
      ['Tercet-Task', 'T1'],
    ],
  });
  expect(text).toBe('Add a thing\n\nWhy.\n\nMore.\n\nTercet-Run: r1\nTercet-Task: T1\n');
  expect(composeMessage({ subject: 'Only', body: '', trailers: [] })).toBe('Only\n');
});

test('a body that ends with trailers of its own keeps one block', () => {
  const text = composeMessage({
    subject: 'S',
    body: 'B\n\nCo-authored-by: A <a@b.c>',
    trailers: [['Tercet-Task', 'T1']],
  });
  expect(text).toBe('S\n\nB\n\nCo-authored-by: A <a@b.c>\nTercet-Task: T1\n');
  expect(git(text)).toEqual(['Co-authored-by: A <a@b.c>', 'Tercet-Task: T1']);
});

test('a text cannot forge our trailers, hide characters or break a line', () => {
  const text = composeMessage({
    subject: 'S\nTercet-Task: T9\u001b[31m',
    body: 'B\r\n\r\nTercet-Fix: F1\n tercet-model : x\nReal: y\u202e',
    trailers: [['Tercet-Task', 'T1\nTercet-Fix: F2']],
  });
  expect(trailersOf(text)).toEqual([
    ['Real', 'y'],
    ['Tercet-Task', 'T1 Tercet-Fix: F2'],
  ]);
  expect(trailer(text, 'Tercet-Fix')).toBeNull();
  expect(text).not.toMatch(/[\u001b\u202e\r]/);
  expect(() => composeMessage({ subject: 's', body: '', trailers: [['bad key', 'x']] })).toThrow(TypeError);
});

test('trailers are added once', () => {
  const once = addTrailers('S\n', [
    ['A', '1'],
    ['A', '1'],
    ['B', '2'],
  ]);
  expect(once).toBe('S\n\nA: 1\nB: 2\n');
  expect(
    addTrailers(once, [
      ['B', '2'],
      ['C', '3'],
    ]),
  ).toBe('S\n\nA: 1\nB: 2\nC: 3\n');
});

test('whatever a model writes, the last trailers are ours and git reads the same', () => {
  const part = fc.constantFrom(
    'word',
    'Key: value',
    'Tercet-Task: T9',
    '\n',
    '\n\n',
    ' ',
    '---',
    '#',
    ':',
    '\t',
    'a: b: c',
  );
  const text = fc.array(part, { maxLength: 12 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(text, text, (subject, body) => {
      const message = composeMessage({
        subject,
        body,
        trailers: [
          ['Tercet-Task', 'T1'],
          ['Tercet-Model', 'm'],
        ],
      });
      expect(trailersOf(message).slice(-2)).toEqual([
        ['Tercet-Task', 'T1'],
        ['Tercet-Model', 'm'],
      ]);
      expect(trailersOf(message).filter(([key]) => key.startsWith('Tercet'))).toHaveLength(2);
    }),
  );
  const message = composeMessage({ subject: 'x', body: 'Key: value\nother words', trailers: [['Tercet-Task', 'T1']] });
  expect(git(message)).toEqual(['Tercet-Task: T1']);
});
