import { createHash } from 'node:crypto';
import { lstatSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { TercetError } from '../../../contract/errors.ts';
import type { Repository } from '../../../ports/workspace.ts';
import { identityFrom, LIST_CONFIG, parseConfig } from './config.ts';
import { type Environment, userEnvironment } from './environment.ts';
import { type Git, gitAt, type Place } from './git.ts';
import { Hardening } from './hardening.ts';
import { type GitAnswer, GitError, plain, runGit } from './process.ts';
import { repositoryAt } from './repository.ts';

export interface OpenOptions {
  /** The user's environment: PATH, HOME and git's own variables are read from it. The process's own by default. */
  env?: Environment;
  /** Ends reading calls. A worktree's own calls run to their end, so that nothing is left half done. */
  signal?: AbortSignal;
}

const ASK = ['rev-parse', '--path-format=absolute', '--is-bare-repository', '--git-dir', '--git-common-dir'];
/** `cat-file -z`, which carries any file name, came with it. */
const OLDEST = [2, 38] as const;

/**
 * Opens the repository that holds `folder`, from anywhere inside it or inside one of its linked worktrees.
 * Two git processes side by side; nothing of the repository is run, now or later.
 * Throws `usage`: no repository, bare, inside of .git; `repository`: owned by somebody else, git missing or older than 2.38.
 */
export async function openRepository(folder: string, options: OpenOptions = {}): Promise<Repository> {
  const user = options.env ?? process.env;
  const cwd = resolved(folder);
  const common = { cwd, env: userEnvironment(user), signal: options.signal, ok: [128, 129] };
  const [found, listed] = await Promise.all([
    runGit({ ...common, args: [...ASK, '--show-toplevel'] }),
    runGit({ ...common, args: LIST_CONFIG }),
  ]);
  const place = await placeOf(cwd, found, common.env);
  if (listed.code !== 0) throw (await tooOld(cwd, common.env)) ?? new GitError(LIST_CONFIG, listed.code, listed.stderr);
  const entries = parseConfig(listed.stdout.toString());
  const hardening = new Hardening(user, place, entries);
  // Takes the configuration's fingerprint now, so that a change from here on is seen.
  await hardening.environment();
  return repositoryAt({
    reading: gitAt(place, hardening, options.signal),
    lasting: gitAt(place, hardening),
    at: (other: Place): Git => gitAt(other, hardening),
    identity: identityFrom(entries, user),
    key: keyOf(place.commonDir),
  });
}

/** Synchronous, so that git is at work when this returns, whatever the caller does next. */
function resolved(folder: string): string {
  try {
    return realpathSync.native(resolve(folder));
  } catch (error) {
    throw new TercetError('repository', `There is no folder ${plain(resolve(folder))}.`, { cause: error });
  }
}

async function placeOf(cwd: string, found: GitAnswer, env: Record<string, string>): Promise<Place> {
  const [bare, gitDir, commonDir, root, ...rest] = found.stdout.toString().split('\n');
  if (found.code !== 0) {
    if (bare === 'true') {
      throw new TercetError('usage', `${plain(cwd)} is a bare repository: it has no working tree.`, {
        hint: 'Clone it, and run Tercet in the clone.',
      });
    }
    throw (await tooOld(cwd, env)) ?? explain(cwd, found);
  }
  if (!gitDir || !commonDir || !root || rest.join('') !== '') {
    throw (await tooOld(cwd, env)) ?? new TercetError('repository', 'The path of the repository holds a line break.');
  }
  // core.worktree in the repository's configuration can point anywhere, at the user's home for instance.
  const marker = lstatSync(join(root, '.git'), { throwIfNoEntry: false });
  if (marker === undefined || !`${cwd}/`.startsWith(root === '/' ? '/' : `${realpathSync.native(root)}/`)) {
    throw new TercetError('repository', `The repository puts its working tree at ${plain(root)}, away from its .git.`, {
      hint: 'Remove core.worktree from its configuration, or open the folder that holds .git.',
    });
  }
  return { root, gitDir, commonDir: realpathSync.native(commonDir) };
}

function explain(cwd: string, found: GitAnswer): TercetError {
  if (found.stderr.includes('not a git repository')) {
    return new TercetError('usage', `${plain(cwd)} is not in a git repository.`, {
      hint: 'Go to your project with `cd`, or make it one: `git init && git add -A && git commit -m "Start"`.',
    });
  }
  if (found.stderr.includes('dubious ownership')) {
    return new TercetError('repository', `${plain(cwd)} belongs to another user, so git does not trust it.`, {
      hint: `If you do: git config --global --add safe.directory ${plain(cwd)}`,
    });
  }
  if (found.stderr.includes('must be run in a work tree')) {
    return new TercetError('usage', `${plain(cwd)} is inside a .git folder, not in a working tree.`, {
      hint: 'Go to the folder that holds .git.',
    });
  }
  return new GitError(ASK, found.code, found.stderr);
}

async function tooOld(cwd: string, env: Record<string, string>): Promise<TercetError | null> {
  const said = (await runGit({ args: ['version'], cwd, env })).stdout.toString();
  const [, major = '0', minor = '0'] = /(\d+)\.(\d+)/u.exec(said) ?? [];
  const old = Number(major) < OLDEST[0] || (Number(major) === OLDEST[0] && Number(minor) < OLDEST[1]);
  if (!old) return null;
  return new TercetError('repository', `${said.trim()} is too old.`, {
    hint: `Install git ${OLDEST.join('.')} or newer.`,
  });
}

/** The same from every linked worktree: they share the common folder. */
function keyOf(commonDir: string): string {
  const folder = basename(commonDir) === '.git' ? basename(dirname(commonDir)) : basename(commonDir, '.git');
  const name = folder
    .replace(/[^A-Za-z0-9._-]+/gu, '-')
    .replace(/^[-.]+|[-.]+$/gu, '')
    .slice(0, 40);
  const hash = createHash('sha256').update(commonDir).digest('hex').slice(0, 16);
  return `${name || 'repository'}-${hash}`;
}
