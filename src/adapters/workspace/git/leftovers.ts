import { rm } from 'node:fs/promises';
import { TercetError } from '../../../contract/errors.ts';
import type { Identity, Leftovers, Ref } from '../../../ports/workspace.ts';
import { commitTree, createRef, signature } from './commit.ts';
import { type Found, findWorktrees } from './find-worktrees.ts';
import { type Git, type Place, revision } from './git.ts';
import { plain } from './process.ts';
import { stage, withIndex, writeTree } from './staging.ts';
import { changedPaths } from './status.ts';
import { leaveFolder, removeEntry } from './worktree-folder.ts';

interface Parts {
  identity: Identity;
  at: (place: Place) => Git;
}

const FORMAT = '--format=%(refname)%00%(objectname)%00%(committerdate:iso-strict)';

/** What runs have left in a repository. `git` stands at the user's own working tree, and nothing here changes that. */
export function leftoversOf(git: Git, { identity, at }: Parts): Leftovers {
  const list = async (pattern: string): Promise<Ref[]> => {
    const text = await git.text(['for-each-ref', FORMAT, pattern]);
    return text.split('\n').flatMap((line) => {
      const [name = '', sha = '', made = ''] = line.split('\0');
      return name === '' ? [] : [{ name, sha, at: made }];
    });
  };
  const workOf = async (found: Found): Promise<{ files: string[]; detached: boolean }> => ({
    files: found.there ? await uncommitted(found, at) : [],
    detached: found.detached !== null && !(await isKept(git, found.detached)),
  });
  return {
    worktrees: async () => {
      const found = await findWorktrees(git);
      return Promise.all(
        found.map(async (one) => ({ run: one.run, path: one.place.root, work: inWords(await workOf(one)) })),
      );
    },
    removeWorktree: async (path) => {
      const found = (await findWorktrees(git)).find((one) => one.place.root === path);
      if (found === undefined) throw new TercetError('repository', `${plain(path)} is no working tree of a run.`);
      const { files, detached } = await workOf(found);
      const rescued: string[] = [];
      if (files.length > 0) rescued.push(await save(found, files, { identity, at }));
      if (detached) rescued.push(await createRef(git, `refs/tercet/${found.run}/head`, found.detached ?? ''));
      if (found.there) await removeFolder(found.place.root);
      await removeEntry(found.place.gitDir);
      await leaveFolder(git.place.root);
      return { rescued };
    },
    branches: async (prefix) =>
      (await list('refs/heads/')).filter(({ name }) => name.startsWith(`refs/heads/${prefix}`)),
    whyKept: (branch) => whyKept(git, revision(branch)),
    refs: () => list('refs/tercet/'),
    removeRef: async ({ name, sha }) => {
      await git.run({ args: ['update-ref', '-d', revision(name), sha] });
    },
  };
}

function inWords({ files, detached }: { files: readonly string[]; detached: boolean }): string | null {
  const said: string[] = [];
  if (files.length > 0) said.push(`${files.length} uncommitted file${files.length === 1 ? '' : 's'}`);
  if (detached) said.push('commits on no branch');
  return said.length === 0 ? null : said.join(' and ');
}

/** Paths whose content is nowhere but in this working tree. Of a half-made one: what is there, not what is missing. */
async function uncommitted(found: Found, at: Parts['at']): Promise<string[]> {
  if (found.whole) return changedPaths(at(found.place));
  const git = at({ ...found.place, gitDir: found.place.commonDir });
  return withIndex(null, async (env) => {
    await git.run({ args: ['read-tree', found.tip], env });
    const args = ['ls-files', '-z', '--modified', '--others', '--exclude-standard'];
    const gone = new Set((await git.text(['ls-files', '-z', '--deleted'], { env })).split('\0'));
    const listed = (await git.text(args, { env })).split('\0').map((path) => path.replace(/\/$/u, ''));
    return [...new Set(listed.filter((path) => path !== '' && !gone.has(path)))];
  });
}

/** A commit of these paths on top of where the working tree stands, under a ref that did not exist before. */
async function save(found: Found, files: readonly string[], { identity, at }: Parts): Promise<string> {
  const git = at({ ...found.place, gitDir: found.place.commonDir });
  const tree = await withIndex(null, async (env) => {
    await git.run({ args: ['read-tree', found.tip], env });
    await stage(git, env, files, 'skip');
    return writeTree(git, env);
  });
  const text = 'Work that was not committed\n\nSaved by Tercet before it removed the working tree.\n';
  const sha = await commitTree(git, { tree, parents: [found.tip], text, env: signature(identity) });
  return createRef(git, `refs/tercet/${found.run}/left`, sha);
}

async function removeFolder(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true }).catch((error: NodeJS.ErrnoException) => {
    throw new TercetError('repository', `${plain(path)} cannot be removed: ${error.message}`, {
      hint: 'What was uncommitted in it is saved under refs/tercet/. Remove the folder by hand.',
      cause: error,
    });
  });
}

async function isKept(git: Git, sha: string): Promise<boolean> {
  return (await git.text(['for-each-ref', '--count=1', '--contains', sha])) !== '';
}

async function whyKept(git: Git, branch: string): Promise<string | null> {
  const ref = `refs/heads/${branch}`;
  const format = '--format=%(objectname)%00%(upstream)%00%(worktreepath)';
  const [sha = '', upstream = '', checkedOut = ''] = (await git.text(['for-each-ref', format, ref])).split('\0');
  if (sha === '') return 'it is not there';
  if (checkedOut !== '') return 'a working tree is on it';
  if (upstream !== '') {
    const there = await git.run({ args: ['rev-parse', '--verify', '--quiet', upstream], ok: [1, 128] });
    if (there.stdout.toString().trim() === sha) return null;
  }
  const merged = await git.run({ args: ['merge-base', '--is-ancestor', sha, 'HEAD'], ok: [1] });
  return merged.code === 0 ? null : 'it is not merged into HEAD';
}
