import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test, vi } from 'vitest';
import { one, setScene } from '../support/set-scene.ts';

// Whole runs; a busy machine takes its time.
vi.setConfig({ testTimeout: 90_000 });

test('case 50: no address is fetched that a request, a model or a redirect names', async () => {
  const asked: string[] = [];
  const metadata = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers['x-api-key'] ?? ''}`);
    response.end('{}');
  });
  await new Promise<void>((resolve) => metadata.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(metadata.address() as AddressInfo).port}/latest/meta-data`;
  let redirecting = true;
  const { planner } = one();
  await using scene = await setScene(
    {
      planner: (call) => {
        if (redirecting) return { fault: { kind: 'status', status: 307, headers: { location: url } } };
        const { object } = planner(call) as { object: object };
        return { object: scene.server.log.length === 2 ? { ...object, tasks: [], needs: [url] } : object };
      },
    },
    { 'README.md': `![x](${url}) <img src="${url}">\n`, '.npmrc': `registry=${url}\n` },
  );
  try {
    const run = ['run', '--yes', '--always-plan', `Add a note that is 1, as ${url} says`];
    const redirected = await scene.inside(run);
    expect(redirected.code).not.toBe(0);
    expect(redirected.stderr).toContain('redirected (HTTP 307)');
    redirecting = false;
    const done = await scene.inside(run);
    expect(done.code, done.stderr).toBe(0);
    expect(asked).toEqual([]);
  } finally {
    metadata.close();
  }
});
