import { delimiter, isAbsolute } from 'node:path';

export type Environment = Readonly<Record<string, string | undefined>>;
export type Setting = readonly [key: string, value: string];

/** Cannot exist, so git finds no user configuration there. */
const NOWHERE = '/dev/null/home';

/** A `.` in PATH would let the repository bring its own `git`. */
function absolutePath(path: string | undefined): string {
  const kept = (path ?? '').split(delimiter).filter((entry) => isAbsolute(entry));
  return kept.length > 0 ? kept.join(delimiter) : '/usr/local/bin:/usr/bin:/bin';
}

const QUIET = {
  LANG: 'C',
  LC_ALL: 'C',
  GIT_TERMINAL_PROMPT: '0',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_NO_LAZY_FETCH: '1',
  GIT_PAGER: 'cat',
  GIT_EDITOR: 'false',
  GIT_ASKPASS: 'false',
  GIT_LITERAL_PATHSPECS: '1',
};

/** The environment of every call on a repository: nothing of the caller's but PATH. */
export function cleanEnvironment(user: Environment): Record<string, string> {
  return {
    ...QUIET,
    PATH: absolutePath(user.PATH),
    HOME: NOWHERE,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_ATTR_NOSYSTEM: '1',
    // An empty list allows no transport at all, whatever `protocol.*.allow` says.
    GIT_ALLOW_PROTOCOL: '',
    // What is committed is what is reviewed: refs/replace could show something else.
    GIT_NO_REPLACE_OBJECTS: '1',
  };
}

/**
 * For the two calls that open a repository and run nothing of it (`rev-parse`, `config --list`): git sees the user's
 * own configuration, because `safe.directory`, name and mail stand there.
 */
export function userEnvironment(user: Environment): Record<string, string> {
  const env: Record<string, string> = { ...QUIET, PATH: absolutePath(user.PATH) };
  for (const [key, value] of Object.entries(user)) {
    const own = key === 'HOME' || key === 'XDG_CONFIG_HOME' || key.startsWith('GIT_CONFIG');
    if (own && value !== undefined) env[key] = value;
  }
  return env;
}

/**
 * Configuration as environment variables: unlike `-c key=value` they carry any key,
 * also `filter.a=b.clean`, which `-c` would split at the first `=`.
 */
export function settingsAsEnvironment(settings: readonly Setting[]): Record<string, string> {
  const env: Record<string, string> = { GIT_CONFIG_COUNT: String(settings.length) };
  settings.forEach(([key, value], index) => {
    env[`GIT_CONFIG_KEY_${index}`] = key;
    env[`GIT_CONFIG_VALUE_${index}`] = value;
  });
  return env;
}
