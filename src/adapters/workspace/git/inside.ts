import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { TercetError } from '../../../contract/errors.ts';
import { plain } from './process.ts';

/** Code points HFS+ ignores, so that `.g\u200cit` is `.git` there. */
const IGNORED_BY_HFS = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/gu;

/** Whether some file system takes this name for `.git`: case, NTFS short names and streams, HFS+ ignorables. */
export function isGitName(segment: string): boolean {
  const name = segment
    .normalize('NFC')
    .replace(IGNORED_BY_HFS, '')
    .toLowerCase()
    .replace(/:.*$/su, '')
    .replace(/[ .]+$/u, '');
  return name === '.git' || /^git~\d+$/u.test(name);
}

/** Throws `repository` unless the path is relative, normalised and outside every git folder. */
export function insidePath(path: string): string {
  const segments = path.split('/');
  if (path === '' || path.includes('\0') || path.startsWith('/')) throw refused(path, 'it is not a relative path');
  if (segments.some((segment) => segment === '' || segment === '.' || segment === '..')) {
    throw refused(path, 'it is not normalised, or leads outside');
  }
  if (segments.some(isGitName)) throw refused(path, 'it leads into a git folder');
  return path;
}

/** As insidePath, and with no character that a terminal, a shell or another system reads differently. */
export function doorPath(path: string): string {
  insidePath(path);
  if (/[\u0000-\u001f\u007f-\u009f]/u.test(path)) throw refused(path, 'it holds control characters');
  if (path.includes('\\') || /^[A-Za-z]:/u.test(path)) throw refused(path, 'it is not written with /');
  if (Buffer.byteLength(path) > 4000 || !path.isWellFormed()) throw refused(path, 'it is too long or not valid text');
  return path;
}

export function refused(path: string, why: string): TercetError {
  return new TercetError('repository', `${JSON.stringify(plain(path).slice(0, 200))} is refused: ${why}.`, {
    hint: 'Use a path of a plain file inside the repository, relative to its root, with /.',
  });
}

export type Found = 'file' | 'link' | 'folder' | 'other' | 'absent';

/** What stands at a path, reached through real folders only: beyond a link it is absent, as it is for git. */
export async function whatStandsAt(root: string, path: string): Promise<Found> {
  const segments = path.split('/');
  let here = root;
  for (const [index, segment] of segments.entries()) {
    here = join(here, segment);
    const found = await lstat(here).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
      throw error;
    });
    if (found === null) return 'absent';
    if (index < segments.length - 1) {
      if (!found.isDirectory()) return 'absent';
    } else if (found.isFile()) return 'file';
    else if (found.isSymbolicLink()) return 'link';
    else return found.isDirectory() ? 'folder' : 'other';
  }
  return 'absent';
}
