import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as yaml from 'yaml';
import type { Plan } from '../../src/contract/plan.ts';
import { parsePlanYaml } from '../../src/report/parse-plan-yaml.ts';
import { planToYaml } from '../../src/report/plan-yaml.ts';
import { plan } from './run-fixture.ts';

const schema = '/opt/tercet/schema/plan.schema.json';
const text = planToYaml(plan, yaml, { schema });

test('golden: the file a person edits', () => expect(text).toMatchFileSnapshot('../fixtures/report/plan.yaml'));

const words = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1 }),
  fc.string({
    unit: fc.constantFrom(' ', '\n', '\t', '\r', 'a', ':', '#', '-', '"', "'", '\u202e', '\u{e0041}', '\x1b'),
    minLength: 1,
  }),
  fc.constantFrom(
    'yes',
    'null',
    '~',
    '1.1',
    '0x10',
    '- a',
    'a: b',
    '# c',
    '*x',
    '&x',
    '!t',
    '{}',
    '|',
    '>',
    '---',
    '...',
    '<<',
    '2026-01-01',
  ),
);
const paths = fc.record({ path: words, action: fc.constantFrom('create', 'modify', 'delete' as const) });
const symbol = fc.record({
  path: words,
  name: words,
  action: fc.constantFrom('add', 'change', 'remove', 'use' as const),
  signature: fc.oneof(words, fc.constant('')),
});
const task = fc.record({
  id: fc.integer({ min: 1, max: 99 }).map((n) => `T${n}`),
  title: words,
  behaviour: words,
  files: fc.array(paths, { maxLength: 3 }),
  symbols: fc.array(symbol, { maxLength: 2 }),
  criteria: fc.array(fc.record({ id: words, text: words, command: fc.oneof(words, fc.constant(null)) }), {
    maxLength: 2,
  }),
  dependsOn: fc.array(words, { maxLength: 2 }),
  read: fc.array(words, { maxLength: 2 }),
});
const plans: fc.Arbitrary<Plan> = fc.record({
  version: fc.constant(1 as const),
  title: words,
  summary: fc.oneof(words, fc.constant('')),
  tasks: fc.array(task, { minLength: 1, maxLength: 3 }),
  risks: fc.array(words, { maxLength: 2 }),
  nonGoals: fc.array(words, { maxLength: 2 }),
  assumptions: fc.array(words, { maxLength: 2 }),
});

test('what is written reads back the same, and shows what is hidden', () => {
  fc.assert(
    fc.property(plans, (given) => {
      const written = planToYaml(given, yaml, { schema });
      expect(parsePlanYaml(written, yaml)).toEqual({ plan: given, problems: [] });
      expect(written).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]|[\u{e0000}-\u{e007f}]/u);
    }),
    { numRuns: 300 },
  );
});

test('left-out optional parts get their defaults', () => {
  const short = `title: t\ntasks:\n  - id: T1\n    title: a\n    behaviour: b\n    files: []\n    criteria:\n      - { id: T1.1, text: c }\n`;
  expect(parsePlanYaml(short, yaml).plan).toMatchObject({
    version: 1,
    risks: [],
    tasks: [{ read: [], criteria: [{ command: null }] }],
  });
});

describe('problems, with the line a person has to look at', () => {
  const lineOf = (snippet: string, within = text) => within.slice(0, within.indexOf(snippet)).split('\n').length;
  const change = (from: string, to: string) => {
    expect(text).toContain(from);
    return text.replace(from, to);
  };

  test.each([
    [
      'a wrong word',
      'action: modify',
      'action: modfy',
      'action must be one of create, modify, delete, but is "modfy"',
      'tasks[0].files[0].action',
    ],
    [
      'a number for a text',
      'title: Retry in the client',
      'title: 12',
      'title must be text, but is 12; put it in quotes',
      'tasks[0].title',
    ],
    [
      'an unknown key',
      'behaviour:',
      'behavior:',
      'there is no key "behavior"; the keys here are id, title, behaviour',
      'tasks[0]',
    ],
    ['a bad id', 'id: T2', 'id: two', 'a task id is T and a number, but is "two"', 'tasks[1].id'],
    ['an empty text', 'title: Retry failed requests with a growing delay', 'title: ""', 'title is empty', 'title'],
    ['a text for a list', 'read: []', 'read: none', 'read must be a list, but is "none"', 'tasks[1].read'],
    ['another version', 'version: 1', 'version: 2', 'version must be 1, but is 2', 'version'],
    [
      'an empty value',
      'summary: The client',
      'summary:\n# The client',
      'summary must be text, but is empty',
      'summary',
    ],
  ])('%s', (_, from, to, message, at) => {
    const broken = change(from, to);
    const { plan: none, problems } = parsePlanYaml(broken, yaml);
    expect(none).toBeNull();
    const problem = problems.find((each) => each.message.includes(message));
    expect(problem, JSON.stringify(problems)).toMatchObject({ at, line: lineOf(to.split('\n')[0] ?? to, broken) });
  });

  test('a missing key is reported at the block it is missing from', () => {
    const broken = change('    title: Say the retries in the log\n', '');
    const { problems } = parsePlanYaml(broken, yaml);
    expect(problems).toEqual([
      { line: lineOf('id: T2', broken), column: 5, at: 'tasks[1].title', message: 'title is missing' },
    ]);
  });

  test.each([
    ['broken YAML', 'title: "open\ntasks: []\n'],
    ['a key twice', 'title: a\ntitle: b\n'],
    ['two documents', 'title: a\n---\ntitle: b\n'],
    ['nothing', ' \n'],
    ['only a word', 'hello'],
    ['a list', '- a'],
    ['nesting beyond the stack', '['.repeat(200_000)],
    [
      'aliases that multiply',
      `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghij'
        .split('')
        .map((k, n) => `${k}: &${k} [${Array(9).fill(`*${'abcdefghi'[n]}`)}]`)
        .join('\n')}`,
    ],
    ['a megabyte', 'x'.repeat(1_100_000)],
  ])('%s is a problem, not a crash', (_, given) => {
    const { plan: none, problems } = parsePlanYaml(given, yaml);
    expect(none).toBeNull();
    expect(problems.length).toBeGreaterThan(0);
    expect(problems[0]?.line).toBeGreaterThanOrEqual(1);
    expect(problems[0]?.message).not.toBe('');
  });
});
