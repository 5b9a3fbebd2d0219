import path from 'node:path';
import { processCommands } from '../adapters/commands/process.ts';
import { openJournal } from '../adapters/journal/files.ts';
import type { RecordedEvent } from '../contract/event.ts';
import type { RunOrder } from '../contract/order.ts';
import type { RunRecord, RunResult } from '../contract/outcome.ts';
import type { Request } from '../contract/request.ts';
import type { Role } from '../contract/role.ts';
import type { Agent } from '../ports/agent.ts';
import type { Person } from '../ports/person.ts';
import type { Reporter } from '../ports/reporter.ts';
import { summaryOf } from '../report/json.ts';
import type { RunContext } from '../workflow/run-context.ts';
import { type Cast, castAgents, checkPrices } from './agents.ts';
import type { Session } from './compose.ts';
import { readPrompts } from './prompts.ts';
import { type Merged, mergeSettings } from './settings.ts';

/** How one run is to be made. */
export interface Casting {
  kind: RunRecord['kind'];
  request: Request;
  order: RunOrder;
  /** Roles that will be called: their keys are checked before anything begins. */
  needed: readonly Role[];
  agents?: Partial<Record<Role, Agent>> | undefined;
  person: Person | null;
  reporters: readonly Reporter[];
  onEvent?: (event: RecordedEvent) => void;
  signal: AbortSignal;
  branch: string | null;
  run: string;
  /** The record of the run that is carried on; absent for a new one. */
  again?: RunRecord | undefined;
}

/**
 * Makes the context of a run, records the run from its first to its last moment, and hands it to `work`.
 * What `work` throws is thrown on, after the record says that the run failed.
 */
export async function conduct(
  session: Session,
  casting: Casting,
  work: (ctx: RunContext) => Promise<RunResult>,
): Promise<RunResult> {
  const { config, host, store } = session;
  const merged = mergeSettings(config, casting.order.overrides);
  const prompts = await readPrompts({
    planner: merged.roles.planner.prompt,
    executor: merged.roles.executor.prompt,
    reviewer: merged.roles.reviewer.prompt,
  });
  const cast = castAgents(merged, config.user, session.catalogue, host.env, casting.agents ?? {}, casting.needed);
  const { unpriced } = merged.settings;
  checkPrices(cast, casting.needed, unpriced, session.catalogue, session.clock.now().toISOString().slice(0, 10));
  const owned = await store.own(casting.run);
  try {
    const events = casting.again === undefined ? [] : await store.events(casting.run);
    const ctx = contextOf(session, casting, merged, cast, prompts, events.length);
    const record = recordOf(session, casting, cast, prompts, ctx.clock.now());
    await store.save(record);
    return await recorded(session, ctx, record, work);
  } finally {
    owned.release();
    for (const reporter of casting.reporters) reporter.close();
  }
}

async function recorded(
  { store }: Session,
  ctx: RunContext,
  record: RunRecord,
  work: (ctx: RunContext) => Promise<RunResult>,
): Promise<RunResult> {
  const ended = () => ctx.clock.now().toISOString();
  try {
    const result = await work(ctx);
    const { outcome, reason } = result;
    const parked = outcome === 'parked' ? { why: reason, until: result.parkedUntil } : null;
    // A run that can be carried on keeps its branch, also before there is anything on it.
    const branch = result.implementation?.branch ?? (outcome === 'planned' ? null : record.branch);
    await store.save({ ...record, branch, outcome, reason, parked, endedAt: ended(), result: summaryOf(result) });
    return result;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    await store.save({ ...record, outcome: 'failed', reason, endedAt: ended() });
    throw error;
  }
}

function recordOf(
  session: Session,
  casting: Casting,
  cast: Cast,
  prompts: RunContext['prompts'],
  now: Date,
): RunRecord {
  const { repository } = session;
  return {
    version: 1,
    id: casting.run,
    repository: repository.key,
    root: repository.root,
    kind: casting.kind,
    request: casting.request,
    order: casting.order,
    branch: casting.branch,
    outcome: 'running',
    reason: '',
    parked: null,
    startedAt: casting.again?.startedAt ?? now.toISOString(),
    endedAt: null,
    models: {
      planner: null,
      executor: null,
      reviewer: null,
      ...Object.fromEntries(casting.needed.map((role) => [role, cast.agents[role].model])),
    },
    prompts: { planner: prompts.planner.hash, executor: prompts.executor.hash, reviewer: prompts.reviewer.hash },
    result: null,
  };
}

function contextOf(
  session: Session,
  casting: Casting,
  merged: Merged,
  cast: Cast,
  prompts: RunContext['prompts'],
  eventsBefore: number,
): RunContext {
  const { clock } = session;
  let seq = eventsBefore;
  const damage: string[] = [];
  const { run, reporters, onEvent } = casting;
  const journal = openJournal(path.join(session.store.folder(run), 'journal.ndjson'), (message) =>
    damage.push(message),
  );
  const ctx: RunContext = {
    run,
    again: casting.again !== undefined,
    request: casting.request,
    settings: merged.settings,
    agents: cast.agents,
    stronger: cast.stronger,
    fallbacks: cast.fallbacks,
    prompts,
    repository: session.repository,
    ledger: session.ledger,
    store: session.store,
    journal,
    commands: processCommands(session.host.env.PATH === undefined ? {} : { path: session.host.env.PATH }),
    person: casting.person,
    clock,
    providers: session.providers,
    refusedKeys: session.refusedKeys,
    catalogue: session.catalogue,
    signal: casting.signal,
    attempts: new Map(),
    emit: (event) => {
      const recorded: RecordedEvent = { v: 1, seq: ++seq, run, at: clock.now().toISOString(), ...event };
      // Progress of a call is for the eye; the record keeps what happened.
      if (event.type !== 'call.progressed') session.store.append(recorded);
      for (const reporter of reporters) reporter.report(recorded);
      onEvent?.(recorded);
    },
  };
  for (const message of damage) ctx.emit({ type: 'warning.raised', code: 'damaged', message });
  return ctx;
}
