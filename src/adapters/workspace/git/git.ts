import { TercetError } from '../../../contract/errors.ts';
import type { Hardening } from './hardening.ts';
import { type GitAnswer, runGit } from './process.ts';

export interface GitCall {
  args: readonly string[];
  input?: string | Uint8Array;
  /** On top of the hardened environment: a temporary index, an author. */
  env?: Readonly<Record<string, string>>;
  ok?: readonly number[];
  maxBytes?: number;
}

/** A working tree and the git folder that belongs to it, both absolute. */
export interface Place {
  root: string;
  gitDir: string;
  commonDir: string;
}

/**
 * The one caller of git on a repository. GIT_DIR and GIT_WORK_TREE are given, never discovered, so a `.git` that was
 * replaced inside a working tree leads nowhere; hooks, filters, drivers and transports are off (settings.ts).
 */
export interface Git {
  readonly place: Place;
  run(call: GitCall): Promise<GitAnswer>;
  /** stdout as text, without the last newline. */
  text(args: readonly string[], call?: Omit<GitCall, 'args'>): Promise<string>;
}

export function gitAt(place: Place, hardening: Hardening, signal?: AbortSignal): Git {
  const run = async (call: GitCall): Promise<GitAnswer> => {
    const env = {
      ...(await hardening.environment()),
      GIT_DIR: place.gitDir,
      GIT_WORK_TREE: place.root,
      ...call.env,
    };
    return runGit({ ...call, cwd: place.root, env, signal });
  };
  return {
    place,
    run,
    text: async (args, call) => (await run({ ...call, args })).stdout.toString().replace(/\n$/u, ''),
  };
}

/** A revision as an argument: never an option, never two lines. Throws `usage`. */
export function revision(value: string): string {
  if (value === '' || value.startsWith('-') || /[\u0000-\u001f\u007f]/u.test(value)) {
    throw new TercetError('usage', `${JSON.stringify(value)} is not a commit, branch or tag.`, {
      hint: 'Name a commit that `git log` shows, a branch or a tag.',
    });
  }
  return value;
}
