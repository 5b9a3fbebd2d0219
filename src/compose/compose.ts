import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { openRepository } from '../adapters/workspace/git/open.ts';
import type { RecordedEvent } from '../contract/event.ts';
import type { RunRecord, RunResult } from '../contract/outcome.ts';
import type { Request } from '../contract/request.ts';
import type { Role } from '../contract/role.ts';
import type { Agent } from '../ports/agent.ts';
import type { Clock } from '../ports/clock.ts';
import type { Ledger } from '../ports/ledger.ts';
import type { Person } from '../ports/person.ts';
import type { Reporter } from '../ports/reporter.ts';
import type { RunStore } from '../ports/store.ts';
import type { Repository } from '../ports/workspace.ts';
import { buildCatalogue, type Catalogue } from '../pricing/catalogue.ts';
import { summaryOf } from '../report/json.ts';
import type { RunContext } from '../workflow/run-context.ts';
import { type Cast, castAgents } from './agents.ts';
import { checkBranch } from './check-branch.ts';
import { checkPrices } from './check-prices.ts';
import { type Folders, foldersOf } from './folders.ts';
import { readPrompts } from './prompts.ts';
import { type Config, readConfig } from './read-config.ts';
import { type Merged, mergeSettings, type Overrides } from './settings.ts';

/** The process around a run, passed in so that tests and the library own it. */
export interface Host {
  env: NodeJS.ProcessEnv;
  cwd: string;
}

/** Everything that is opened once per command: repository, configuration, ledger and runs. */
export interface Session {
  host: Host;
  folders: Folders;
  config: Config;
  repository: Repository;
  catalogue: Catalogue;
  ledger: Ledger;
  store: RunStore;
  close(): Promise<void>;
}

/** Opens what a command needs in a repository. @throws TercetError `repository`, `config`, `storage`. */
export async function openSession(host: Host): Promise<Session> {
  const folders = foldersOf(host.env);
  const [repository, ledger, { openStore }] = await Promise.all([
    openRepository(host.cwd, { env: host.env }),
    openLedgerOf(folders),
    import('../adapters/store/files.ts'),
  ]);
  const config = await readConfig(folders, repository.root);
  return {
    host,
    folders,
    config,
    repository,
    catalogue: catalogueOf(config),
    ledger,
    store: openStore(path.join(folders.data, 'repositories', repository.key)),
    close: () => ledger.close(),
  };
}

/** The top folder of the repository a command was started in. */
export async function repositoryRoot(host: Host): Promise<string> {
  return (await openRepository(host.cwd, { env: host.env })).root;
}

export async function openLedgerOf(folders: Folders): Promise<Ledger> {
  const { openLedger } = await import('../adapters/ledger/sqlite.ts');
  return openLedger(path.join(folders.data, 'ledger.db'));
}

/** The catalogue with the person's own prices; theirs win. */
export function catalogueOf(config: Config): Catalogue {
  return buildCatalogue(config.user.prices ?? []);
}

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
  const { config, host, store, repository } = session;
  const merged = mergeSettings(config, casting.overrides);
  const prompts = await readPrompts({
    planner: merged.roles.planner.prompt,
    executor: merged.roles.executor.prompt,
    reviewer: merged.roles.reviewer.prompt,
  });
  const cast = await castAgents(merged, config.user, session.catalogue, host.env, casting.agents ?? {}, casting.needed);
  checkPrices(cast, casting.needed, merged.settings, session.catalogue, new Date().toISOString().slice(0, 10));
  if (casting.branch !== null) await checkBranch(repository, casting.branch);
  const ctx = await contextOf(session, casting, merged, cast, prompts);
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
  } finally {
    for (const reporter of casting.reporters) reporter.close();
  }
}

async function contextOf(
  session: Session,
  casting: Casting,
  merged: Merged,
  cast: Cast,
  prompts: RunContext['prompts'],
): Promise<RunContext> {
  const [{ processCommands }, { systemClock }] = await Promise.all([
    import('../adapters/commands/process.ts'),
    import('../adapters/clock/system.ts'),
  ]);
  const clock: Clock = systemClock;
  let seq = 0;
  const { run, reporters, onEvent } = casting;
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
    commands: processCommands(session.host.env.PATH === undefined ? {} : { path: session.host.env.PATH }),
    person: casting.person,
    clock,
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
}

/** Sortable by time, short enough to type: `20261122-130501-3fa9`. */
export function newRunId(now: Date = new Date()): string {
  const stamp = now.toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
  return `${stamp}-${randomBytes(2).toString('hex')}`;
}

/** `tercet/<words of the request>-<end of the run id>`: readable, and free of what git or a shell would misread. */
export function branchName(request: string, run: string): string {
  const words = request
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40)
    .replace(/-+$/, '');
  return `tercet/${words === '' ? 'run' : words}-${run.slice(-4)}`;
}
