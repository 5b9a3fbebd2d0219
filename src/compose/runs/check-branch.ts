import { TercetError } from '../../contract/errors.ts';
import type { Repository } from '../../ports/workspace.ts';

/** What git allows in no branch name (git check-ref-format), and a leading dash, which reads as an option. */
const REFUSED = /^-|^@$|[\u0000-\u0020\u007f~^:?*[\\]|\.\.|@\{|\/\/|^\/|\/$|(?:^|\/)\.|\.$|\.lock(?:\/|$)/u;

/**
 * Refuses a branch that could not be made, before anything is paid for.
 * @throws TercetError `usage` for a name git refuses, and for a branch that exists.
 */
export async function checkBranch(repository: Pick<Repository, 'resolve'>, branch: string): Promise<void> {
  if (branch === '' || REFUSED.test(branch)) {
    throw new TercetError('usage', `${JSON.stringify(branch)} cannot be the name of a branch.`, {
      hint: 'Choose letters, digits, dashes and slashes, e.g. --branch feature/list-json.',
    });
  }
  const there = await repository.resolve(`refs/heads/${branch}`).then(
    () => true,
    () => false,
  );
  if (!there) return;
  throw new TercetError('usage', `The branch ${branch} exists already; nothing was begun.`, {
    hint: `Choose another name, or remove it if you do not need it: git branch -D ${branch}`,
  });
}
