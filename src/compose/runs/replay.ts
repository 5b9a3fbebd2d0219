import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { recordedAgent } from '../../adapters/agent/recorded/agent.ts';
import { type ChangedCheck, recordedCommands } from '../../adapters/commands/recorded.ts';
import { recordedLedger } from '../../adapters/ledger/recorded.ts';
import { openStore } from '../../adapters/store/files.ts';
import { openMemoryStore } from '../../adapters/store/memory.ts';
import { TercetError } from '../../contract/errors.ts';
import type { RunRecord, RunResult } from '../../contract/outcome.ts';
import type { Plan } from '../../contract/plan.ts';
import { ROLES, type Role } from '../../contract/role.ts';
import type { Agent, FailureKind } from '../../ports/agent.ts';
import type { Reporter } from '../../ports/reporter.ts';
import type { RunStore } from '../../ports/store.ts';
import { ProviderGate, Providers } from '../../workflow/calls/breaker.ts';
import { type ComparedCommit, compareCommits } from '../../workflow/compare-commits.ts';
import type { Setup } from '../../workflow/recording.ts';
import { runWorkflow } from '../../workflow/run.ts';
import type { RunContext } from '../../workflow/run-context.ts';
import type { Session } from '../compose.ts';
import { recordingOf } from './recording-of.ts';
import { commandsAgain, promptsOf, recordedPerson, replayJournal } from './stand-ins.ts';

export interface ReplayOrder {
  /** Whether the commands that passed are run again; they end as recorded either way. */
  checks: 'recorded' | 'run';
  /** Leaves the branch of the replay. */
  keep: boolean;
  reporters: readonly Reporter[];
  signal: AbortSignal;
}

/** What a replay came to. */
export interface Replay {
  run: string;
  /** Version of Tercet that recorded it. */
  recordedWith: string;
  /** The branch of the replay, where it was kept. */
  branch: string | null;
  outcome: RunResult['outcome'];
  reason: string;
  commits: ComparedCommit[];
  changedChecks: ChangedCheck[];
  /** The call the replay ended at because it has no receipt, in words. */
  missing: string | null;
  /** Every commit is the same object, every command that was run again passed, and no call of a run that ended is missing. */
  same: boolean;
}

/** Outcomes of a run that came to its end; the record of any other stops somewhere, and so does its replay. */
const ENDED: ReadonlySet<RunRecord['outcome']> = new Set(['approved', 'changes_requested', 'inconclusive', 'failed']);
/** Outcomes after which `tercet resume` has nothing to go on with. */
const FINAL: ReadonlySet<RunRecord['outcome']> = new Set(['approved', 'changes_requested']);

/** Where replays under way say that a process owns them: apart from the runs, which they never touch. */
export function replaysOf(session: Pick<Session, 'folders' | 'repository'>): RunStore {
  return openStore(path.join(session.folders.data, 'repositories', session.repository.key, 'replays'));
}

/**
 * Runs a recorded run again, start by start, on a branch of its own: answers from the receipts, the person's words,
 * failed commands and times from the journal. Calls nobody, spends nothing, and writes nothing of the run's.
 * @throws TercetError `usage`: it left no commits to reproduce, was not recorded, is under way, or its base is gone.
 */
