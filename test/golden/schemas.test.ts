import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { clientTypes } from '../../scripts/client-types.ts';
import { schemaFiles } from '../../scripts/schema-files.ts';

const ROOT = new URL('../../', import.meta.url);
const text = (file: string) => readFileSync(new URL(file, ROOT), 'utf8');

it.each(Object.entries(schemaFiles()))('%s is what the code says; `npm run schemas` writes it', (file, made) => {
  expect(text(file)).toBe(made);
});

it('the types of the client are those of the API; `npm run client` writes them', async () => {
  expect(text('src/client/generated/types.gen.ts')).toBe(await clientTypes(text('schema/openapi.json')));
});

it('no other command loads the HTTP API', () => {
  const dist = new URL('dist/', ROOT);
  const seen = new Map<string, string>();
  const load = (file: URL) => {
    if (seen.has(file.href) || !existsSync(file)) return;
    const code = readFileSync(file, 'utf8');
    seen.set(file.href, code);
    // Only serve.ts needs it, which is loaded by a call.
    for (const [, name = ''] of code.matchAll(/["'`](\.{1,2}\/(?:chunks\/)?[\w-]+\.js)["'`]/g))
      if (!/\/serve-/.test(name)) load(new URL(name, file));
  };
  for (const entry of ['cli.js', 'index.js', 'testing.js', 'client.js']) load(new URL(entry, dist));
  expect(seen.size).toBeGreaterThan(20);
  const marks = ['openIdConnectUrl', 'urn:tercet:problem', 'RateLimiterMemory', 'whsec_'];
  const parts = [...seen].filter(([, code]) => marks.some((mark) => code.includes(mark)));
  expect(parts.map(([file]) => file)).toEqual([]);
  // The client stands alone: it has nothing of the product in it.
  expect(text('dist/client.js')).not.toMatch(/from\s*["']\.\/chunks\/(core|git|serve)/);
});
