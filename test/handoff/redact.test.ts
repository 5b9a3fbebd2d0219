import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { redactor } from '../../src/handoff/redact.ts';

/** Put together here, so that no scanner takes this file for a leak. */
const SHAPED = ['sk', 'ant', 'api03', 'AbCdEfGh12345678'].join('-');
const KEY = 'zz/Qb7+very~secret=42';

describe('the keys in use', () => {
  const { literals } = redactor([KEY, 'ollama', 'word']);

  test('are taken out as they are and in the forms they are echoed in', () => {
    expect(literals(`key ${KEY}!`)).toBe('key [key]!');
    expect(literals(encodeURIComponent(KEY))).toBe('[key]');
    expect(literals(Buffer.from(`${KEY}:`).toString('base64'))).not.toContain(
      Buffer.from(KEY).toString('base64').slice(0, 20),
    );
    const quoted = redactor(['pass"word\\1']).literals(JSON.stringify({ a: 'my pass"word\\1' }));
    expect(JSON.parse(quoted)).toEqual({ a: 'my [key]' });
  });

  test('are taken out of every place of a value, names included, and the rest is the same object', () => {
    const value = { list: [1, null, `a ${KEY}`], [KEY]: true, same: { deep: ['x'] } };
    const left = literals(value);
    expect(left).toEqual({ list: [1, null, 'a [key]'], '[key]': true, same: { deep: ['x'] } });
    expect(left.same).toBe(value.same);
    expect(literals(value.same)).toBe(value.same);
  });

  test('placeholders stay, because they are words', () => {
    expect(literals('ollama word')).toBe('ollama word');
  });

  test('whatever stands around a key, it is gone and everything else is there', () => {
    const texts = fc.string({ unit: 'binary' }).filter((text) => !text.includes('[key]'));
    fc.assert(
      fc.property(texts, texts, (before, after) => {
        expect(literals(before + KEY + after)).not.toContain(KEY);
        if (!before.includes(KEY[0] ?? '') && !after.includes(KEY[0] ?? ''))
          expect(literals(before + KEY + after)).toBe(`${before}[key]${after}`);
      }),
    );
  });

  test('an answer that holds none is not touched, whatever it looks like', () => {
    const text = `const test = "${SHAPED}";`;
    expect(literals(text)).toBe(text);
  });
});

describe('what has the shape of a key', () => {
  const { all } = redactor([]);

  test.each([
    [SHAPED, '[key]'],
    [`"${SHAPED}",`, '"[key]",'],
    ['OPENAI_API_KEY=sk-proj-Ab12Cd34Ef56Gh78', 'OPENAI_API_KEY=[key]'],
    ['AIzaSyA1234567890abcdefghijklmnopqrstuv', '[key]'],
    ['ghp_0123456789abcdefghijABCDEFGHIJ', '[key]'],
    ['AWS AKIAIOSFODNN7EXAMPLE done', 'AWS [key] done'],
    ['Authorization: Bearer abcdef0123456789abcdef', 'Authorization: Bearer [key]'],
    ['"x-api-key": "0123456789abcdef01"', '"x-api-key": "[key]"'],
    ['postgres://app:hunter22@db.example:5432/x', 'postgres://app:[key]@db.example:5432/x'],
    ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc-_1', '[key]'],
    ['-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc=\n-----END RSA PRIVATE KEY-----', '[key]'],
    ['xoxb-1234567890-abcdef', '[key]'],
  ])('%s', (text, left) => {
    expect(all(text)).toBe(left);
  });

  test.each([
    'pk_user_id references users(id)',
    'class="sk-fading-circle-animation"',
    'risk-based approach to task-2026-planning',
    'apiKey: getApiKeyFromEnvironment(),',
    'the bearer of this message is trustworthy indeed',
    'https://example.org:8080/path?x=1@2',
    'commit 0123456789abcdef0123456789abcdef01234567',
    'fw_update_all hf_dataset npm_config_registry',
  ])('prose and code stay: %s', (text) => {
    expect(all(text)).toBe(text);
  });

  test('hostile texts of 200,000 characters take no longer than others', () => {
    const hostile = [
      'sk-',
      'eyJaaaaaaaaaa-',
      'eyJaaaaaaaaaa.',
      'bearer ',
      'a://b:',
      'api_key=',
      '-----BEGIN ',
      'xai-a',
    ];
    for (const part of hostile) {
      const text = part.repeat(Math.ceil(200_000 / part.length));
      const from = performance.now();
      all(text);
      expect(performance.now() - from, part).toBeLessThan(1_000);
    }
  });
});
