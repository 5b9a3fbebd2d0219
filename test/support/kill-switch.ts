import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const CACHE = fileURLToPath(new URL('../../node_modules/.cache/', import.meta.url));

/**
 * NODE_OPTIONS with the kill switch of test/no-network.ts, its types removed once instead of in every process:
 * the tests start some hundreds of them. It stays among the packages, for a process that is killed cleans up nothing.
 */
export function killSwitch(): string {
  if (options === null) {
    const source = readFileSync(new URL('../no-network.ts', import.meta.url), 'utf8');
    const hash = createHash('sha256').update(source).digest('hex').slice(0, 12);
    const file = path.join(CACHE, `no-network-${hash}.mjs`);
    if (!existsSync(file)) {
      mkdirSync(CACHE, { recursive: true });
      const fresh = `${file}.${randomUUID()}`;
      writeFileSync(fresh, stripTypeScriptTypes(source));
      renameSync(fresh, file);
    }
    // As an address: a folder's name may hold a space.
    options = `--import=${pathToFileURL(file).href}`;
  }
  return options;
}

let options: string | null = null;
