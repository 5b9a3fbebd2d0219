import { modelAgent } from '../../../src/adapters/agent/model/agent.ts';
import type { Deadlines } from '../../../src/adapters/agent/model/settings.ts';
import { openLedger } from '../../../src/adapters/ledger/sqlite.ts';
import { modelLineage } from '../../../src/compose/agents/agents.ts';
import { providerFor } from '../../../src/compose/agents/providers.ts';
import { openSession, type Session } from '../../../src/compose/compose.ts';
import { conduct } from '../../../src/compose/conduct.ts';
import { mergeSettings } from '../../../src/compose/config/settings.ts';
import { newRunId } from '../../../src/compose/runs/run-names.ts';
import type { RecordedEvent, RunEvent } from '../../../src/contract/event.ts';
import type { RunResult } from '../../../src/contract/outcome.ts';
import { ROLES, type Role } from '../../../src/contract/role.ts';
import type { CallPurpose, Receipt } from '../../../src/contract/usage.ts';
import type { Agent } from '../../../src/ports/agent.ts';
import type { Cap, Spending } from '../../../src/ports/ledger.ts';
import { showUsd } from '../../../src/pricing/usd.ts';
import { PLAIN } from '../../../src/report/palette.ts';
import { linesOf } from '../../../src/report/progress-lines.ts';
import { Providers } from '../../../src/workflow/calls/breaker.ts';
import { runWorkflow } from '../../../src/workflow/run.ts';
import type { Lines, Part } from '../../support/cast.ts';
import type { Fault, Reply, ServedCall } from '../../support/model-server/server.ts';
import { REQUEST } from '../../support/shop-change.ts';
import { type SkippingClock, skippingClock } from '../../support/skipping-clock.ts';
import { type Stage, setStage } from '../../support/stage.ts';

/** A run in this process over real HTTP: real agents with short deadlines, the file ledger, a clock that skips waits. */
export interface FaultStage extends AsyncDisposable {
  stage: Stage;
  clock: SkippingClock;
  /** Runs the small change of the sample shop, or carries a run on. */
  run(again?: string): Promise<Ended>;
  /** What counts under caps, read from the ledger's file. */
  spending(caps: readonly Cap[]): Promise<Spending[]>;
}

export interface Ended {
  run: string;
  result: RunResult;
  receipts: Receipt[];
  /** The receipts of one kind of call. */
  of(purpose: CallPurpose): Receipt[];
  events<T extends RunEvent['type']>(type: T): Extract<RunEvent, { type: T }>[];
  /** Everything the person read: progress as printed, and why it ended. */
  said: string;
  /** Milliseconds of every wait. */
  sleeps: number[];
  calls(part: Part): ServedCall[];
}

export interface FaultOptions {
  config?: string;
  deadlines?: Partial<Deadlines>;
  /** Agents of the test's own, instead of models over HTTP. */
  agents?: Partial<Record<Role, Agent>>;
  files?: Record<string, string>;
}

export async function faultStage(lines: Lines, options: FaultOptions = {}): Promise<FaultStage> {
  const { config = '', files, deadlines, agents = {} } = options;
  const stage = await setStage(lines, { config, ...(files === undefined ? {} : { files }) });
  const clock = skippingClock();
  const providers = new Providers();
  return {
    stage,
    clock,
    async run(again) {
      const host = { env: stage.home.env, cwd: stage.repository.root, clock, providers };
      const session = await openSession(host);
      try {
        const own = deadlines === undefined ? agents : agentsWith(session, deadlines);
        return await runIn(stage, session, clock, own, again);
      } finally {
        await session.close();
      }
    },
    async spending(caps) {
      const ledger = await openLedger(`${stage.home.folder}/data/ledger.db`);
      try {
        return await ledger.spending(caps);
      } finally {
        await ledger.close();
      }
    },
    [Symbol.asyncDispose]: () => stage[Symbol.asyncDispose](),
  };
}

async function runIn(
  stage: Stage,
  session: Session,
  clock: SkippingClock,
  agents: Partial<Record<Role, Agent>>,
  again: string | undefined,
): Promise<Ended> {
  const run = again ?? newRunId();
  const record = again === undefined ? undefined : await session.store.get(again);
  const text: string[] = [];
  const events: RecordedEvent[] = [];
  const before = clock.sleeps.length;
  const said = (event: RecordedEvent) =>
    text.push(...linesOf(event, { verbosity: 'normal', palette: PLAIN, money: showUsd }));
  const branch = `tercet/${run}`;
  const result = await conduct(
    session,
    {
      kind: 'run',
      run,
      branch,
      request: { text: REQUEST, source: 'text', base: await session.repository.resolve('HEAD') },
      order: { overrides: { approval: 'skip', planning: 'always' }, plan: null, subject: null },
      needed: ROLES,
      agents,
      person: null,
      reporters: [{ report: said, close: () => {} }],
      onEvent: (event) => events.push(event),
      signal: new AbortController().signal,
      again: record,
    },
    (ctx) => runWorkflow(ctx, { plan: null, branch }),
  );
  const receipts = await session.ledger.list({ run });
  return {
    run,
    result,
    receipts,
    of: (purpose) => receipts.filter((receipt) => receipt.purpose === purpose),
    events: (type) => events.filter((event) => event.type === type) as never,
    said: [...text, result.reason].join('\n'),
    sleeps: clock.sleeps.slice(before),
    calls: stage.calls,
  };
}

/** The agents of the configuration, with deadlines a test can wait for. */
function agentsWith({ config, catalogue, host }: Session, deadlines: Partial<Deadlines>): Record<Role, Agent> {
  const { roles } = mergeSettings(config, {});
  const agents = ROLES.map((role) => {
    const { model } = roles[role];
    const lineage = modelLineage(model, config.user, catalogue);
    const provider = providerFor(model, config.user, host.env);
    if (provider.kind === 'mindstudio') throw new Error('these faults are of model APIs');
    return [role, modelAgent({ model, lineage, provider, deadlines })];
  });
  return Object.fromEntries(agents) as Record<Role, Agent>;
}

/** An answer with an HTTP status. */
export function status(code: number, headers: Record<string, string> = {}, body?: unknown): { fault: Fault } {
  return { fault: { kind: 'status', status: code, headers, ...(body === undefined ? {} : { body }) } };
}

export function broken(reply: Reply, fault: Fault): Reply {
  return { ...reply, fault };
}
