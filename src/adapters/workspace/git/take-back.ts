import { createRef } from './commit.ts';
import type { Git } from './git.ts';

/**
 * Puts HEAD back on the branch and the branch to `left`, whatever was committed or checked out since; the files stay as
 * they are, so that what the commits changed is uncommitted work. Commits are kept under `ref`.
 * @returns how many commits were taken back.
 */
export async function takeBack(git: Git, branch: string, left: string, ref: string): Promise<number> {
  const name = `refs/heads/${branch}`;
  const [head = '', symbolic = ''] = (await git.text(['rev-parse', 'HEAD', '--symbolic-full-name', 'HEAD'])).split(
    '\n',
  );
  const tip = await git.text(['rev-parse', '--verify', '--quiet', name]).catch(() => '');
  const made = await git.text(['rev-list', '--count', head, ...(tip === '' ? [] : [tip]), `^${left}`]);
  if (head !== left) await createRef(git, ref, head);
  if (tip !== '' && tip !== left && tip !== head) await createRef(git, ref, tip);
  if (symbolic !== name) await git.run({ args: ['symbolic-ref', '-m', 'tercet: back to the branch', 'HEAD', name] });
  if (tip !== left) await git.run({ args: ['update-ref', '-m', 'tercet: take back', name, left] });
  // The index too: a merge or rebase that was begun is given up, and what was staged is unstaged.
  if (head !== left || symbolic !== name || tip !== left)
    await git.run({ args: ['reset', '--quiet', '--mixed', left] });
  return Number(made);
}
