import { systemClock } from '../adapters/clock/system.ts';
import type { RecordedEvent, RunEvent } from '../contract/event.ts';
import type { RunRecord, RunResult } from '../contract/outcome.ts';
import type { Request } from '../contract/request.ts';
import type { Role } from '../contract/role.ts';
import type { Agent } from '../ports/agent.ts';
import type { Clock } from '../ports/clock.ts';
import type { Person } from '../ports/person.ts';
import type { Reporter } from '../ports/reporter.ts';
import { summaryOf } from '../report/json.ts';
import type { RunContext } from '../workflow/run-context.ts';
import { type Cast, castAgents } from './agents.ts';
import { checkBranch } from './check-branch.ts';
import { checkPrices } from './check-prices.ts';
import { type Confined, confine } from './commands.ts';
import type { Session } from './compose.ts';
import { readPrompts } from './prompts.ts';
import { type Merged, mergeSettings, type Overrides } from './settings.ts';

/** How one run is to be made. */
export interface Casting {
  kind: RunRecord['kind'];
  request: Request;
  overrides: Overrides;
  /** Roles that will be called: their keys are checked before anything begins. */
  needed: readonly Role[];
  agents?: Partial<Record<Role, Agent>> | undefined;
  person: Person | null;
  reporters: readonly Reporter[];
  onEvent?: (event: RecordedEvent) => void;
  signal: AbortSignal;
  branch: string | null;
  run: string;
  /** Why the commands of this run may go unconfined where there is no sandbox: see {@link confine}. */
  trusted?: string;
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
  try {
    return await conductRun(session, casting, work);
  } finally {
    for (const reporter of casting.reporters) reporter.close();
  }
}

async function conductRun(
  session: Session,
  casting: Casting,
  work: (ctx: RunContext) => Promise<RunResult>,
): Promise<RunResult> {
  const { config, host, store, repository } = session;
  const merged = mergeSettings(config, casting.overrides);
  const prompts = await readPrompts({
    planner: merged.roles.planner.prompt,
    executor: merged.roles.executor.prompt,
    reviewer: merged.roles.reviewer.prompt,
  });
  const cast = castAgents(merged, config.user, session.catalogue, host.env, casting.agents ?? {}, casting.needed);
  checkPrices(cast, casting.needed, merged.settings, session.catalogue, new Date().toISOString().slice(0, 10));
  if (casting.branch !== null) await checkBranch(repository, casting.branch);
  const { commands, confinement, warning } = await confine({
    kind: casting.kind,
    sandbox: merged.settings.sandbox,
    path: host.env.PATH,
    person: casting.person,
    signal: casting.signal,
    trusted: casting.trusted ?? null,
  });
  const ctx = contextOf(session, casting, merged, cast, prompts, { commands, warning });
  const record: RunRecord = {
    version: 1,
    id: casting.run,
    repository: repository.key,
    root: repository.root,
    kind: casting.kind,
    request: casting.request,
    branch: casting.branch,
    outcome: 'running',
    reason: '',
    startedAt: ctx.clock.now().toISOString(),
    endedAt: null,
    models: {
      planner: null,
      executor: null,
      reviewer: null,
      ...Object.fromEntries(casting.needed.map((role) => [role, cast.agents[role].model])),
    },
    confinement,
    prompts: { planner: prompts.planner.hash, executor: prompts.executor.hash, reviewer: prompts.reviewer.hash },
    result: null,
  };
  await store.save(record);
  try {
    const result = await work(ctx);
    const branch = result.implementation?.branch ?? null;
    await store.save({
      ...record,
      branch,
      outcome: result.outcome,
      reason: result.reason,
      endedAt: ctx.clock.now().toISOString(),
      result: summaryOf(result),
    });
    return result;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    await store.save({ ...record, outcome: 'failed', reason, endedAt: ctx.clock.now().toISOString() });
    throw error;
  }
}

function contextOf(
  session: Session,
  casting: Casting,
  merged: Merged,
  cast: Cast,
  prompts: RunContext['prompts'],
  { commands, warning }: Pick<Confined, 'commands' | 'warning'>,
): RunContext {
  const clock: Clock = systemClock;
  let seq = 0;
  const { run, reporters, onEvent } = casting;
  const say = (event: RunEvent): void => {
    const recorded: RecordedEvent = { v: 1, seq: ++seq, run, at: clock.now().toISOString(), ...event };
    // Progress of a call is for the eye; the record keeps what happened.
    if (event.type !== 'call.progressed') session.store.append(recorded);
    for (const reporter of reporters) reporter.report(recorded);
    onEvent?.(recorded);
  };
  return {
    run,
    request: casting.request,
    settings: merged.settings,
    agents: cast.agents,
    stronger: cast.stronger,
    prompts,
    repository: session.repository,
    ledger: session.ledger,
    store: session.store,
    commands,
    person: casting.person,
    clock,
    catalogue: session.catalogue,
    signal: casting.signal,
    attempts: new Map(),
    emit: (event) => {
      say(event);
      if (event.type === 'run.started' && warning !== null)
        say({ type: 'warning.raised', code: 'sandbox', message: warning });
    },
  };
}