export async function replayRun(session: Session, record: RunRecord, order: ReplayOrder): Promise<Replay> {
  const { repository, store } = session;
  const { starts: setups, values } = recordingOf(session, record.id);
  await refuse(session, record, setups);
  const real = order.checks === 'run' ? await commandsAgain(session, record, order.signal) : null;
  const receipts = await session.ledger.list({ run: record.id });
  const booked = new Map(receipts.map((receipt) => [receipt.callId, receipt]));
  const events = await store.events(record.id);

  const name = `${record.id}-replay-${randomBytes(2).toString('hex')}`;
  const branch = `tercet/replay-${name.replace('-replay', '')}`;
  const replays = replaysOf(session);
  const owned = await replays.own(name);
  const journal = replayJournal(values);
  const memory = openMemoryStore();
  const changedChecks: ChangedCheck[] = [];
  let missing: string | null = null;
  let seq = 0;

  const contextOf = (setup: Setup, index: number): RunContext => {
    const until = setups[index + 1]?.after ?? Number.POSITIVE_INFINITY;
    const failures = new Map<string, { kind: FailureKind; message: string }>();
    for (const event of events) {
      if (event.type !== 'call.failed' || event.willRetryInMs !== null) continue;
      if (event.seq > setup.after && event.seq <= until)
        failures.set(event.callId, { kind: event.kind as FailureKind, message: event.message });
    }
    for (const event of events) {
      // A call that its provider's open circuit kept from being made: nothing was booked, and the fallback was asked.
      if (event.type !== 'call.rerouted' || failures.has(event.callId) || booked.has(event.callId)) continue;
      if (event.seq > setup.after && event.seq <= until)
        failures.set(event.callId, { kind: 'overloaded', message: event.why });
    }
    const calls = {
      receipts: booked,
      failures,
      onMissing: (call: string) => {
        missing = call;
      },
    };
    const agents = Object.fromEntries(ROLES.map((role) => [role, recordedAgent(setup.agents[role], calls)]));
    const standIn = (role: Role) => {
      const facts = setup.fallbacks?.[role] ?? null;
      return facts === null ? null : recordedAgent(facts, calls);
    };
    return {
      run: record.id,
      again: index > 0,
      request: record.request,
      // No call is made, so none is held back for the want of a price.
      settings: { ...setup.settings, unpriced: 'allow' },
      agents: agents as Record<Role, Agent>,
      stronger: setup.stronger === null ? null : recordedAgent(setup.stronger, calls),
      fallbacks: Object.fromEntries(ROLES.map((role) => [role, standIn(role)])) as RunContext['fallbacks'],
      prompts: promptsOf(setup),
      repository: {
        ...repository,
        openWorktree: (asked) => repository.openWorktree({ ...asked, run: name, identity: setup.identity }),
      },
      ledger: recordedLedger(receipts, (callId) => failures.has(callId)),
      store: memory,
      redactor: session.redactor,
      journal,
      commands: recordedCommands(real, (check) => changedChecks.push(check)),
      person: setup.person ? recordedPerson(values.get('plan') as Plan | undefined, memory, record.id) : null,
      clock: { now: () => new Date(), sleep: async () => {} },
      providers: new EverOpen(),
      refusedKeys: { find: () => null, mark: () => {}, clearAll: () => 0 },
      catalogue: session.catalogue,
      signal: order.signal,
      attempts: new Map(),
      emit: (event) => {
        const recorded = { v: 1 as const, seq: ++seq, run: record.id, at: new Date().toISOString(), ...event };
        for (const reporter of order.reporters) reporter.report(session.redactor.all(recorded));
      },
    };
  };

  try {
    let result: RunResult | null = null;
    for (const [index, setup] of setups.entries()) {
      missing = null;
      result = await runWorkflow(contextOf(setup, index), { plan: record.order.plan, branch });
      // A start that was cut short ends at a call that only a later start made.
      if (FINAL.has(result.outcome) || order.signal.aborted) break;
    }
    if (result === null || order.signal.aborted) throw new TercetError('cancelled', 'Cancelled.');
    const commits = await compareCommits(
      repository,
      await recordedCommits(session, record),
      result.implementation?.commits ?? [],
    );
    const whole = missing === null || !ENDED.has(record.outcome);
    return {
      run: record.id,
      recordedWith: setups.at(-1)?.tercet ?? '',
      branch: order.keep ? branch : null,
      outcome: result.outcome,
      reason: result.reason,
      commits,
      changedChecks,
      missing,
      same: whole && changedChecks.length === 0 && commits.every(({ difference }) => difference === null),
    };
  } finally {
    for (const reporter of order.reporters) reporter.close();
    if (!order.keep) await removeTraces(session, branch, name);
    owned.release();
    await replays.remove(name);
  }
}

/** Nobody is called, so no provider is left alone: a gate of its own for every call. */
class EverOpen extends Providers {
  override of(): ProviderGate {
    return new ProviderGate();
  }
}

async function refuse(session: Session, record: RunRecord, setups: readonly Setup[]): Promise<void> {
  const { id } = record;
  const owner = await session.store.ownerOf(id);
  if (owner !== null) {
    throw new TercetError('usage', `Run ${id} is being carried on by process ${owner.pid}.`, {
      hint: 'Replay it when it has ended.',
    });
  }
  if (record.kind === 'plan' || record.kind === 'review') {
    throw new TercetError('usage', `Run ${id} only made a ${record.kind}: it has no commits to reproduce.`, {
      hint: `\`tercet show ${id}\` shows what it made.`,
    });
  }
  if (setups.length === 0) {
    throw new TercetError('usage', `Run ${id} was not recorded for a replay.`, {
      hint: `Its journal ${path.join(session.store.folder(id), 'journal.ndjson')} is missing or damaged.`,
    });
  }
  await session.repository.resolve(record.request.base).catch((cause: unknown) => {
    throw new TercetError(
      'usage',
      `The commit that run ${id} started from is no longer here: ${record.request.base}.`,
      {
        hint: 'Fetch it, then replay again.',
        cause,
      },
    );
  });
}

/** The commits a run left: from its record, or from its branch where a kill left no record of them. */
async function recordedCommits({ repository }: Session, { result, branch, request }: RunRecord) {
  if (result !== null) return result.commits;
  if (branch === null) return [];
  const tip = await repository.resolve(branch).catch(() => null);
  return tip === null ? [] : repository.log(request.base, tip);
}

/** The branch and the refs of the replay; its working tree is closed by the run itself, also when it fails. */
async function removeTraces({ repository }: Session, branch: string, name: string): Promise<void> {
  const { leftovers } = repository;
  for (const { run, path: folder } of await leftovers.worktrees())
    if (run === name) await leftovers.removeWorktree(folder);
  const refs = (await leftovers.refs()).filter((ref) => ref.name.startsWith(`refs/tercet/${name}/`));
  const branches = (await leftovers.branches(branch)).filter((ref) => ref.name === `refs/heads/${branch}`);
  for (const ref of [...refs, ...branches]) await leftovers.removeRef(ref);
}
