import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { makeHome, tercet } from '../support/cli.ts';

test('says its version', async () => {
  await using home = await makeHome(null);
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  expect(await tercet(['--version'], { cwd: home.folder, home })).toMatchObject({
    code: 0,
    stdout: `${version}\n`,
    stderr: '',
  });
});
