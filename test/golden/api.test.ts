import { expect, test } from 'vitest';
import { publicApi } from '../../scripts/public-api.ts';

/** What people build on. A difference here is a change of the library: say it in the changelog. `npm run golden` updates. */
const listings = publicApi(['src/index.ts', 'src/testing/index.ts', 'src/client/index.ts']);

test('tercet', () => expect(listings['src/index.ts']).toMatchFileSnapshot('api/tercet.d.ts.txt'));
test('tercet/testing', () => expect(listings['src/testing/index.ts']).toMatchFileSnapshot('api/testing.d.ts.txt'));

test('tercet/client', () => expect(listings['src/client/index.ts']).toMatchFileSnapshot('api/client.d.ts.txt'));

test('every name the listing shows can be imported, and no other', async () => {
  const built = new URL('../../dist/index.js', import.meta.url).href;
  const names = (await import(built)) as Record<string, unknown>;
  const shown = [...(listings['src/index.ts'] ?? '').matchAll(/^export declare (?:const|function|class) (\w+)/gm)];
  expect(new Set(Object.keys(names))).toEqual(new Set(shown.map(([, name]) => name)));
});
