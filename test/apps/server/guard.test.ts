import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openApiDocument } from '../../../src/apps/server/app.ts';
import { hostFor, inProcessApi, OTHER_TOKEN, post, type ServeOptions, TOKEN } from '../../support/serve.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'tercet-guard-'));
afterAll(() => rmSync(folder, { recursive: true }));
const home = { env: { TERCET_HOME: folder, PATH: process.env.PATH ?? '' } };
const api = (more: Partial<ServeOptions> = {}) => inProcessApi({ home, roots: [folder], ...more });

const OPEN = ['/v1/health', '/openapi.json'];
const operations = [
  ['get', '/openapi.json'] as const,
  ...Object.entries(openApiDocument().paths ?? {}).flatMap(([url, methods]) =>
    Object.keys(methods).map((method) => [method, url.replace('{run}', '20261122-130501-3fa9')] as const),
  ),
];

describe('every operation', () => {
  it('is in the description', () => {
    expect(operations.length).toBeGreaterThan(18);
  });

  it.each(operations)('case 48: %s %s refuses a host that is not this server', async (method, url) => {
    await using it = api();
    for (const host of [
      'evil.example',
      'evil.example:8417',
      '127.0.0.1.evil.example',
      '',
      'localhost@evil.example',
      '[::1',
    ]) {
      const answer = await it.request(url, { method, headers: { host } });
      expect([answer.status, await codeOf(answer)], host).toEqual([421, 'wrong-host']);
    }
  });

  it.each(operations)('case 49: %s %s refuses an origin that was not allowed', async (method, url) => {
    await using it = api({ origins: new Set(['https://app.example']) });
    for (const origin of ['https://evil.example', 'null', 'http://127.0.0.1:8417', 'https://app.example.evil', '']) {
      const answer = await it.request(url, { method, headers: { origin } });
      expect([answer.status, await codeOf(answer)], origin).toEqual([403, 'forbidden-origin']);
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    }
  });

  it.each(operations)('case 47: %s %s needs a token, unless it says nothing private', async (method, url) => {
    await using it = api();
    const wrong = [
      '',
      'Bearer',
      'Bearer ',
      `Bearer ${TOKEN}x`,
      `Bearer ${TOKEN.slice(0, -1)}`,
      `Basic ${TOKEN}`,
      TOKEN,
      `Bearer ${TOKEN} ${TOKEN}`,
    ];
    for (const authorization of wrong) {
      const answer = await it.request(url, { method, headers: { authorization } });
      if (OPEN.includes(url)) expect(answer.status).toBe(200);
      else expect([answer.status, await codeOf(answer)], authorization).toEqual([401, 'unauthorized']);
    }
    const inQuery = await it.request(`${url}?token=${TOKEN}&access_token=${TOKEN}`, {
      method,
      headers: { authorization: '' },
    });
    expect(inQuery.status).toBe(OPEN.includes(url) ? 200 : 401);
  });
});

describe('an allowed page', () => {
  const origin = 'https://app.example';

  it('may ask first, and read what comes', async () => {
    await using it = api({ origins: new Set([origin]) });
    const asked = await it.request('/v1/runs', { method: 'OPTIONS', headers: { origin, authorization: '' } });
    expect(asked.status).toBe(204);
    expect(asked.headers.get('access-control-allow-headers')).toContain('authorization');
    const answer = await it.request('/v1/runs', { headers: { origin } });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('access-control-allow-origin')).toBe(origin);
    expect(answer.headers.get('vary')).toBe('origin');
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
    const refused = await it.request('/v1/runs', { headers: { origin, authorization: '' } });
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([401, origin]);
  });
});

