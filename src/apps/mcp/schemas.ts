import { z } from 'zod';
import { OUTCOMES } from '../../contract/outcome.ts';
import { Plan } from '../../contract/plan.ts';
import { Anchor, Category, Severity, Verdict } from '../../contract/review.ts';

/** The longest request, context or patch that is taken, characters: as on the command line. */
const LONGEST = 200_000;
const LARGEST_PATCH = 5_000_000;
/** The longest a call may wait, s. */
const LONGEST_WAIT = 600;

const repository = z
  .string()
  .min(1)
  .max(4_096)
  .optional()
  .describe(
    'folder of the git repository, absolute or from the first root; must lie within a root. Default: the only root',
  );
const run = z.string().min(1).max(64).describe('id of a run; its first characters are enough where they are unique');
const base = z.string().min(1).max(256);
const model = z.string().min(3).max(200);
const waitSeconds = (standard: number) =>
  z
    .number()
    .int()
    .min(0)
    .max(LONGEST_WAIT)
    .default(standard)
    .describe('how long this call may wait for the run, seconds; keep it below your own timeout. 0: return at once');
const budgetUsd = z
  .number()
  .positive()
  .max(1_000_000)
  .optional()
  .describe(
    'the most this run may spend, US dollars; at most the budget the person has configured, which is the default',
  );
const approval = z
  .enum(['ask', 'skip'])
  .optional()
  .describe(
    'whether the person has to approve the plan before it is carried out. Say "skip" only if they told you to. Default: as configured, else ask',
  );

const models = {
  trio: z
    .string()
    .min(1)
    .max(100)
    .optional()
    .describe('preset of three models: frontier, article, budget, local, or the person’s own'),
  planner: model.optional().describe('model that plans, provider/model'),
  executor: model.optional().describe('model that executes'),
  reviewer: model.optional().describe('model that reviews; of another lineage than the executor'),
  budgetUsd,
  untrusted: z
    .boolean()
    .optional()
    .describe('go on without the settings of the repository’s tercet.yaml that the person has not trusted'),
  waitSeconds: waitSeconds(30),
  repository,
};

const request = z.string().trim().min(1).max(LONGEST).describe('what to build, in words');
const context = z.string().max(LONGEST).optional().describe('what the planner should know about the code');
const start = base.optional().describe('commit to start from. Default: HEAD; what is not committed is not part of it');
const planRun = run.optional().describe('id of a run whose plan it is');
const rounds = z.number().int().min(0).max(100).optional().describe('rounds of fix and re-review');

/** Arguments of the tools. Unknown ones are refused. */
export const INPUT = {
  plan: z.strictObject({ request, context, base: start, ...models }),
  execute: z.strictObject({
    planRun,
    plan: z.string().max(1_048_576).optional().describe('a plan as YAML or JSON, when it is not one of a run'),
    base: start,
    maxRounds: rounds,
    ...models,
  }),
  review: z.strictObject({
    base: base.optional().describe('review what HEAD has beyond this commit'),
    staged: z.boolean().optional().describe('review what is staged'),
    diff: z.string().min(1).max(LARGEST_PATCH).optional().describe('review this patch, applied to base or HEAD'),
    request: request.optional().describe('what the change should do'),
    planRun: run.optional().describe('id of a run whose plan the change should fulfil'),
    ...models,
  }),
  run_coding_workflow: z.strictObject({
    request,
    context,
    base: start,
    approval,
    planning: z
      .enum(['auto', 'always', 'never'])
      .optional()
      .describe('auto takes the short path for one small change of named files; always plans; never plans'),
    maxRounds: rounds,
    ...models,
  }),
  resume_run: z.strictObject({ run, repository, approval, budgetUsd, waitSeconds: waitSeconds(30) }),
  get_run: z.strictObject({ run, repository, waitSeconds: waitSeconds(0) }),
  cancel_run: z.strictObject({ run, repository }),
  list_runs: z.strictObject({ repository, limit: z.number().int().min(1).max(100).default(20) }),
  get_costs: z.strictObject({
    repository,
    run: run.optional().describe('only this run'),
    by: z.enum(['role', 'model', 'day']).default('role').describe('add up by'),
    since: z.iso.date().optional().describe('only calls from this day on (UTC)'),
  }),
  estimate: z.strictObject({
    planning: tokens('planning'),
    implementation: tokens('implementation'),
    review: tokens('review'),
    trio: models.trio,
    single: model.optional().describe('the one model to compare with. Default: the planner’s'),
    repository,
  }),
};
export type ToolName = keyof typeof INPUT;

