import type { Identity } from '../../../ports/workspace.ts';
import type { Environment } from './environment.ts';

export interface ConfigEntry {
  key: string;
  value: string;
  /** Set by the repository (local or worktree scope), not by the user. */
  ofRepository: boolean;
  /** The file it stands in, as git names it; null for the command line and the environment. */
  file: string | null;
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
