import { delimiter, isAbsolute } from 'node:path';

/** What any program of a person needs of their environment to be itself: where things are, the language, the way out. */
const EVERYBODY = [
  'HOME',
  'USER',
  'LOGNAME',
  'SHELL',
  'LANG',
  'LC_ALL',
  'LC_CTYPE',
  'TZ',
  'TMPDIR',
  'XDG_CONFIG_HOME',
  'XDG_DATA_HOME',
  'XDG_CACHE_HOME',
  'XDG_STATE_HOME',
  'XDG_RUNTIME_DIR',
  'DBUS_SESSION_BUS_ADDRESS',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'NODE_EXTRA_CA_CERTS',
];

/**
 * The environment of a coding agent: the person's own for what is listed, the program's own variables, and nothing
 * else, so that the keys of other providers stay here. Relative entries of PATH are left out: they would be the repository's.
 */
export function agentEnvironment(
  user: Readonly<Record<string, string | undefined>>,
  own: readonly string[],
): Record<string, string> {
  const env: Record<string, string> = { TERM: 'dumb', NO_COLOR: '1' };
  for (const name of [...EVERYBODY, ...own]) {
    const value = user[name];
    if (value !== undefined && value !== '') env[name] = value;
  }
  env.PATH = (user.PATH ?? '')
    .split(delimiter)
    .filter((entry) => isAbsolute(entry))
    .join(delimiter);
  return env;
}
