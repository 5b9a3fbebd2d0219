import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { fuzz } from '../../support/fuzz-serve.ts';
import { serving, TOKEN } from '../../support/serve.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'tercet-fuzz-'));
afterAll(() => rmSync(folder, { recursive: true }));
const home = { env: { TERCET_HOME: folder, PATH: process.env.PATH ?? '' } };

/** `npm run bench:serve` sends 10,000. */
it('survives malformed, oversized and slow requests', async () => {
  const lines: string[] = [];
  const limits = { bodyBytes: 20_000, patchBytes: 30_000, headersMs: 150, requestMs: 300 };
  await using api = await serving({ home, roots: [folder], limits, log: (line) => lines.push(line) });
  const { port, desk } = api.server;
  const { wrong, sent, kinds, statuses } = await fuzz({
    port,
    token: TOKEN,
    count: 400,
    seed: 7,
    width: 40,
    bodyBytes: 20_000,
    patienceMs: 4_000,
  });
  expect(wrong).toEqual([]);
  expect(lines).toEqual([]);
  expect(sent).toBe(400);
  expect(Object.keys(kinds).length).toBeGreaterThan(20);
  expect(Object.keys(statuses)).toEqual(expect.arrayContaining(['400', '401', '404', '408', '413', '421', '431']));
  expect(desk.runs.all()).toEqual([]);
  expect(desk.followers.count).toBe(0);
  expect(await (await fetch(`${api.url}/v1/health`)).json()).toEqual({ status: 'ok' });
});
