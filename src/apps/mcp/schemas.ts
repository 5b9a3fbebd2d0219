import { z } from 'zod';
import { CostsView, EstimateView, RunView } from '../runs/views.ts';

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

/** What is told of a run, whatever state it is in. */
export const RunState = RunView.extend({
  state: RunView.shape.state.describe(
    'waiting: the person is asked something. interrupted: its process is gone; resume_run goes on',
  ),
  resumable: RunView.shape.resumable.describe('resume_run can go on with it; nothing paid for is paid again'),
  next: z.string().describe('which call comes next'),
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
  get_costs: CostsView,
  estimate: EstimateView,
} satisfies Record<ToolName, z.ZodType>;
