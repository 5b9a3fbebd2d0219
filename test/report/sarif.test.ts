import { expect, test } from 'vitest';
import { z } from 'zod';
import { sarifOf } from '../../src/report/sarif.ts';
import { findings, result } from './run-fixture.ts';

/** The parts of SARIF 2.1.0's schema that apply here, by its "required" lists; closed, so that no property is made up. */
const Message = z.strictObject({ text: z.string().min(1) });
const Location = z.strictObject({
  physicalLocation: z.strictObject({
    artifactLocation: z.strictObject({ uri: z.string().regex(/^[^\s\\]+$/), uriBaseId: z.literal('%SRCROOT%') }),
    region: z.strictObject({ startLine: z.number().int().min(1), snippet: Message.partial() }).optional(),
  }),
});
const Level = z.enum(['none', 'note', 'warning', 'error']);
const Sarif = z.strictObject({
  $schema: z.url(),
  version: z.literal('2.1.0'),
  runs: z.tuple([
    z.strictObject({
      tool: z.strictObject({
        driver: z.strictObject({
          name: z.string(),
          semanticVersion: z.string().regex(/^\d+\.\d+\.\d+/),
          rules: z.array(
            z.strictObject({
              id: z.string(),
              name: z.string(),
              shortDescription: Message,
              defaultConfiguration: z.strictObject({ level: Level }),
              properties: z.strictObject({ tags: z.array(z.string()) }),
            }),
          ),
        }),
      }),
      automationDetails: z.strictObject({ id: z.string() }),
      invocations: z.tuple([
        z.strictObject({
          executionSuccessful: z.boolean(),
          toolExecutionNotifications: z.array(
            z.strictObject({
              level: Level,
              message: Message,
              locations: z.array(Location).optional(),
              descriptor: z.strictObject({ id: z.string() }),
            }),
          ),
        }),
      ]),
      originalUriBaseIds: z.record(z.string(), z.strictObject({ description: Message })),
      columnKind: z.enum(['utf16CodeUnits', 'unicodeCodePoints']),
      results: z.array(
        z.strictObject({
          ruleId: z.string(),
          ruleIndex: z.number().int().min(0),
          level: Level,
          message: Message,
          locations: z.array(Location),
          partialFingerprints: z.record(z.string(), z.string()),
          properties: z.record(z.string(), z.unknown()),
          suppressions: z
            .array(
              z.strictObject({
                kind: z.enum(['inSource', 'external']),
                status: z.literal('accepted'),
                justification: z.string(),
              }),
            )
            .optional(),
        }),
      ),
      properties: z.record(z.string(), z.unknown()),
    }),
  ]),
});

const review = result.review;
if (review === null) throw new Error('the fixture has a review');
const sensitive = [{ path: '.github/a b.yml', why: 'CI \u202econfiguration', created: true, note: '\x1b[2J' }];
const sarif = (over: Partial<typeof review> = {}) =>
  Sarif.parse(sarifOf({ ...review, ...over }, { version: '0.1.0', run: 'r1', sensitive })).runs[0];

test('has the properties SARIF requires and no others', () => {
  const run = sarif();
  expect(run.results).toHaveLength(5);
  for (const { ruleId, ruleIndex } of run.results) expect(run.tool.driver.rules[ruleIndex]?.id).toBe(ruleId);
});

test('an inconclusive review is not a successful analysis', () => {
  expect(sarif({ verdict: 'inconclusive', findings: [] }).invocations[0].executionSuccessful).toBe(false);
  expect(sarif().invocations[0].executionSuccessful).toBe(true);
});

test('a path is a URI, whatever it holds', () => {
  const [first] = findings;
  if (first === undefined) throw new Error('fixture');
  const [hit] = sarif({ findings: [{ ...first, path: 'src/a b#?%\u202e/ü.ts' }] }).results;
  expect(hit?.locations[0]?.physicalLocation.artifactLocation.uri).toBe('src/a%20b%23%3F%25%E2%80%AE/%C3%BC.ts');
});

test('a sensitive file is a note at its place, with nothing hidden in it', () => {
  expect(sarif().invocations[0].toolExecutionNotifications.at(-1)).toEqual({
    level: 'note',
    message: { text: 'Sensitive file: .github/a b.yml: CI configuration; there was none before;' },
    locations: [{ physicalLocation: { artifactLocation: { uri: '.github/a%20b.yml', uriBaseId: '%SRCROOT%' } } }],
    descriptor: { id: 'tercet/sensitive-file' },
  });
});

test('a finding that moved to another line keeps its fingerprint', () => {
  const [first] = findings;
  if (first === undefined) throw new Error('fixture');
  const prints = [3, 30].map((line) => sarif({ findings: [{ ...first, line }] }).results[0]?.partialFingerprints);
  expect(prints[0]).toEqual(prints[1]);
});
