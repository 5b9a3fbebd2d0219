import { chmod, lstat, mkdir, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { TercetError } from '../../../contract/errors.ts';
import { patchBytes } from './diff.ts';
import { type Git, revision } from './git.ts';
import { whatStandsAt } from './inside.ts';
import { GitError, plain } from './process.ts';

const APPLY = ['apply', '--whitespace=nowarn', '-p1'];

/**
 * Brings base..head into the working tree; the index is not written. git checks every file before it writes the first,
 * and what stood there is put back when writing itself fails (a full disk), so it is all or nothing.
 */
export async function applyToWorkingTree(git: Git, base: string, head: string): Promise<{ files: string[] }> {
  const names = ['diff-tree', '-r', '-z', '--name-only', '--no-renames', revision(base), revision(head), '--'];
  const [listed, patch] = await Promise.all([git.text(names), patchBytes(git, base, head, { renames: false })]);
  const files = listed
    .split('\0')
    .filter((path) => path !== '')
    .sort();
  if (files.length === 0) return { files };
  try {
    await git.run({ args: [...APPLY, '--check', '-'], input: patch });
  } catch (error) {
    throw error instanceof GitError ? conflict(files, error) : error;
  }
  const before = await Promise.all(files.map((path) => keep(git.place.root, path)));
  try {
    await git.run({ args: [...APPLY, '-'], input: patch });
  } catch (error) {
    for (const putBack of before) await putBack();
    throw new TercetError(
      'repository',
      `The change could not be written; your files are as they were. ${said(error)}`,
      {
        hint: 'Free disk space or mend the permissions, then apply again.',
        cause: error,
      },
    );
  }
  return { files };
}

function conflict(files: readonly string[], error: GitError): TercetError {
  const lines = error.stderr.split('\n');
  const named = files.filter((path) =>
    lines.some((line) => {
      const rest = line.replace(/^error: (?:patch failed: )?/u, '');
      return rest.startsWith(`${path}:`) || line.includes(`'${path}'`);
    }),
  );
  const which = named.length > 0 ? named.map(plain).join(', ') : error.stderr.split('\n').slice(0, 3).join('; ');
  return new TercetError(
    'repository',
    `The change conflicts with your working tree in ${which}; nothing was written.`,
    {
      hint: 'Commit or stash your changes to these files and apply again, or merge the branch with git.',
      cause: error,
    },
  );
}

/** Remembers what stands at a path; the answer puts it back. */
async function keep(root: string, path: string): Promise<() => Promise<void>> {
  const file = join(root, path);
  const found = await whatStandsAt(root, path);
  if (found === 'link') {
    const target = await readlink(file);
    return async () => {
      await rm(file, { force: true });
      await symlink(target, file);
    };
  }
  if (found === 'file') {
    const [bytes, { mode }] = await Promise.all([readFile(file), lstat(file)]);
    return async () => {
      await mkdir(dirname(file), { recursive: true });
      await rm(file, { force: true });
      await writeFile(file, bytes);
      await chmod(file, mode & 0o7777);
    };
  }
  return found === 'absent' ? () => rm(file, { force: true }) : async () => {};
}

function said(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
