import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const DIST = fileURLToPath(new URL('../../../../dist', import.meta.url));

it('MindStudio’s SDK is a part of the bundle that nothing loads until it is called', () => {
  const files = [
    'cli.js',
    'index.js',
    'testing.js',
    ...readdirSync(path.join(DIST, 'chunks')).map((name) => `chunks/${name}`),
  ];
  const texts = new Map(files.map((file) => [file, readFileSync(path.join(DIST, file), 'utf8')]));
  const [sdk, ...more] = files.filter((file) => texts.get(file)?.includes('x-mindstudio-thread-id'));
  expect(more).toEqual([]);
  const name = path.basename(sdk ?? 'none');
  const naming = [...texts].filter(([, text]) => text.includes(name)).map(([file, text]) => ({ file, text }));
  expect(naming).toHaveLength(1);
  for (const { text } of naming) {
    const said = text.split(name).slice(0, -1);
    expect(said.every((before) => /import\([`"']\.\/$/.test(before))).toBe(true);
  }
});
