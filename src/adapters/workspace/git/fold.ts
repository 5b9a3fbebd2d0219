import type { Commit } from '../../../contract/change.ts';
import { commitTree, tipOf } from './commit.ts';
import { type Git, revision } from './git.ts';
import { type LoggedCommit, readLog, shown } from './log.ts';
import { addTrailers, type Trailer, trailer, trailersOf } from './message.ts';
import { withIndex, writeTree } from './staging.ts';

/** What a commit made of a path. `mode` is `0` where it removed it. */
interface Written {
  path: string;
  mode: string;
  object: string;
}

/** A commit that stays, with the writes of the fixes folded into it. */
interface Kept {
  commit: LoggedCommit;
  own: Written[];
  taken: Written[];
  trailers: Trailer[];
}

const FIX = 'Tercet-Fix';
/** What a fix leaves on the commit it went into. Not FIX itself: that commit would be taken for a fix the next time. */
const FIXED = 'Tercet-Fixed';

/**
 * Folds fix commits into the task commits whose files they mend. Every path keeps the order of its writes, so the tip's
 * tree is the same object; where it is not (a merge in between, a file that became a folder), the branch stays as it is.
 */
export async function foldFixes(git: Git, branch: string, left: string, base: string): Promise<Commit[]> {
  const tip = await tipOf(git, branch, left);
  const log = await readLog(git, revision(base), tip.sha);
  const unfolded = log.map(shown);
  if (!log.some((commit) => trailer(commit.message, FIX) !== null)) return unfolded;
  const kept = assign(log, await writesOf(git, log));
  if (kept === null) return unfolded;
  const folded = await rewrite(git, log[0]?.parents[0] ?? '', kept);
  const last = folded.at(-1);
  if (last === undefined || last.tree !== tip.tree) return unfolded;
  // Same tree, so index and files of the working tree stand as they are.
  await git.run({ args: ['update-ref', '-m', 'tercet: fold', 'HEAD', last.sha, tip.sha] });
  return folded.map(({ sha, subject, task }) => ({ sha, subject, task }));
}

/** Which commit takes which writes; null when there is nothing to fold, or no straight line to fold along. */
function assign(log: readonly LoggedCommit[], writes: Map<string, Written[]>): Kept[] | null {
  const straight = log.every((commit, index) => {
    return commit.parents.length === 1 && (index === 0 || commit.parents[0] === log[index - 1]?.sha);
  });
  if (!straight) return null;
  const kept: Kept[] = [];
  const lastToTouch = new Map<string, Kept>();
  if (log.every((commit) => trailer(commit.message, FIX) !== null)) return null;
  for (const commit of log) {
    const own = writes.get(commit.sha) ?? [];
    if (trailer(commit.message, FIX) === null) {
      const one: Kept = { commit, own, taken: [], trailers: [] };
      kept.push(one);
      for (const { path } of own) lastToTouch.set(path, one);
      continue;
    }
    const named = commit.task === null ? undefined : kept.findLast((one) => one.commit.task === commit.task);
    const otherwise = named ?? kept.findLast((one) => one.commit.task !== null) ?? kept.at(-1);
    const targets = new Set<Kept>();
    for (const written of own) {
      const target = lastToTouch.get(written.path) ?? otherwise;
      // A fix before any task has nothing to go into.
      if (target === undefined) return null;
      target.taken.push(written);
      targets.add(target);
    }
    for (const target of targets) target.trailers.push(...marks(commit.message));
  }
  return kept;
}

function marks(message: string): Trailer[] {
  return trailersOf(message).flatMap(([key, value]): Trailer[] => {
    if (key === FIX) return [[FIXED, value]];
    return key === 'Tercet-Model' ? [[key, value]] : [];
  });
}

async function rewrite(git: Git, start: string, kept: readonly Kept[]): Promise<(Commit & { tree: string })[]> {
  const done: (Commit & { tree: string })[] = [];
  await withIndex(null, async (env) => {
    await git.run({ args: ['read-tree', start], env });
    let parent = start;
    for (const { commit, own, taken, trailers } of kept) {
      const input = [...own, ...taken].map(({ path, mode, object }) => `${mode} ${object}\t${path}\0`).join('');
      await git.run({ args: ['update-index', '-z', '--replace', '--index-info'], input, env });
      const tree = await writeTree(git, env);
      const text = trailers.length === 0 ? commit.message : addTrailers(commit.message, trailers);
      const same = parent === commit.parents[0] && tree === commit.tree && text === commit.message;
      const made = { tree, parents: [parent], text };
      parent = same ? commit.sha : await commitTree(git, { ...made, env: await authorship(git, commit.sha) });
      done.push({ ...shown(commit), sha: parent, tree });
    }
  });
  return done;
}

/** Who wrote and committed it, and when: a folded commit keeps all of it. */
async function authorship(git: Git, sha: string): Promise<Record<string, string>> {
  const format = '--format=%an%x00%ae%x00%ad%x00%cn%x00%ce%x00%cd';
  const text = await git.text(['rev-list', '--no-commit-header', '--max-count=1', '--date=raw', format, sha]);
  const [author = '', mail = '', date = '', committer = '', committerMail = '', committed = ''] = text.split('\0');
  return {
    GIT_AUTHOR_NAME: author,
    GIT_AUTHOR_EMAIL: mail,
    GIT_AUTHOR_DATE: date,
    GIT_COMMITTER_NAME: committer,
    GIT_COMMITTER_EMAIL: committerMail,
    GIT_COMMITTER_DATE: committed,
  };
}

/** Every commit's writes, in one process: with -z a commit's name, then its raw records. */
async function writesOf(git: Git, log: readonly LoggedCommit[]): Promise<Map<string, Written[]>> {
  const writes = new Map<string, Written[]>();
  if (log.length === 0) return writes;
  const args = ['diff-tree', '--stdin', '-r', '-z', '--raw', '--no-abbrev', '--no-renames'];
  const fields = (await git.text(args, { input: log.map(({ sha }) => `${sha}\n`).join('') })).split('\0');
  let current: Written[] = [];
  for (let index = 0; index < fields.length; index += 1) {
    const field = fields[index] ?? '';
    const record = /^:\d+ (\d+) [0-9a-f]+ ([0-9a-f]+) [A-Z]/u.exec(field);
    if (record) {
      index += 1;
      const mode = record[1] === '000000' ? '0' : (record[1] ?? '');
      current.push({ path: fields[index] ?? '', mode, object: record[2] ?? '' });
    } else if (/^[0-9a-f]{40,64}$/u.test(field.trim())) {
      current = [];
      writes.set(field.trim(), current);
    }
  }
  return writes;
}
