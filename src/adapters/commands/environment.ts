import { existsSync } from 'node:fs';
import { delimiter, dirname, isAbsolute, join } from 'node:path';

/**
 * Everything a command gets of the environment: no key, no token, a home of its own. Local binaries come first in PATH,
 * from the working tree's folder up, as npm has it.
 */
export function commandEnvironment(
  path: string | undefined,
  cwd: string,
  home: string,
  temporary: string,
): Record<string, string> {
  return {
    PATH: [...localBinaries(cwd), ...searchPath(path)].join(delimiter),
    HOME: home,
    TMPDIR: temporary,
    LANG: 'C.UTF-8',
    CI: '1',
    TERM: 'dumb',
    NO_COLOR: '1',
    npm_config_update_notifier: 'false',
    npm_config_fund: 'false',
    npm_config_audit: 'false',
  };
}

/** The absolute entries of PATH: a relative one would be the repository's. */
export function searchPath(path: string | undefined): string[] {
  const own = (path ?? '').split(delimiter).filter((entry) => isAbsolute(entry));
  return own.length > 0 ? own : ['/usr/local/bin', '/usr/bin', '/bin'];
}

function localBinaries(cwd: string): string[] {
  const found: string[] = [];
  for (let folder = cwd; ; folder = dirname(folder)) {
    const binaries = join(folder, 'node_modules', '.bin');
    if (existsSync(binaries)) found.push(binaries);
    if (folder === dirname(folder)) return found;
  }
}
