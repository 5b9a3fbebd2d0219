import path from 'node:path';
import { openJournal } from '../adapters/journal/files.ts';
import { TercetError } from '../contract/errors.ts';
import type { RecordedEvent, RunEvent } from '../contract/event.ts';
import type { RunOrder } from '../contract/order.ts';
import type { RunRecord, RunResult } from '../contract/outcome.ts';
import type { Request } from '../contract/request.ts';
import type { Role } from '../contract/role.ts';
import type { Redactor } from '../handoff/redact.ts';
import type { Agent } from '../ports/agent.ts';
import type { Person } from '../ports/person.ts';
import type { Reporter } from '../ports/reporter.ts';
import { summaryOf } from '../report/json.ts';
import { recordSetup } from '../workflow/recording.ts';
import type { RunContext } from '../workflow/run-context.ts';
import { type Cast, castAgents } from './agents/agents.ts';
import { guardAgent, guardCommands } from './agents/guards.ts';
import { type Confined, confine } from './commands.ts';
import type { Session } from './compose.ts';
import { checkPrices } from './config/check-prices.ts';
import { readPrompts } from './config/prompts.ts';
import { type Merged, mergeSettings } from './config/settings.ts';
import { configOfRun } from './config/trust.ts';
import { packageVersion } from './package-folder.ts';
import { checkBranch } from './runs/check-branch.ts';
import { writePlace } from './runs/moved.ts';

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
    const request = session.redactor.literals(casting.request);
    return await conductRun(session, { ...casting, request }, work);
  } finally {
    for (const reporter of casting.reporters) reporter.close();
  }
}

async function conductRun(
  session: Session,
  casting: Casting,
  work: (ctx: RunContext) => Promise<RunResult>,
): Promise<RunResult> {
  const { host, store } = session;
  const { branch, again } = casting;
  // git looks while the rest is read; what it finds is thrown where it is awaited.
  const branchChecked = branch === null || again !== undefined ? null : checkBranch(session.repository, branch);
  branchChecked?.catch(() => {});
  const { config, leftOut } = await configOfRun(session, casting.order.overrides.untrusted === true);
  const merged = mergeSettings(config, casting.order.overrides);
  const prompts = await readPrompts({
    planner: merged.roles.planner.prompt,
    executor: merged.roles.executor.prompt,
    reviewer: merged.roles.reviewer.prompt,
  });
  const cast = castAgents(merged, config.user, session.catalogue, host.env, casting.agents ?? {}, casting.needed);
  checkPrices(cast, casting.needed, merged.settings, session.catalogue, session.clock.now().toISOString().slice(0, 10));
  await branchChecked;
  const confined = await confine({
    kind: casting.kind,
    sandbox: merged.settings.sandbox,
    path: host.env.PATH,
    person: casting.person,
    signal: casting.signal,
    trusted: casting.trusted ?? null,
  });
  const owned = await store.own(casting.run);
  try {
    const events = casting.again === undefined ? [] : await store.events(casting.run);
    // Progress is numbered and not recorded, so that the count of events says less than the last number.
    const after = events.at(-1)?.seq ?? 0;
    const ctx = contextOf(session, casting, merged, cast, prompts, confined, after);
    const record = recordOf(session, casting, cast, prompts, confined.confinement, ctx.clock.now());
    await store.save(record);
    await writePlace(session.folders.data, session.repository);
    recordSetup(ctx, packageVersion(), after);
    if (leftOut.length > 0) {
      const keys = leftOut.map((setting) => setting.key).join(', ');
      const message = `The repository's tercet.yaml is not trusted; left out: ${keys}.`;
      ctx.emit({ type: 'warning.raised', code: 'untrusted', message });
    }
    return await recorded(session, ctx, record, work);
  } finally {
    owned.release();
  }
}

async function recorded(
  { store, redactor }: Session,
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
    throw withoutKeys(error, redactor);
  }
}

function recordOf(
  session: Session,
  casting: Casting,
  cast: Cast,
  prompts: RunContext['prompts'],
  confinement: RunRecord['confinement'],
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
    confinement,
    prompts: { planner: prompts.planner.hash, executor: prompts.executor.hash, reviewer: prompts.reviewer.hash },
    result: null,
  };
}

/** An error on its way to the person. What is not ours to word keeps its stack, which is for the report of a defect. */
function withoutKeys(error: unknown, redactor: Redactor): unknown {
  if (!(error instanceof TercetError)) return error;
  const { code, hint, until, cause } = error;
  return new TercetError(code, redactor.all(error.message), {
    ...(hint === undefined ? {} : { hint: redactor.all(hint) }),
    ...(until === undefined ? {} : { until }),
    cause,
  });
}

function guardOrNull(agent: Agent | null, redactor: Redactor): Agent | null {
  return agent === null ? null : guardAgent(agent, redactor);
}

function contextOf(
  session: Session,
  casting: Casting,
  merged: Merged,
  cast: Cast,
  prompts: RunContext['prompts'],
  { commands, warning }: Pick<Confined, 'commands' | 'warning'>,
  after: number,
): RunContext {
  const { clock } = session;
  let seq = after;
  const damage: string[] = [];
  const { run, reporters, onEvent } = casting;
  const { redactor } = session;
  const journal = openJournal(path.join(session.store.folder(run), 'journal.ndjson'), (message) =>
    damage.push(message),
  );
  const say = (event: RunEvent): void => {
    const recorded = redactor.all<RecordedEvent>({ v: 1, seq: ++seq, run, at: clock.now().toISOString(), ...event });
    // Progress of a call is for the eye; the record keeps what happened.
    if (event.type !== 'call.progressed') session.store.append(recorded);
    for (const reporter of reporters) reporter.report(recorded);
    onEvent?.(recorded);
  };
  const ctx: RunContext = {
    run,
    again: casting.again !== undefined,
    request: casting.request,
    settings: merged.settings,
    agents: {
      planner: guardAgent(cast.agents.planner, redactor),
      executor: guardAgent(cast.agents.executor, redactor),
      reviewer: guardAgent(cast.agents.reviewer, redactor),
    },
    stronger: guardOrNull(cast.stronger, redactor),
    fallbacks: {
      planner: guardOrNull(cast.fallbacks.planner, redactor),
      executor: guardOrNull(cast.fallbacks.executor, redactor),
      reviewer: guardOrNull(cast.fallbacks.reviewer, redactor),
    },
    prompts,
    repository: session.repository,
    ledger: session.ledger,
    store: session.store,
    journal: { recall: journal.recall, record: (key, value) => journal.record(key, redactor.literals(value)) },
    commands: guardCommands(commands, redactor),
    person: casting.person,
    clock,
    providers: session.providers,
    refusedKeys: session.refusedKeys,
    catalogue: session.catalogue,
    signal: casting.signal,
    redactor,
    attempts: new Map(),
    emit: (event) => {
      say(event);
      if (event.type === 'run.started' && warning !== null)
        say({ type: 'warning.raised', code: 'sandbox', message: warning });
    },
  };
  for (const message of damage) ctx.emit({ type: 'warning.raised', code: 'damaged', message });
  return ctx;
}
