import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { deadlinesFor } from '../../../../src/adapters/agent/model/deadlines.ts';
import { StartMender } from '../../../../src/adapters/agent/model/mend-start.ts';
import { redact } from '../../../../src/adapters/agent/model/redact.ts';
import { retryAfterMs } from '../../../../src/adapters/agent/model/retry-after.ts';
import { strictSchema } from '../../../../src/adapters/agent/model/schema.ts';
import { apiModelId } from '../../../../src/adapters/agent/model/settings.ts';
import { usageOf } from '../../../../src/adapters/agent/model/usage.ts';
import { parseObject } from '../../../../src/adapters/agent/parse-object.ts';
import { PlannerAnswer } from '../../../../src/contract/plan.ts';
import { ReviewerAnswer } from '../../../../src/contract/review.ts';
import { strictProblem } from '../../../support/model-server/json.ts';

describe('parseObject', () => {
  const object = fc.dictionary(fc.string(), fc.jsonValue());
  const same = (value: unknown) => JSON.parse(JSON.stringify(value)) as unknown;

  it('finds an object bare, fenced, or among prose without braces', () => {
    const prose = fc.string().map((text) => text.replace(/[{}]/g, ''));
    fc.assert(
      fc.property(object, prose, prose, (value, before, after) => {
        const json = JSON.stringify(value, null, 2);
        for (const text of [json, `\`\`\`json\n${json}\n\`\`\``, `${before}\n${json}\n${after}`]) {
          expect(parseObject(text)).toEqual(same(value));
        }
      }),
    );
  });

  it('never throws and never gives anything but an object', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.json(), fc.string({ unit: fc.constantFrom('{', '}', '"', '\\', 'a') })),
        (text) => {
          const found = parseObject(text);
          expect(found === null || (typeof found === 'object' && !Array.isArray(found))).toBe(true);
        },
      ),
    );
  });

  it('mends what small models get wrong, and only that', () => {
    expect(parseObject('{"a": [1, 2, ], "b": {"c": ",}", },\n}')).toEqual({ a: [1, 2], b: { c: ',}' } });
    expect(parseObject('Here:\n```json\n{"a": "one\ntwo\t\\"three\\"",}\n```')).toEqual({ a: 'one\ntwo\t"three"' });
    expect(parseObject('<think>maybe {"a": 2}</think>{"a": 1}')).toEqual({ a: 1 });
    expect(parseObject('{"a": 1,, }')).toBeNull();
    expect(parseObject('{"a": "cut off", "b": [1')).toBeNull();
    expect(parseObject("{'a': 1}")).toBeNull();
  });

  it('finds every object with commas and line breaks where JSON has none', () => {
    const keys = fc.string().map((key) => `k${key}`);
    fc.assert(
      fc.property(fc.dictionary(keys, fc.jsonValue(), { minKeys: 1 }), (value) => {
        const json = JSON.stringify(value, null, 1);
        expect(parseObject(`Answer: ${json.slice(0, -1).trimEnd()} ,\n}`)).toEqual(same(value));
      }),
    );
  });

  it('skips braces that are not JSON, and stays quick on nothing but braces', () => {
    expect(parseObject('in {curly} words: {"a": 1}')).toEqual({ a: 1 });
    expect(parseObject('[1, 2]')).toBeNull();
    const at = performance.now();
    expect(parseObject('{'.repeat(1_000_000))).toBeNull();
    expect(performance.now() - at).toBeLessThan(20_000);
  });
});

describe('redact', () => {
  it('removes literal keys, encoded ones and common shapes, and leaves words alone', () => {
    const secret = 'p@ss/word+1';
    expect(redact(`got ${secret} and ${encodeURIComponent(secret)}`, [secret])).toBe('got [key] and [key]');
    for (const key of [
      'sk-ant-api03-abcdef123',
      'AIzaSyD-abcdefgh1234',
      'xai-abcdef12345',
      'ghp_abcdefghijk123',
      'eyJhbGciOi.eyJzdWIiOi.c2ln',
    ]) {
      expect(redact(`key ${key} refused`, [])).not.toContain(key);
    }
    expect(redact('Authorization: Bearer abc.def', [])).not.toContain('abc.def');
    expect(redact('{"x-api-key":"0123456789abc"}', [])).not.toContain('0123456789abc');
    expect(redact('task-or-model not found, risk-free', [])).toBe('task-or-model not found, risk-free');
  });

  it('cannot move a terminal’s cursor', () => {
    expect(redact('a\u001b[2Jb\r\nc\u202ed', [])).toBe('a [2Jb c d');
  });

  it('never lets a literal key through', () => {
    const key = fc.string({ minLength: 8, maxLength: 40, unit: fc.constantFrom(...'abcXYZ019_-.') });
    fc.assert(fc.property(key, fc.string(), fc.string(), (k, a, b) => !redact(a + k + b, [k]).includes(k)));
  });
});

