import type { Commit } from '../contract/change.ts';
import type { Repository } from '../ports/workspace.ts';

/** A commit as a run recorded it and as its replay made it; `difference` is null when they are the same object. */
export interface ComparedCommit {
  task: string | null;
  subject: string;
  recorded: string | null;
  replayed: string | null;
  difference: string | null;
}

/** Paths named when two commits differ; more are counted. */
const PATHS_NAMED = 5;

/** Compares commit by commit, in order. The recorded ones may be gone from the repository by now. */
export function compareCommits(
  repository: Pick<Repository, 'resolve' | 'diff'>,
  recorded: readonly Commit[],
  replayed: readonly Commit[],
): Promise<ComparedCommit[]> {
  const count = Math.max(recorded.length, replayed.length);
  return Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const [one, other] = [recorded[index], replayed[index]];
      const { task, subject } = one ?? (other as Commit);
      return {
        task,
        subject,
        recorded: one?.sha ?? null,
        replayed: other?.sha ?? null,
        difference: await differenceOf(repository, one, other),
      };
    }),
  );
}

async function differenceOf(
  repository: Pick<Repository, 'resolve' | 'diff'>,
  one: Commit | undefined,
  other: Commit | undefined,
): Promise<string | null> {
  if (one === undefined) return 'it was not recorded';
  if (other === undefined) return 'the replay did not come to it';
  if (one.sha === other.sha) return null;
  const there = await repository.resolve(one.sha).then(
    () => true,
    () => false,
  );
  if (!there) return 'it is another commit; the recorded one is no longer in the repository to compare with';
  const paths = (await repository.diff(one.sha, other.sha)).map(({ file }) => file.path);
  if (paths.length > 0) {
    const more = paths.length > PATHS_NAMED ? ` and ${paths.length - PATHS_NAMED} more` : '';
    return `the files differ: ${paths.slice(0, PATHS_NAMED).join(', ')}${more}`;
  }
  if (one.subject !== other.subject) return `same files; the subject is now: ${other.subject}`;
  return 'same files and subject; parent, time, author or trailers differ';
}