function tokens(phase: string) {
  const count = z.number().int().min(0).max(1_000_000_000);
  return z
    .union([count, z.strictObject({ input: count, output: count })])
    .describe(`tokens of ${phase}; one number is priced as output`);
}

const usd = z.string().nullable().describe('US dollars, an exact decimal; null when it is not known');
const unknownCalls = z.int().describe('calls of unknown cost, not part of the sum');

/** What is told of a run, whatever state it is in. */
export const RunState = z.object({
  run: z.string(),
  kind: z.enum(['run', 'plan', 'execute', 'review']),
  state: z
    .enum(['working', 'waiting', 'ended', 'interrupted'])
    .describe('waiting: the person is asked something. interrupted: its process is gone; resume_run goes on'),
  outcome: z.enum(OUTCOMES).nullable().describe('how it ended; null before'),
  reason: z.string(),
  resumable: z.boolean().describe('resume_run can go on with it; nothing paid for is paid again'),
  question: z.string().nullable().describe('what the person is asked now'),
  next: z.string().describe('which call comes next'),
  repository: z.string(),
  request: z.string(),
  branch: z.string().nullable(),
  base: z.string(),
  startedAt: z.string(),
  endedAt: z.string().nullable(),
  phase: z.string().nullable(),
  progress: z.array(z.string()).describe('its last lines of progress'),
  plan: Plan.nullable(),
  verdict: Verdict.nullable(),
  tasks: z.array(z.object({ task: z.string(), status: z.enum(['done', 'failed', 'skipped']) })),
  commits: z.array(z.object({ sha: z.string(), subject: z.string(), task: z.string().nullable() })),
  findings: z.array(
    z.object({
      id: z.string(),
      severity: Severity,
      category: Category,
      status: z.enum(['open', 'fixed', 'dismissed']),
      blocking: z.boolean(),
      path: z.string(),
      line: z.int().nullable(),
      anchor: Anchor.describe('how code found its place; unlocated and outside cannot block'),
      title: z.string(),
      why: z.string(),
      fix: z.string(),
    }),
  ),
  sensitive: z
    .array(z.object({ path: z.string(), why: z.string() }))
    .describe('files a person should look at before use'),
  costUsd: usd,
  unknownCalls,
  resources: z.array(z.string()).describe('addresses of its plan, diff, review and report, as far as they are there'),
});
export type RunState = z.infer<typeof RunState>;

/** Results of the tools. */
export const OUTPUT = {
  plan: RunState,
  execute: RunState,
  review: RunState,
  run_coding_workflow: RunState,
  resume_run: RunState,
  get_run: RunState,
  cancel_run: RunState,
  list_runs: z.object({
    total: z.int(),
    runs: z.array(
      RunState.pick({
        run: true,
        kind: true,
        state: true,
        outcome: true,
        request: true,
        branch: true,
        startedAt: true,
        costUsd: true,
      }),
    ),
  }),
  get_costs: z.object({
    by: z.enum(['role', 'model', 'day']),
    lines: z.array(
      z.object({
        key: z.string(),
        calls: z.int(),
        inputTokens: z.int().describe('all that went in: uncached, read from a cache, written to one'),
        outputTokens: z.int(),
        usd,
        unknownCalls,
      }),
    ),
    totalUsd: usd,
    unknown: z.string().nullable().describe('what the sum leaves out, in a sentence'),
    counterfactual: z
      .object({ model: z.string(), usd, saved: z.number().nullable() })
      .nullable()
      .describe('the same tokens at the planner’s prices: a repricing, not a measurement'),
    budgets: z.array(
      z.object({
        scope: z.string(),
        unit: z.string(),
        cap: z.string(),
        spent: z.string(),
        held: z.string(),
        left: z.string(),
      }),
    ),
  }),
  estimate: z.object({
    rows: z.array(
      z.object({
        phase: z.string(),
        tokens: z.int(),
        singleUsd: z.string(),
        multiModel: z.string(),
        multiUsd: z.string(),
      }),
    ),
    single: z.string(),
    tokens: z.int(),
    singleUsd: z.string(),
    multiUsd: z.string(),
    saved: z.number().nullable().describe('1 − multi / single'),
    basis: z.string(),
  }),
} satisfies Record<ToolName, z.ZodType>;