describe('retryAfterMs', () => {
  const now = Date.parse('2026-11-22T10:00:00Z');
  it.each([
    [{ 'retry-after': '2' }, '', 2000],
    [{ 'retry-after': '0.5' }, '', 500],
    [{ 'retry-after-ms': '12.5', 'retry-after': '9' }, '', 13],
    [{ 'retry-after': 'Sun, 22 Nov 2026 10:01:00 GMT' }, '', 60_000],
    [{ 'retry-after': 'Sun, 22 Nov 2026 09:00:00 GMT' }, '', 0],
    [{ 'retry-after': '99999999999' }, '', 2 ** 31 - 1],
    [{ 'retry-after': 'soon' }, '', null],
    [{}, '{"retryDelay": "1.5s"}', 1500],
    [{}, '', null],
  ])('%j %s', (headers, body, expected) => {
    expect(retryAfterMs(new Headers(headers as Record<string, string>), body, now)).toBe(expected);
  });
});

describe('strictSchema', () => {
  it.each([
    ['the plan', PlannerAnswer],
    ['the review', ReviewerAnswer],
  ])('%s becomes a schema that strict modes take', (_name, type) => {
    const { schema, strict } = strictSchema(z.toJSONSchema(type) as Record<string, unknown>);
    expect(strict).toBe(true);
    expect(strictProblem(schema)).toBeNull();
    expect(JSON.stringify(schema)).not.toMatch(/"minLength"|"\$schema"|9007199254740991/);
  });

  it('says when a schema is not strict, and keeps a property called like a keyword', () => {
    const open = {
      type: 'object',
      properties: { default: { type: 'string' }, b: { type: 'string' } },
      required: ['default'],
    };
    expect(strictSchema(open)).toEqual({ schema: { ...open, additionalProperties: false }, strict: false });
  });
});

describe('usageOf', () => {
  const usage = (total: number, output: number, reasoning: number | undefined, raw: Record<string, number>) => ({
    inputTokens: { total, noCache: total, cacheRead: 0, cacheWrite: undefined },
    outputTokens: { total: output, text: undefined, reasoning },
    raw,
  });

  it('adds reasoning that a provider bills but leaves out of its completion tokens', () => {
    expect(usageOf('openai-compatible', usage(10, 2, 320, {}), '5m')).toMatchObject({ output: 322, reasoning: 320 });
    const told = { prompt_tokens: 10, total_tokens: 60 };
    expect(usageOf('openai-compatible', usage(10, 40, 10, told), '5m')).toMatchObject({ output: 50, reasoning: 10 });
    const within = { prompt_tokens: 10, total_tokens: 50 };
    expect(usageOf('openai-compatible', usage(10, 40, 10, within), '5m')).toMatchObject({ output: 40, reasoning: 10 });
  });

  it('is null for figures that are none', () => {
    expect(usageOf('openai', usage(Number.NaN, 2, 0, {}), '5m')).toBeNull();
    expect(usageOf('openai-compatible', usage(0, 0, 0, {}), '5m')).toBeNull();
  });
});

describe('StartMender', () => {
  const start = (usage: object) =>
    `event: message_start\ndata: ${JSON.stringify({ type: 'message_start', message: { id: 'é', ...usage } })}\n\n`;
  const rest = 'event: ping\ndata: {"type": "ping"}\n\ndata: {"é":"漢"}\n\n';

  it('changes nothing but a first event without usage, however the bytes are cut', () => {
    for (const [text, missing] of [
      [start({ usage: { input_tokens: 3 } }) + rest, false],
      [start({}) + rest, true],
      ['data: {"type":"error"}\n\n', false],
    ] as const) {
      for (let size = 1; size < 40; size += 1) {
        const note = { startUsageMissing: false };
        const mender = new StartMender(note);
        const bytes = Buffer.from(text);
        const out: Uint8Array[] = [];
        for (let at = 0; at < bytes.length; at += size)
          out.push(mender.pass(bytes.subarray(at, at + size)) ?? Buffer.alloc(0));
        out.push(mender.rest() ?? Buffer.alloc(0));
        const expected = missing ? start({ usage: { input_tokens: 0 } }) + rest : text;
        expect(Buffer.concat(out).toString()).toBe(expected);
        expect(note.startUsageMissing).toBe(missing);
      }
    }
  });
});

it('keeps everything after the provider as the model id', () => {
  expect(apiModelId('openrouter/anthropic/claude-x', 'openrouter')).toBe('anthropic/claude-x');
  expect(apiModelId('anthropic/claude-haiku-5-5', 'anthropic')).toBe('claude-haiku-5-5');
  expect(apiModelId('a/b/c', 'other')).toBe('b/c');
});

it('waits longer for the first output of a model that thinks hard, unless told otherwise', () => {
  expect(deadlinesFor('low', undefined)).toEqual({ firstChunkMs: 180_000, idleMs: 120_000, totalMs: 1_800_000 });
  expect(deadlinesFor('high', undefined).firstChunkMs).toBe(600_000);
  expect(deadlinesFor('high', { firstChunkMs: 5 }).firstChunkMs).toBe(5);
});