describe('limits', () => {
  it('hold a token to its requests, and no other token', async () => {
    await using it = api({ limits: { requestsPerMinute: 3 } });
    for (let count = 0; count < 3; count++) expect((await it.request('/v1/runs')).status).toBe(200);
    const refused = await it.request('/v1/runs');
    expect([refused.status, await codeOf(refused)]).toEqual([429, 'rate-limited']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    const other = await it.request('/v1/runs', { headers: { authorization: `Bearer ${OTHER_TOKEN}` } });
    expect(other.status).toBe(200);
  });

  it('hold an address without a token back, and lock nobody out', async () => {
    await using it = api({ limits: { refusalsPerMinute: 2 } });
    const guess = () => it.request('/v1/runs', { headers: { authorization: 'Bearer guess' } });
    expect([(await guess()).status, (await guess()).status, (await guess()).status]).toEqual([401, 401, 429]);
    expect((await it.request('/v1/runs')).status).toBe(200);
  });

  it('hold a body to its size, also one that does not say it', async () => {
    await using it = api({ limits: { bodyBytes: 1000 } });
    const large = JSON.stringify({ featureRequest: 'x'.repeat(2000) });
    const said = await it.request('/v1/runs', { ...post({}), body: large, headers: { 'content-length': '2100' } });
    expect([said.status, await codeOf(said)]).toEqual([413, 'too-large']);
    let taken = 0;
    const stream = new ReadableStream<Uint8Array>({
      pull(controller) {
        taken++;
        controller.enqueue(new Uint8Array(500).fill(32));
      },
    });
    const endless = await it.request('/v1/runs', {
      method: 'POST',
      body: stream,
      duplex: 'half',
      headers: { 'transfer-encoding': 'chunked' },
    } as object);
    expect([endless.status, taken < 10]).toEqual([413, true]);
  });
});

describe('a refusal', () => {
  it.each([
    ['{', 400, 'invalid'],
    ['[]', 400, 'invalid'],
    ['null', 400, 'invalid'],
    ['{}', 400, 'invalid'],
    ['{"featureRequest":"x","shell":"id"}', 400, 'invalid'],
    ['{"featureRequest":"  "}', 400, 'invalid'],
    ['{"featureRequest":"x","budgetUsd":-1}', 400, 'invalid'],
    ['{"featureRequest":"x","budgetUsd":1e999}', 400, 'invalid'],
    ['{"featureRequest":"x","repository":"/"}', 400, 'usage'],
    ['{"featureRequest":"x","repository":"../.."}', 400, 'usage'],
    ['{"featureRequest":"x","webhook":{"url":"file:///etc/passwd"}}', 400, 'invalid'],
    ['{"featureRequest":"x","webhook":{"url":"http://169.254.169.254/"}}', 400, 'invalid'],
    ['{"__proto__":{"featureRequest":"x"},"featureRequest":3}', 400, 'invalid'],
    ['['.repeat(100_000), 400, 'invalid'],
  ])('of %.60s says what is wrong and nothing of the inside', async (body, status, code) => {
    await using it = api();
    const answer = await it.request('/v1/runs', { ...post({}), body });
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    const problem = (await answer.json()) as Record<string, string>;
    expect(problem).toMatchObject({ status, code, type: `urn:tercet:problem:${code}`, title: expect.any(String) });
    expect(problem.detail).not.toBe('');
    expect(JSON.stringify(problem)).not.toMatch(/\bat \w+ \(|\.ts:\d|node_modules/);
  });

  it('names what is not there, and what is no JSON', async () => {
    await using it = api();
    const run = '/v1/runs/20261122-130501-3fa9';
    for (const url of [run, `${run}/events`, `${run}/plan`, '/v1/nothing', '/', '/v1/runs/..%2f..%2fetc/plan'])
      expect([404, 400], url).toContain((await it.request(url)).status);
    const form = await it.request('/v1/runs', {
      ...post({}),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect([form.status, await codeOf(form)]).toEqual([415, 'unsupported-media-type']);
  });

  it('of a defect is logged for the person and told to nobody else', async () => {
    const lines: string[] = [];
    await using it = api({ log: (line) => lines.push(line) });
    it.served.desk.library.shelves = () => Promise.reject(new Error(`boom at /home/somebody ${TOKEN}`));
    const answer = await it.request('/v1/runs');
    expect([answer.status, await codeOf(answer)]).toEqual([500, 'internal']);
    expect(lines).toEqual([expect.stringContaining('GET /v1/runs: boom')]);
  });
});

it('every answer forbids to keep, guess or frame it', async () => {
  await using it = api();
  for (const url of ['/v1/health', '/v1/runs', '/v1/nothing']) {
    const { headers } = await it.request(url);
    expect(headers.get('cache-control'), url).toBe('no-store');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('set-cookie')).toBeNull();
  }
});

it('what a server knows of tokens is their hashes', () => {
  expect(JSON.stringify(hostFor({ home, roots: [] }))).not.toContain(TOKEN);
});

async function codeOf(answer: Response): Promise<unknown> {
  return ((await answer.clone().json()) as { code?: string }).code;
}
