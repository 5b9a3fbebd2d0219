import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

let found: string | undefined;

/** The folder of this package: where prompts, examples and package.json are, from the sources as from the bundle. */
export function packageFolder(): string {
  if (found !== undefined) return found;
  let folder = path.dirname(fileURLToPath(import.meta.url));
  while (!existsSync(path.join(folder, 'prompts', 'planner.md'))) {
    const parent = path.dirname(folder);
    if (parent === folder) throw new Error('the package is not whole: prompts/planner.md is missing');
    folder = parent;
  }
  found = folder;
  return folder;
}

export function packageVersion(): string {
  return (JSON.parse(readFileSync(path.join(packageFolder(), 'package.json'), 'utf8')) as { version: string }).version;
}
