import type { Commit } from '../../../contract/change.ts';
import { type Git, revision } from './git.ts';
import { trailer } from './message.ts';

export interface LoggedCommit extends Commit {
  parents: string[];
  tree: string;
  message: string;
}

/** `rev-list` rather than `log`: it never verifies signatures, so it never runs gpg. */
const FORMAT = '--format=%H%x00%P%x00%T%x00%B%x00';

/** Commits after `from` up to `to`, oldest first. */
export async function readLog(git: Git, from: string, to: string): Promise<LoggedCommit[]> {
  const args = ['rev-list', '--no-commit-header', '--topo-order', '--reverse', FORMAT];
  const text = await git.text([...args, revision(to), `^${revision(from)}`, '--']);
  const fields = text.split('\0');
  const commits: LoggedCommit[] = [];
  for (let index = 0; index + 4 < fields.length; index += 4) {
    const [sha = '', parents = '', tree = '', message = ''] = fields.slice(index, index + 4);
    commits.push({
      sha: sha.trimStart(),
      subject: message.split('\n', 1)[0] ?? '',
      task: trailer(message, 'Tercet-Task'),
      parents: parents.split(' ').filter((parent) => parent !== ''),
      tree,
      message,
    });
  }
  return commits;
}

/** What the port shows of a commit. */
export function shown({ sha, subject, task }: Commit): Commit {
  return { sha, subject, task };
}
