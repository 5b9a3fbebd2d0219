import { createHash } from 'node:crypto';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { makeFolder, replaceFile } from '../../adapters/store/write.ts';
import { openRepository } from '../../adapters/workspace/git/open.ts';
import type { Repository } from '../../ports/workspace.ts';
import type { Host } from '../compose.ts';
import { foldersOf } from '../folders.ts';

/** Why the end of a session is held: nobody reviewed its change as it stands, or who did, did not approve it. */
export type Why = 'unreviewed' | 'changes_requested' | 'inconclusive';

/** How a working tree stood. */
export interface Place {
  /** HEAD. */
  head: string;
  /** The tree object of all of it, untracked files included, ignored ones not. */
  tree: string;
  /** ISO 8601, UTC. */
  at: string;
}

/** How a person let a change go unreviewed. */
export interface LetGo {
  how: 'asked' | 'environment' | 'configuration';
  tree: string;
  at: string;
}

/** What is known of one session of a coding agent, in the person's data folder. */
export interface Watch {
  version: 1;
  session: string;
  /** ISO 8601, UTC. */
  began: string;
  /** How each working tree stood when the session first had to do with it, by its top folder. */
  places: Record<string, Place>;
  /** For which states of a tree, and why, the end was held. */
  held: { tree: string; why: Why; at: string }[];
  letGo: LetGo[];
}

/** After this long, days, nothing is known of a session any more. */
const KEPT_DAYS = 30;

/** Where runs of Tercet work. A coding agent at work for one may have our hooks too; the run reviews what it does. */
const OWN = /[\\/]\.tercet[\\/]worktrees[\\/]/;

/** The repository a session works in; null where there is none, and in a working tree of a run. */
export async function openWatched(host: Host): Promise<Repository | null> {
  if (OWN.test(`${host.cwd}/`)) return null;
  return openRepository(host.cwd, { env: host.env }).catch(() => null);
}

/** How the working tree stands now; nothing of it is written. @throws TercetError where git cannot say. */
export async function standing(repository: Repository, now: Date): Promise<Place> {
  const { tree, base } = await repository.snapshot({ of: 'worktree', keep: false });
  return { head: base, tree, at: now.toISOString() };
}

/** What is known of a session; a new one where nothing is, or its file is damaged. */
export async function readWatch(host: Host, session: string, now: Date): Promise<Watch> {
  const fresh: Watch = { version: 1, session, began: now.toISOString(), places: {}, held: [], letGo: [] };
  const text = await readFile(fileOf(host, session), 'utf8').catch(() => null);
  if (text === null) return fresh;
  try {
    const known = JSON.parse(text) as Partial<Watch>;
    return known.version === 1 && known.session === session ? { ...fresh, ...known } : fresh;
  } catch {
    return fresh;
  }
}

export async function writeWatch(host: Host, watch: Watch): Promise<void> {
  const file = fileOf(host, watch.session);
  await makeFolder(path.dirname(file));
  await replaceFile(file, `${JSON.stringify(watch, null, 2)}\n`);
}

/** Forgets sessions nobody has seen for a month. */
export async function forgetOld(host: Host, now: Date): Promise<void> {
  const folder = path.join(foldersOf(host.env).data, 'sessions');
  const oldest = now.getTime() - KEPT_DAYS * 86_400_000;
  for (const name of await readdir(folder).catch(() => [])) {
    const file = path.join(folder, name);
    const found = await stat(file).catch(() => null);
    if (found !== null && found.mtimeMs < oldest) await rm(file, { force: true });
  }
}

/** The id comes from the host program, so it names no path. */
function fileOf({ env }: Host, session: string): string {
  const name = createHash('sha256').update(session).digest('hex').slice(0, 32);
  return path.join(foldersOf(env).data, 'sessions', `${name}.json`);
}
