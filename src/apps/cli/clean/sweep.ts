import type { Session } from '../../../compose/compose.ts';
import { replaysOf } from '../../../compose/runs/replay.ts';
import type { RunRecord } from '../../../contract/outcome.ts';
import type { LeftWorktree, Ref } from '../../../ports/workspace.ts';

/** What `tercet clean` would remove, and what it leaves and why. */
export interface Sweep {
  worktrees: LeftWorktree[];
  records: RunRecord[];
  branches: Ref[];
  refs: Ref[];
  kept: { what: string; why: string }[];
  /** Rescue refs there are. */
  rescued: Ref[];
}

/** Runs that can still be carried on keep their record, however old. */
const UNFINISHED: ReadonlySet<RunRecord['outcome']> = new Set(['running', 'parked']);
/** Ends the name of a working tree that a run checked out to be read during one call. */
const CHECKOUT = /-read-[0-9a-f]{6}$/;
/** Names the working tree of a replay. */
export const REPLAY = /-replay-[0-9a-f]{4}$/;

/** Looks at everything, changes nothing. `before`: records and refs older than this are old. */
export async function lookAround(
  session: Session,
  before: Date,
  options: { branches?: boolean; refs?: boolean },
): Promise<Sweep> {
  const { repository, store } = session;
  const kept: Sweep['kept'] = [];
  const records = await store.list((file, why) => kept.push({ what: file, why: `it cannot be read (${why})` }));
  const byId = new Map(records.map((record) => [record.id, record]));
  const replays = replaysOf(session);
  const isBusy = async (run: string) => (await (REPLAY.test(run) ? replays : store).ownerOf(run)) !== null;
  const madeBy = (run: string) => run.replace(CHECKOUT, '');

  const worktrees: LeftWorktree[] = [];
  for (const one of await repository.leftovers.worktrees()) {
    if (await isBusy(madeBy(one.run))) kept.push({ what: one.path, why: 'a process works in it' });
    else if (byId.has(madeBy(one.run)) || REPLAY.test(one.run)) worktrees.push(one);
    else kept.push({ what: one.path, why: 'no run of this data folder made it' });
  }

  const old: RunRecord[] = [];
  const ended: RunRecord[] = [];
  for (const record of records) {
    if (await isBusy(record.id)) continue;
    const isOld = Date.parse(record.endedAt ?? record.startedAt) < before.getTime();
    if (!UNFINISHED.has(record.outcome)) ended.push(record);
    if (!isOld) continue;
    if (!UNFINISHED.has(record.outcome)) old.push(record);
    else kept.push({ what: `run ${record.id}`, why: `it can be carried on: tercet resume ${record.id}` });
  }

  const rescued = await repository.leftovers.refs();
  const refs = options.refs === true ? rescued.filter((ref) => ageOfRef(ref) < before.getTime()) : [];
  const branches = options.branches === true ? await branchesOf(session, ended, kept) : [];
  return { worktrees, records: old, branches, refs, kept, rescued };
}

/** When a rescue was made: its commit may be older than that (a HEAD that stood on it), its run is not. */
function ageOfRef({ name, at }: Ref): number {
  const [, year, month, day] = /^refs\/tercet\/(\d{4})(\d{2})(\d{2})-/.exec(name) ?? [];
  return Math.max(Date.parse(at), year === undefined ? 0 : Date.parse(`${year}-${month}-${day}T23:59:59Z`));
}

async function branchesOf(session: Session, records: readonly RunRecord[], kept: Sweep['kept']): Promise<Ref[]> {
  const { leftovers } = session.repository;
  const refs = await leftovers.branches('');
  const tips = new Map(refs.map(({ name, sha }) => [name, sha]));
  const found: Ref[] = [];
  for (const ref of refs) {
    const branch = ref.name.slice('refs/heads/'.length);
    const owner = records.find((record) => record.branch === branch);
    const original = replayed(branch, records);
    if (owner === undefined && original === undefined) continue;
    // What a replay made is kept by the branch it was to reproduce.
    const same = original !== undefined && tips.get(`refs/heads/${original.branch}`) === ref.sha;
    const why = same ? null : await leftovers.whyKept(branch);
    if (why === null) found.push(ref);
    else kept.push({ what: `branch ${branch}`, why });
  }
  return found;
}

/** The run whose replay a branch is. */
function replayed(branch: string, records: readonly RunRecord[]): RunRecord | undefined {
  const [, run] = /^tercet\/replay-(.+)-[0-9a-f]{4}$/.exec(branch) ?? [];
  return records.find(({ id }) => id === run);
}
