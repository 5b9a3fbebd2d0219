import { statSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { type Host, openSession, type Session } from '../../compose/compose.ts';
import { TercetError } from '../../contract/errors.ts';
import { cleanLine } from '../../report/clean.ts';

/** What the person who set a server up has said. */
export interface ServerHost extends Pick<Host, 'env' | 'cwd'> {
  /** Folders whose repositories may be worked in, absolute. */
  roots: readonly string[];
  /** The most one run may spend, USD as a decimal string; null leaves it to the configuration. */
  budgetUsd: string | null;
}

/** The folder that `--root` says. One that is not there would be found out by the first caller, not by who wrote it down. */
export function rootFolder(root: string, cwd: string): string {
  const folder = path.resolve(cwd, root);
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) return folder;
  throw new TercetError('usage', `There is no folder ${cleanLine(folder, 1_000)} for --root.`, {
    hint: 'Give the folder of a repository, or one that holds several.',
  });
}

/**
 * Opens the repository that `named` says, or the only root's. It counts when its top folder lies within a root, links resolved.
 * @throws TercetError `usage` for a folder that is out of bounds.
 */
export async function openWithin(
  roots: readonly string[],
  named: string | undefined,
  host: Pick<Host, 'env'>,
): Promise<Session> {
  const folder = await folderOf(roots, named);
  const session = await openSession({ env: host.env, cwd: folder }).catch((error: unknown) => {
    // The caller never said where: what a person at the folder would be told to do is not theirs to do.
    if (named !== undefined || !(error instanceof TercetError) || error.code !== 'usage') throw error;
    throw new TercetError('usage', `${shown([folder])} is no repository itself; which one is meant?`, {
      hint: 'Name one as `repository`, relative to it or absolute.',
      cause: error,
    });
  });
  if (await isWithin(roots, session.repository.root)) return session;
  await session.close();
  throw outOfBounds(session.repository.root, roots);
}

async function folderOf(roots: readonly string[], named: string | undefined): Promise<string> {
  const [first, second] = roots;
  if (first === undefined) {
    throw new TercetError('usage', 'The client has no folder open, so there is no repository to work in.', {
      hint: 'Open one in the client, or start the server with `--root FOLDER`.',
    });
  }
  if (named === undefined) {
    if (second === undefined) return first;
    throw new TercetError('usage', `There are ${roots.length} roots; which repository is meant?`, {
      hint: `Name one as \`repository\`: ${shown(roots)}.`,
    });
  }
  const folder = path.resolve(first, named);
  if (await isWithin(roots, folder)) return folder;
  throw outOfBounds(folder, roots);
}

function outOfBounds(folder: string, roots: readonly string[]): TercetError {
  return new TercetError('usage', `${cleanLine(folder, 1_000)} lies outside of what the server may work in.`, {
    hint: `Only repositories within ${shown(roots)} are worked in; \`--root FOLDER\` of the server says otherwise.`,
  });
}

function shown(roots: readonly string[]): string {
  return roots.map((root) => cleanLine(root, 1_000)).join(', ');
}

/** Whether a folder lies within one of the roots, links resolved; one that is not there lies nowhere. */
export async function isWithin(roots: readonly string[], folder: string): Promise<boolean> {
  const real = await realpath(folder).catch(() => null);
  if (real === null) return false;
  const tops = await Promise.all(roots.map((root) => realpath(root).catch(() => null)));
  return tops.some(
    (top) => top !== null && (real === top || real.startsWith(top.endsWith(path.sep) ? top : top + path.sep)),
  );
}
