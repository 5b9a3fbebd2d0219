// First: it gives the schemas made after it the method `openapi`.
import '@hono/zod-openapi';
import { z } from 'zod';
import { Plan } from '../../contract/plan.ts';
import { CostsView, EstimateView, RunView } from '../runs/views.ts';

/** The longest request, context and patch that are taken, characters: as on the command line. */
const LONGEST = 200_000;
const LARGEST_PATCH = 5_000_000;

/** `nullable()` of a named schema would be described as both at once. */
const orNull = <T extends z.ZodType>(schema: T) => z.union([schema, z.null()]);
export const PlanSchema = Plan.clone().openapi('Plan');

export const RunId = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/, 'not the id of a run')
  .openapi({ example: '20261122-130501-3fa9' });
const model = z.string().min(3).max(200);
const commit = z.string().min(1).max(256);
const featureRequest = z.string().trim().min(1).max(LONGEST).describe('what to build, in words');
const codebaseContext = z.string().max(LONGEST).optional().describe('what the planner should know about the code');
const base = commit.optional().describe('commit to start from; HEAD unless said');
const maxRounds = z.int().min(0).max(100).optional().describe('rounds of fix and re-review');
const budgetUsd = z
  .number()
  .positive()
  .max(1_000_000)
  .optional()
  .describe('the most this run may spend, US dollars; at most what the server allows, which is the default');
const approval = z
  .enum(['ask', 'skip'])
  .optional()
  .describe('whether the plan waits for an approval before it is carried out; as configured unless said, else ask');
export const Repository = z
  .string()
  .min(1)
  .max(4_096)
  .optional()
  .describe('folder of the git repository, absolute or from the first root; the only root unless said');

const Webhook = z
  .strictObject({ url: z.url({ protocol: /^https?$/ }).max(2_048) })
  .optional()
  .describe('is told when the run asks something, is parked or has ended; the server has to allow its address');
const questions = z
  .enum(['wait', 'assume'])
  .default('wait')
  .describe(
    'wait: questions and the approval of the plan wait ten minutes for an answer. assume: nobody is there to answer, so that assumptions stand and a plan that needs approval parks the run',
  );

const shared = {
  repository: Repository,
  trio: z
    .string()
    .min(1)
    .max(100)
    .optional()
    .describe('preset of three models: frontier, article, budget, local, or the server’s own'),
  planner: model.optional().describe('model that plans, provider/model'),
  executor: model.optional().describe('model that executes'),
  reviewer: model.optional().describe('model that reviews; of another lineage than the executor'),
  budgetUsd,
  untrusted: z
    .boolean()
    .optional()
    .describe('go on without the settings of the repository’s tercet.yaml that nobody has trusted'),
  questions,
  webhook: Webhook,
};
const planRun = RunId.optional().describe('run whose plan it is');

/** What starts a run. Members nobody knows are refused. */
export const WorkflowBody = z
  .strictObject({
    featureRequest,
    codebaseContext,
    base,
    approval,
    planning: z
      .enum(['auto', 'always', 'never'])
      .optional()
      .describe('auto takes the short path for one small change of named files; always plans; never plans'),
    maxRounds,
    ...shared,
  })
  .openapi('WorkflowOrder');
export const PlanBody = z.strictObject({ featureRequest, codebaseContext, base, ...shared }).openapi('PlanOrder');
export const ExecuteBody = z
  .strictObject({
    planRun,
    plan: z.string().max(LARGEST_PATCH).optional().describe('a plan as YAML or JSON, when it is not one of a run'),
    base,
    maxRounds,
    ...shared,
  })
  .openapi('ExecuteOrder');
export const ReviewBody = z
  .strictObject({
    base: commit.optional().describe('review what HEAD has beyond this commit'),
    staged: z.boolean().optional().describe('review what is staged'),
    diff: z.string().min(1).max(LARGEST_PATCH).optional().describe('review this patch, applied to base or HEAD'),
    featureRequest: featureRequest.optional().describe('what the change should do'),
    planRun: RunId.optional().describe('run whose plan the change should fulfil'),
    ...shared,
  })
  .openapi('ReviewOrder');
