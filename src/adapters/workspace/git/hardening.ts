import { statSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { type ConfigEntry, LIST_CONFIG, parseConfig } from './config.ts';
import { cleanEnvironment, type Environment, settingsAsEnvironment } from './environment.ts';
import { runGit } from './process.ts';
import { hardenedSettings } from './settings.ts';

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

  /** `entries` as the user's git sees them. */
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
    const now = fingerprint(this.#files);
    if (this.#seen === '') this.#seen = now;
    if (now !== this.#seen) {
      const env = { ...this.#env, GIT_DIR: this.#place.gitDir, GIT_WORK_TREE: this.#place.root };
      const listed = await runGit({ args: LIST_CONFIG, cwd: this.#place.root, env });
      this.#take([
        ...this.#userEntries,
        ...parseConfig(listed.stdout.toString()).filter((entry) => entry.ofRepository),
      ]);
      this.#seen = fingerprint(this.#files);
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
    const settings = hardenedSettings(entries, home, excludes);
    this.#env = { ...cleanEnvironment(this.#user), ...settingsAsEnvironment(settings) };
  }
}

/** Changes when one of the files does. Before every git, so without the detour through the thread pool. */
function fingerprint(files: readonly string[]): string {
  const marks = files.map((file) => {
    try {
      const found = statSync(file, { bigint: true });
      return `${found.ino}:${found.size}:${found.mtimeNs}:${found.ctimeNs}`;
    } catch {
      return 'absent';
    }
  });
  return marks.join(' ');
}
