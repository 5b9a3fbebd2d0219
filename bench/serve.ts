import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fuzz } from '../test/support/fuzz-serve.ts';
import { serving, TOKEN } from '../test/support/serve.ts';

/** 10,000 malformed, oversized and slow requests to `tercet serve`: what they are answered with, and whether it is still there. */
const COUNT = 10_000;
const folder = mkdtempSync(path.join(tmpdir(), 'tercet-bench-serve-'));
const home = { env: { TERCET_HOME: folder, PATH: process.env.PATH ?? '' } };
const lines: string[] = [];
const limits = { bodyBytes: 20_000, patchBytes: 30_000, headersMs: 500, requestMs: 1_000 };
const api = await serving({ home, roots: [folder], limits, log: (line) => lines.push(line) });
try {
  const { port, desk } = api.server;
  const options = { port, token: TOKEN, seed: 20_261_122, width: 100, bodyBytes: 20_000, patienceMs: 10_000 };
  await fuzz({ ...options, count: 500 });
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  const start = performance.now();
  const { sent, kinds, statuses, wrong } = await fuzz({ ...options, count: COUNT });
  const seconds = (performance.now() - start) / 1000;
  globalThis.gc?.();
  const grown = (process.memoryUsage().heapUsed - before) / 1e6;
  const health = await fetch(`${api.url}/v1/health`);
  console.log(`${sent} requests of ${Object.keys(kinds).length} kinds in ${seconds.toFixed(1)} s`);
  console.log(
    `answers: ${Object.entries(statuses)
      .map(([status, count]) => `${status} ${count}`)
      .join(', ')}`,
  );
  console.log(
    `defects: ${wrong.length + lines.length}; runs begun: ${desk.runs.all().length}; followers left: ${desk.followers.count}`,
  );
  console.log(`health afterwards: ${health.status}; heap grown by ${grown.toFixed(1)} MB`);
  for (const it of [...wrong, ...lines].slice(0, 10)) console.log(it);
  if (wrong.length + lines.length > 0 || health.status !== 200) process.exitCode = 1;
} finally {
  await api[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
}
