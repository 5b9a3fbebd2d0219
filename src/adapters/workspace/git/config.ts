import { stat } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import { cleanEnvironment, type Environment, settingsAsEnvironment } from './environment.ts';
import { type ConfigEntry, hardeningFor } from './hardening.ts';
import { runGit } from './process.ts';

export interface Identity {
  name: string;
  email: string;
}

/** Lists without running anything; scope and origin tell the repository's own settings from the user's. */
export const LIST_CONFIG = ['config', '--list', '-z', '--show-scope', '--show-origin'];

/** Parses `git config --list -z --show-scope --show-origin`: scope, origin, `key\nvalue`, each ended by NUL. */
export function parseConfig(text: string): ConfigEntry[] {
  const fields = text.split('\0');
  const entries: ConfigEntry[] = [];
  for (let index = 0; index + 2 < fields.length; index += 3) {
    const [scope = '', origin = '', pair = ''] = fields.slice(index, index + 3);
    const newline = pair.indexOf('\n');
    entries.push({
      // A key without a value is git's short form of `true`.
      key: newline < 0 ? pair : pair.slice(0, newline),
      value: newline < 0 ? 'true' : pair.slice(newline + 1),
      ofRepository: scope === 'local' || scope === 'worktree',
      file: origin.startsWith('file:') ? origin.slice('file:'.length) : null,
    });
  }
  return entries;
}

/** Who commits: the user, as git would have it; a named stand-in when git knows nobody. */
export function identityFrom(entries: readonly ConfigEntry[], user: Environment): Identity {
  const last = (key: string) => entries.findLast((entry) => entry.key === key)?.value;
  const tidy = (text: string | undefined) => text?.replace(/[\u0000-\u001f\u007f<>]/gu, '').trim();
  return {
    name: tidy(user.GIT_AUTHOR_NAME) || tidy(last('author.name')) || tidy(last('user.name')) || 'Tercet',
    email: tidy(user.GIT_AUTHOR_EMAIL) || tidy(last('author.email')) || tidy(last('user.email')) || 'tercet@localhost',
  };
}

/**
 * The environment every call on a repository gets. The repository's configuration is read once and again when one of
 * its files changed since, so that a filter configured during a run is blanked too.
 */
export class Hardening {
  readonly #user: Environment;
  readonly #place: { root: string; gitDir: string; commonDir: string };
  readonly #userEntries: readonly ConfigEntry[];
  #files: string[] = [];
  #seen = '';
  #env: Record<string, string> = {};

  /** `entries` as the user's git sees them; `seen` is the fingerprint taken before they were read, or ''. */
  constructor(
    user: Environment,
    place: { root: string; gitDir: string; commonDir: string },
    entries: readonly ConfigEntry[],
  ) {
    this.#user = user;
    this.#place = place;
    this.#userEntries = entries.filter((entry) => !entry.ofRepository);
    this.#take(entries);
  }

  async environment(): Promise<Record<string, string>> {
    const now = await fingerprint(this.#files);
    if (this.#seen === '') this.#seen = now;
    if (now !== this.#seen) {
      const env = { ...this.#env, GIT_DIR: this.#place.gitDir, GIT_WORK_TREE: this.#place.root };
      const listed = await runGit({ args: LIST_CONFIG, cwd: this.#place.root, env });
      this.#take([
        ...this.#userEntries,
        ...parseConfig(listed.stdout.toString()).filter((entry) => entry.ofRepository),
      ]);
      this.#seen = await fingerprint(this.#files);
    }
    return this.#env;
  }

  #take(entries: readonly ConfigEntry[]): void {
    const { root, gitDir, commonDir } = this.#place;
    const own = entries.filter((entry) => entry.ofRepository && entry.file !== null);
    const named = own.map((entry) =>
      isAbsolute(entry.file ?? '') ? (entry.file ?? '') : resolve(root, entry.file ?? ''),
    );
    this.#files = [...new Set([join(commonDir, 'config'), join(gitDir, 'config.worktree'), ...named])];
    const home = this.#user.HOME ?? '/';
    const excludes = join(this.#user.XDG_CONFIG_HOME || join(home, '.config'), 'git', 'ignore');
    const settings = hardeningFor(entries, home, excludes);
    this.#env = { ...cleanEnvironment(this.#user), ...settingsAsEnvironment(settings) };
  }
}

/** Changes when one of the files does. */
async function fingerprint(files: readonly string[]): Promise<string> {
  const marks = await Promise.all(
    files.map((file) =>
      stat(file, { bigint: true }).then(
        (found) => `${found.ino}:${found.size}:${found.mtimeNs}:${found.ctimeNs}`,
        () => 'absent',
      ),
    ),
  );
  return marks.join(' ');
}
