import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createClient } from '@hey-api/openapi-ts';

/** The types of the HTTP API as its client knows them, made from its description. `document` is the text of `schema/openapi.json`. */
export async function clientTypes(document: string): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'tercet-client-'));
  try {
    const input = path.join(folder, 'openapi.json');
    await writeFile(input, document);
    await createClient({
      input,
      output: { path: path.join(folder, 'out'), entryFile: false },
      plugins: ['@hey-api/typescript'],
      logs: { level: 'silent', file: false },
    });
    return await readFile(path.join(folder, 'out', 'types.gen.ts'), 'utf8');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
