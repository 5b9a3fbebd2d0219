import { existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { INPUT, OUTPUT } from '../../src/apps/mcp/schemas.ts';
import { makeHome } from '../support/cli.ts';
import { connect, ERAS } from '../support/mcp.ts';

/** What callers build on. A difference here is a change of the tools: say it in the changelog. `npm run golden` updates. */
const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

test('tools, resources and prompts, the same in both protocols', async () => {
  await using home = await makeHome(null);
  const seen = await Promise.all(
    ERAS.map(async (era) => {
      await using mcp = await connect({ era, home, cwd: tmpdir() });
      const { tools } = await mcp.client.listTools();
      const { resourceTemplates } = await mcp.client.listResourceTemplates();
      const { prompts } = await mcp.client.listPrompts();
      return { tools, resourceTemplates, prompts };
    }),
  );
  const [legacy, modern] = seen;
  expect(modern?.tools.map(({ name }) => name).sort()).toEqual(Object.keys(INPUT).sort());
  expect(Object.keys(OUTPUT).sort()).toEqual(Object.keys(INPUT).sort());
  for (const tool of modern?.tools ?? []) await expect(json(tool)).toMatchFileSnapshot(`mcp/${tool.name}.json`);
  await expect(json(modern?.resourceTemplates)).toMatchFileSnapshot('mcp/resources.json');
  await expect(json(modern?.prompts)).toMatchFileSnapshot('mcp/prompts.json');
  expect(legacy?.tools.map(({ name, inputSchema }) => [name, inputSchema])).toEqual(
    modern?.tools.map(({ name, inputSchema }) => [name, inputSchema]),
  );
});

test('no other command loads any of it', () => {
  const dist = new URL('../../dist/', import.meta.url);
  const seen = new Map<string, string>();
  const load = (file: URL) => {
    if (seen.has(file.href) || !existsSync(file)) return;
    const text = readFileSync(file, 'utf8');
    seen.set(file.href, text);
    // What is imported by a call is loaded when it is needed; only serve.ts needs the SDK.
    for (const [, name = ''] of text.matchAll(/["'`](\.{1,2}\/(?:chunks\/)?[\w-]+\.js)["'`]/g))
      if (!/\/serve-/.test(name)) load(new URL(name, file));
  };
  load(new URL('cli.js', dist));
  expect(seen.size).toBeGreaterThan(20);
  expect([...seen].filter(([, text]) => text.includes('io.modelcontextprotocol')).map(([file]) => file)).toEqual([]);
});
