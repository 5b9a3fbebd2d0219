import type { Session } from '../../compose/compose.ts';
import { ENDED } from '../../compose/runs/resumption.ts';
import type { RecordedEvent } from '../../contract/event.ts';
import type { RunRecord, RunResult } from '../../contract/outcome.ts';
import type { Artefact } from '../../ports/store.ts';
import { summarise } from '../../pricing/sum.ts';
import { showUsd } from '../../pricing/usd.ts';
import { PLAIN } from '../../report/palette.ts';
import { linesOf } from '../../report/progress-lines.ts';
import type { LiveRun } from './live-runs.ts';
import type { RunView } from './views.ts';

/** Lines of progress that are told. */
const TOLD_LINES = 12;

/** The files of a run that can be read, by the name they go under outside. */
export const FILES = {
  plan: 'plan.yaml',
  diff: 'change.diff',
  review: 'review.json',
  report: 'report.md',
} as const satisfies Record<string, Artefact>;
export type FileName = keyof typeof FILES;

/** A run as it stands now, and its result where it has one. */
export interface Known {
  state: RunView;
  /** The files it has left so far. */
  files: FileName[];
  result: RunResult | null;
}

/** Where the runs of one repository are: what looking one up takes of a session. */
export type Shelf = Pick<Session, 'store' | 'ledger'> & { repository: Pick<Session['repository'], 'root'> };

/** Looks a run up: in this process where it is carried on here, and in its files. @throws TercetError `usage`. */
export async function lookUp(session: Shelf, id: string, live: LiveRun | null): Promise<Known> {
  const { store, ledger } = session;
  const record = await store.get(live?.id ?? id).catch((error: unknown) => {
    // It asks something before it is recorded.
    if (live !== null && !live.over) return null;
    throw error;
  });
  const run = record?.id ?? live?.id ?? id;
  const text = await store.read(run, 'result.json');
  // A run that is carried on again has the result of the last time still.
  const working = live !== null ? !live.over : record?.outcome === 'running' && (await store.ownerOf(run)) !== null;
  const result =
    working || text === null ? null : ({ sensitive: [], ...(JSON.parse(text) as object) } as unknown as RunResult);
  const spent = result?.cost ?? summarise(await ledger.list({ run }));
  const files = await Promise.all(
    Object.entries(FILES).map(async ([name, file]) =>
      (await store.read(run, file)) === null ? [] : [name as FileName],
    ),
  );
  const progress = live?.lines ?? (await store.events(run)).flatMap(lineOf);
  const request = record?.request ?? live?.casting.request;
  return {
    result,
    files: files.flat(),
    state: {
      run,
      kind: record?.kind ?? live?.casting.kind ?? 'run',
      ...standing(record, live, working),
      repository: session.repository.root,
      request: request?.text ?? '',
      branch:
        result?.implementation?.branch ??
        (working ? (live?.casting.branch ?? record?.branch ?? null) : (record?.branch ?? null)),
      base: request?.base ?? '',
      startedAt: record?.startedAt ?? live?.startedAt ?? '',
      endedAt: working ? null : (record?.endedAt ?? null),
      phase: live?.phase ?? null,
      progress: progress.slice(-TOLD_LINES),
      ...contentOf(result),
      costUsd: spent.usd,
      unknownCalls: spent.unknownCalls,
    },
  };
}

type Standing = Pick<RunView, 'state' | 'outcome' | 'reason' | 'resumable' | 'question'>;

function standing(record: RunRecord | null, live: LiveRun | null, working: boolean): Standing {
  const question = live?.desk.open?.form.message ?? null;
  if (working)
    return { state: question === null ? 'working' : 'waiting', outcome: null, reason: '', resumable: false, question };
  const outcome = record?.outcome ?? 'running';
  if (outcome === 'running') {
    const reason = 'Its process ended before the run did.';
    return { state: 'interrupted', outcome: null, reason, resumable: true, question: null };
  }
  return { state: 'ended', outcome, reason: record?.reason ?? '', resumable: !ENDED.has(outcome), question: null };
}

type Content = Pick<RunView, 'plan' | 'verdict' | 'tasks' | 'commits' | 'findings' | 'sensitive'>;

function contentOf(result: RunResult | null): Content {
  return {
    plan: result?.plan ?? null,
    verdict: result?.review?.verdict ?? null,
    tasks: (result?.implementation?.tasks ?? []).map(({ task, status }) => ({ task, status })),
    commits: result?.implementation?.commits ?? [],
    findings: (result?.review?.findings ?? []).map(
      ({ id, severity, category, status, blocking, path, line, anchor, title, why, fix }) => ({
        ...{ id, severity, category, status, blocking, path, line, anchor, title, why, fix },
      }),
    ),
    sensitive: (result?.sensitive ?? []).map(({ path, why }) => ({ path, why })),
  };
}

function lineOf(event: RecordedEvent): string[] {
  return linesOf(event, { verbosity: 'normal', palette: PLAIN, money: showUsd });
}
