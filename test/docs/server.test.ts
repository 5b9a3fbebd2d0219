import { expect, it, vi } from 'vitest';
import { runThere } from '../../docs/examples/over-http.ts';
import { openApiDocument } from '../../src/apps/server/app.ts';
import { LIMITS } from '../../src/apps/server/host.ts';
import { serving } from '../support/serve.ts';
import { REQUEST, SMOOTH } from '../support/shop-change.ts';
import { setStage } from '../support/stage.ts';
import { code, read, rows, section } from './documents.ts';

const { text } = read('docs/server.md');

it('lists every route, and no other', () => {
  const told = rows(section(text, '## Routes')).flatMap(([first = '']) => (/^`/.test(first) ? [code(first)] : []));
  const there = Object.entries(openApiDocument().paths ?? {}).flatMap(([url, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${url}`),
  );
  expect(told.sort()).toEqual([...there, 'GET /openapi.json'].sort());
});

it('lists the codes of refusals with their status', () => {
  const source = read('src/apps/server/problem.ts').text;
  const own = /const OWN = \{([\s\S]*?)\n\}/.exec(source)?.[1] ?? '';
  const there = [...own.matchAll(/'?([\w-]+)'?: \[(\d+),/g)].map(([, name, status]) => `${name} ${status}`);
  const told = rows(section(text, '## Refusals')).flatMap(([first = '', status]) =>
    /^`/.test(first) ? [`${code(first)} ${status}`] : [],
  );
  expect(there.length).toBeGreaterThan(10);
  expect(told.sort()).toEqual(there.sort());
});

it('says the bounds as they are', () => {
  expect(text).toContain(`| ${LIMITS.requestsPerMinute} a minute |`);
  expect(text).toContain(`| ${LIMITS.refusalsPerMinute} a minute; then 429.`);
  expect([LIMITS.bodyBytes, LIMITS.patchBytes]).toEqual([2 ** 20, 2 ** 23]);
  expect(text).toContain(`${LIMITS.headersMs / 1000} s and ${LIMITS.requestMs / 1000} s`);
  expect(text).toContain(`| ${LIMITS.connections}, ${LIMITS.followers} |`);
  expect(text).toContain(`every ${LIMITS.heartbeatMs / 1000} seconds`);
  expect(text).toContain(`nothing for ${LIMITS.stallMs / 1000} seconds`);
  expect(LIMITS.webhookDelaysMs).toHaveLength(5);
  expect(LIMITS.webhookDelaysMs.reduce((sum, ms) => sum + ms, 0) / 60_000).toBeLessThan(13);
});

it('the example of the client runs', async () => {
  await using stage = await setStage(SMOOTH);
  await using api = await serving({ home: stage.home, roots: [stage.repository.root] });
  const print = vi.spyOn(console, 'log').mockImplementation(() => {});
  try {
    expect(await runThere(api.client, REQUEST)).toMatchObject({ outcome: 'approved' });
    expect(print.mock.calls.at(-1)?.[1]).toBe('run.finished');
  } finally {
    print.mockRestore();
  }
});
