import { lstat, readdir, readFile, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Git, Place } from './git.ts';

/** A working tree that a run has left: its folder, git's entry for it, and where its HEAD stands. */
export interface Found {
  run: string;
  place: Place;
  /** Its folder is there. */
  there: boolean;
  /** Folder and entry are both there and the checkout ended, so git can say what changed. */
  whole: boolean;
  /** Commit of a HEAD that is on no branch; null otherwise. */
  detached: string | null;
  /** What its files are compared with. */
  tip: string;
}

/**
 * Every working tree in a `.tercet/worktrees` of this repository: by the folders that are there, and by git's entries.
 * Links between the two are not trusted: after `cp -r` those of the copy lead into the original, after `mv` nowhere.
 */
export async function findWorktrees(git: Git): Promise<Found[]> {
  const { root, commonDir } = git.place;
  const folder = join(root, '.tercet', 'worktrees');
  const paths = new Map<string, string | null>();
  for (const run of await foldersIn(folder)) paths.set(run, join(folder, run));
  for (const run of await foldersIn(join(commonDir, 'worktrees'))) {
    if (paths.has(run)) continue;
    const path = await pathOf(join(commonDir, 'worktrees', run));
    if (path === null || basename(dirname(path)) !== 'worktrees' || basename(dirname(dirname(path))) !== '.tercet')
      continue;
    paths.set(run, (await leadsBack(path, join(commonDir, 'worktrees', run))) ? path : null);
  }
  return Promise.all([...paths].map(([run, path]) => look(git, run, path ?? join(folder, run), path !== null)));
}

async function look(git: Git, run: string, root: string, there: boolean): Promise<Found> {
  const { commonDir } = git.place;
  const gitDir = join(commonDir, 'worktrees', run);
  const head = (await textOf(join(gitDir, 'HEAD')))?.trim() ?? '';
  const detached = /^[0-9a-f]{40,64}$/u.test(head) ? head : null;
  const ref = detached ?? (/^ref: refs\/heads\/./u.test(head) ? head.slice('ref: '.length) : 'HEAD');
  const found = await git.run({ args: ['rev-parse', '--verify', '--quiet', `${ref}^{commit}`], ok: [1, 128] });
  const known = found.stdout.toString().trim();
  const whole = there && known !== '' && ref !== 'HEAD' && (await isFile(join(gitDir, 'index')));
  const tip = known === '' ? await git.text(['rev-parse', 'HEAD']) : known;
  return { run, place: { root, gitDir, commonDir }, there, whole, detached: known === '' ? null : detached, tip };
}

/** Where an entry says its working tree is. */
async function pathOf(entry: string): Promise<string | null> {
  const text = (await textOf(join(entry, 'gitdir')))?.replace(/\n$/u, '');
  return text === undefined || basename(text) !== '.git' ? null : dirname(text);
}

async function leadsBack(path: string, entry: string): Promise<boolean> {
  const link = (await textOf(join(path, '.git')))?.replace(/^gitdir: /u, '').replace(/\n$/u, '');
  if (link === undefined) return false;
  const [one, other] = await Promise.all([realpath(link).catch(() => null), realpath(entry)]);
  return one === other;
}

async function foldersIn(folder: string): Promise<string[]> {
  // A link in its place could lead anywhere.
  const found = await lstat(folder).catch(() => null);
  if (found === null || !found.isDirectory()) return [];
  const entries = await readdir(folder, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

function textOf(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch(() => undefined);
}

async function isFile(file: string): Promise<boolean> {
  return (await lstat(file).catch(() => null))?.isFile() === true;
}
