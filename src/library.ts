import type { z } from 'zod';
import { branchName, newRunId, openSession } from './compose/compose.ts';
import { conduct } from './compose/conduct.ts';
import { TercetError } from './contract/errors.ts';
import type { RecordedEvent } from './contract/event.ts';
import type { RunResult } from './contract/outcome.ts';
import { Plan } from './contract/plan.ts';
import { Request } from './contract/request.ts';
import { type Effort, ROLES, type Role } from './contract/role.ts';
import type { Settings } from './contract/settings.ts';
import type { Agent } from './ports/agent.ts';
import type { Person } from './ports/person.ts';
import { runWorkflow } from './workflow/run.ts';

/** What {@link runCodingWorkflow} takes. Only `featureRequest` (or `plan`) is needed. */
export interface WorkflowOptions {
  /** What to build, in words. Optional when a plan is given. */
  featureRequest?: string;
  /** What the planner should know about the code beyond what Tercet selects. */
  codebaseContext?: string;
  /** A folder in the git repository; default the current one. */
  repository?: string;
  /** Start from this commit; default HEAD. */
  base?: string;
  /** A preset of three models; single roles override it. */
  trio?: string;
  /** A model id, or an object of your own that fills the role. */
  planner?: string | Agent;
  executor?: string | Agent;
  reviewer?: string | Agent;
  efforts?: Partial<Record<Role, Effort>>;
  /** The most the run may spend, USD; default from configuration, else 5. */
  budgetUsd?: number | string;
  /** Rounds of fix and re-review; default 2. */
  maxRounds?: number;
  planning?: Settings['planning'];
  /** A plan to execute instead of asking the planner for one. */
  plan?: Plan;
  /**
   * Leave out what the repository's own tercet.yaml may not say before somebody has trusted it (`tercet trust`);
   * without it, such settings are refused (`config`).
   */
  untrusted?: boolean;
  /** Answers questions and approves the plan; without one, assumptions stand and the plan is executed. */
  person?: Person;
  /** Name of the branch; default `tercet/<words of the request>-<run>`. */
  branch?: string;
  signal?: AbortSignal;
  /** Environment for keys and folders; default `process.env`. */
  env?: NodeJS.ProcessEnv;
}

/** A run under way: await it for the result, iterate `events` to follow it. Both may be done at once. */
export interface RunHandle extends Promise<RunResult> {
  readonly id: string;
  /** Every event from the first on; ends with the run, and throws what it rejects with. Each iteration starts at the beginning. */
  readonly events: AsyncIterable<RecordedEvent>;
}

/**
 * Plans, executes and reviews one change in a git repository, and leaves it on a branch.
 *
 * @returns `{ plan, implementation, review, cost, outcome, … }`. A run that ends badly is a result with its outcome
 * (`changes_requested`, `inconclusive`, `parked`, `failed`, `cancelled`), not an exception.
 * @throws TercetError (as a rejection) before anything is spent: `usage`, `config`, `lineage`, `repository`, `storage`.
 */
export function runCodingWorkflow(options: WorkflowOptions): RunHandle {
  const id = newRunId();
  const log = new EventLog();
  const result = carryOut(options, id, log).finally(() => log.end());
  log.result = result;
  return Object.assign(result, { id, events: log });
}

async function carryOut(options: WorkflowOptions, run: string, log: EventLog): Promise<RunResult> {
  const env = options.env ?? process.env;
  const session = await openSession({ env, cwd: options.repository ?? process.cwd() });
  try {
    const text = options.featureRequest ?? options.plan?.title;
    if (text === undefined) throw new TercetError('usage', 'runCodingWorkflow needs a featureRequest or a plan.');
    const request = read('request', Request, {
      text,
      source: options.plan === undefined ? 'text' : 'plan',
      base: await session.repository.resolve(options.base ?? 'HEAD'),
      ...(options.codebaseContext === undefined ? {} : { context: options.codebaseContext }),
    });
    const plan = options.plan === undefined ? null : read('plan', Plan, options.plan);
    const { models, agents } = rolesOf(options);
    const branch = options.branch ?? branchName(text, run);
    return await conduct(
      session,
      {
        run,
        kind: plan === null ? 'run' : 'execute',
        request,
        branch,
        needed: ROLES.filter((role) => !(role === 'planner' && (plan !== null || options.planning === 'never'))),
        agents,
        order: {
          plan,
          subject: null,
          overrides: {
            trio: options.trio,
            models,
            efforts: options.efforts ?? {},
            budgetUsd: options.budgetUsd === undefined ? undefined : amount(options.budgetUsd),
            fixRounds: options.maxRounds,
            planning: options.planning,
            approval: options.person === undefined ? 'skip' : 'ask',
          },
        },
        untrusted: options.untrusted,
        person: options.person ?? null,
        reporters: [],
        onEvent: (event) => log.push(event),
        signal: options.signal ?? new AbortController().signal,
      },
      (ctx) => runWorkflow(ctx, { plan, branch }),
    );
  } finally {
    await session.close();
  }
}

/** What a caller without types may get wrong, told as what it is. */
function read<T>(what: string, schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${[what, ...path].join('.')}: ${message}`);
  throw new TercetError('usage', problems.join('\n'));
}

function amount(usd: number | string): string {
  const text = String(usd);
  if (/^\d+(\.\d{1,12})?$/.test(text)) return text;
  throw new TercetError('usage', `budgetUsd is an amount of US dollars such as 0.5, not "${text}".`);
}

function rolesOf(options: WorkflowOptions): {
  models: Partial<Record<Role, string>>;
  agents: Partial<Record<Role, Agent>>;
} {
  const models: Partial<Record<Role, string>> = {};
  const agents: Partial<Record<Role, Agent>> = {};
  for (const role of ROLES) {
    const given = options[role];
    if (typeof given === 'string') models[role] = given;
    else if (given !== undefined) agents[role] = given;
  }
  return { models, agents };
}

/** The events of a run, kept so that a late reader misses none. */
class EventLog implements AsyncIterable<RecordedEvent> {
  #events: RecordedEvent[] = [];
  #ended = false;
  /** What comes of the run; nothing is hung on it before somebody listens, so that a rejection nobody handles is heard. */
  result: Promise<unknown> = Promise.resolve();
  #wake: (() => void)[] = [];

  push(event: RecordedEvent): void {
    this.#events.push(event);
    this.#wakeAll();
  }

  end(): void {
    this.#ended = true;
    this.#wakeAll();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<RecordedEvent> {
    // Somebody listens: a rejection reaches them here, and must not end the process before they await the run.
    this.result.catch(() => {});
    for (let next = 0; ; next++) {
      while (next >= this.#events.length) {
        if (this.#ended) return void (await this.result);
        await new Promise<void>((resolve) => this.#wake.push(resolve));
      }
      yield this.#events[next] as RecordedEvent;
    }
  }

  #wakeAll(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }
}
