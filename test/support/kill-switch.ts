import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';

/**
 * NODE_OPTIONS with the kill switch of test/no-network.ts, its types removed once instead of in every process:
 * the tests start some hundreds of them.
 */
export function killSwitch(): string {
  if (options === null) {
    const folder = mkdtempSync(path.join(tmpdir(), 'tercet-test-switch-'));
    const file = path.join(folder, 'no-network.mjs');
    const source = readFileSync(new URL('../no-network.ts', import.meta.url), 'utf8');
    writeFileSync(file, stripTypeScriptTypes(source));
    process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
    options = `--import=${file}`;
  }
  return options;
}

let options: string | null = null;
