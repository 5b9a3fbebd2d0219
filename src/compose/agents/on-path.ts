import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';

/** A program as an absolute path, or null. Relative entries of PATH would be the repository's. */
export function onPath(program: string, search = ''): string | null {
  const places = search
    .split(path.delimiter)
    .filter((entry) => path.isAbsolute(entry))
    .map((entry) => path.join(entry, program));
  return places.find(canRun) ?? null;
}

/** Whether this is a file that may be executed. */
export function canRun(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