export const ResumeBody = z.strictObject({ approval, budgetUsd, questions, webhook: Webhook }).openapi('ResumeOrder');

/** The answer to every start: the same each time the same request comes. */
export const Started = z
  .object({
    run: z.string(),
    kind: z.enum(['run', 'plan', 'execute', 'review']),
    statusUrl: z.url().describe('GET it to see how the run stands'),
    eventsUrl: z.url().describe('server-sent events of the run'),
  })
  .openapi('Started');

export const OpenQuestion = z
  .object({
    id: z.string(),
    kind: z.enum(['questions', 'approval']),
    message: z.string(),
    until: z.string().describe('when it counts as left without an answer, ISO 8601'),
    questions: z.array(z.object({ question: z.string(), assumption: z.string() })),
    plan: orNull(PlanSchema).describe('the plan to approve; its commands run on the server’s machine'),
  })
  .openapi('OpenQuestion');

export const Questions = z
  .object({ open: orNull(OpenQuestion).describe('null when it asks nothing') })
  .openapi('Questions');

export const Answers = z
  .strictObject({
    question: z.string().min(1).max(64).describe('id of the open question'),
    answers: z
      .array(z.string().max(LONGEST).nullable())
      .max(100)
      .optional()
      .describe('one for each of `questions`, in order; null leaves the assumption'),
    decision: z.enum(['approve', 'reject']).optional().describe('of a plan'),
  })
  .openapi('Answers');

const Delivery = z.object({
  id: z.string().describe('the webhook-id, the same at every try'),
  event: z.enum(['run.question', 'run.parked', 'run.ended']),
  state: z.enum(['pending', 'delivered', 'failed']),
  tries: z.int(),
  lastStatus: z.int().nullable().describe('HTTP status of the last try; null where there was no answer'),
});

/** A run as it stands. */
export const Run = RunView.extend({
  plan: orNull(PlanSchema),
  openQuestion: orNull(OpenQuestion),
  webhook: z
    .object({ url: z.string(), deliveries: z.array(Delivery) })
    .nullable()
    .describe('as far as this process of the server knows'),
  links: z.record(z.string(), z.string()).describe('paths of what belongs to the run, as far as it is there'),
}).openapi('Run');
export type Run = z.infer<typeof Run>;

export const RunLine = z
  .object({
    run: z.string(),
    kind: z.enum(['run', 'plan', 'execute', 'review']),
    state: Run.shape.state,
    outcome: Run.shape.outcome,
    repository: z.string(),
    request: z.string(),
    branch: z.string().nullable(),
    startedAt: z.string(),
    endedAt: z.string().nullable(),
    links: z.record(z.string(), z.string()),
  })
  .openapi('RunLine');

export const RunPage = z
  .object({ runs: z.array(RunLine), total: z.int(), next: z.string().nullable().describe('path of the next page') })
  .openapi('RunPage');

export const Costs = CostsView.clone().openapi('Costs');
export const Estimate = EstimateView.clone().openapi('Estimate');
const count = z.int().min(0).max(1_000_000_000);
const tokens = (phase: string) =>
  z
    .union([count, z.strictObject({ input: count, output: count })])
    .describe(`tokens of ${phase}; one number is priced as output`);
export const EstimateBody = z
  .strictObject({
    planning: tokens('planning'),
    implementation: tokens('implementation'),
    review: tokens('review'),
    trio: shared.trio,
    single: model.optional().describe('the one model to compare with; the planner’s unless said'),
    repository: Repository,
  })
  .openapi('EstimateOrder');

export const Health = z.object({ status: z.literal('ok') }).openapi('Health');

export const ProblemBody = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string().describe('what programs may switch on'),
    detail: z.string(),
    hint: z.string().optional().describe('what to do next'),
    until: z.string().optional().describe('for what passes by waiting: when, ISO 8601'),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  })
  .openapi('Problem');
