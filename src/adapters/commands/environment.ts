import { existsSync } from 'node:fs';
import { delimiter, dirname, isAbsolute, join } from 'node:path';

/**
 * Everything a command gets of the environment: no key, no token, a home of its own. Local binaries come first in PATH,
 * from the working tree's folder up, as npm has it.
 */
export function commandEnvironment(path: string | undefined, cwd: string, home: string): Record<string, string> {
  const own = (path ?? '').split(delimiter).filter((entry) => isAbsolute(entry));
  const system = own.length > 0 ? own : ['/usr/local/bin', '/usr/bin', '/bin'];
  return {
    PATH: [...localBinaries(cwd), ...system].join(delimiter),
    HOME: home,
    TMPDIR: join(home, 'tmp'),
    LANG: 'C.UTF-8',
    CI: '1',
    TERM: 'dumb',
    NO_COLOR: '1',
    npm_config_update_notifier: 'false',
    npm_config_fund: 'false',
    npm_config_audit: 'false',
  };
}

function localBinaries(cwd: string): string[] {
  const found: string[] = [];
  for (let folder = cwd; ; folder = dirname(folder)) {
    const binaries = join(folder, 'node_modules', '.bin');
    if (existsSync(binaries)) found.push(binaries);
    if (folder === dirname(folder)) return found;
  }
}
