import { branchName, newRunId, type Session } from '../../compose/compose.ts';
import { mergeSettings } from '../../compose/config/settings.ts';
import { resumptionOf } from '../../compose/runs/resumption.ts';
import { reviewTarget } from '../../compose/runs/review-target.ts';
import { sayWhatIsLeftOut } from '../../compose/runs/say-what-is-left-out.ts';
import { TercetError } from '../../contract/errors.ts';
import type { Overrides, RunOrder } from '../../contract/order.ts';
import type { Plan } from '../../contract/plan.ts';
import { ROLES } from '../../contract/role.ts';
import { compareUsd, formatUsd, parseUsd, showUsd } from '../../pricing/usd.ts';
import { parsePlanYaml } from '../../report/parse-plan-yaml.ts';
import { planOnly, reviewOnly } from '../../workflow/phases.ts';
import { runWorkflow } from '../../workflow/run.ts';
import type { RunContext } from '../../workflow/run-context.ts';
import type { Errand } from './live-runs.ts';

/** What every order may say of models and limits. */
export interface Choice {
  trio?: string | undefined;
  planner?: string | undefined;
  executor?: string | undefined;
  reviewer?: string | undefined;
  budgetUsd?: number | undefined;
  untrusted?: boolean | undefined;
}

/** What to build, and from where on. */
export interface PlanOrder extends Choice {
  request: string;
  context?: string | undefined;
  base?: string | undefined;
}

/** A plan of a run (`planRun`) or as text. */
export interface ExecuteOrder extends Choice {
  plan?: string | undefined;
  planRun?: string | undefined;
  base?: string | undefined;
  maxRounds?: number | undefined;
}

/** Which change is to be reviewed: the working tree, what is staged, what is beyond `base`, or a patch. */
export interface ReviewOrder extends Choice {
  base?: string | undefined;
  staged?: boolean | undefined;
  diff?: string | undefined;
  request?: string | undefined;
  planRun?: string | undefined;
}

/** The whole flow. */
export interface WorkflowOrder extends PlanOrder {
  approval?: 'ask' | 'skip' | undefined;
  planning?: 'auto' | 'always' | 'never' | undefined;
  maxRounds?: number | undefined;
}

/** A run to go on with; what is not said stays as it was. */
export interface ResumeOrder {
  run: string;
  approval?: 'ask' | 'skip' | undefined;
  budgetUsd?: number | undefined;
}

/** What the person who set the server up allows one run to spend; null leaves it to the configuration. */
type Most = string | null;

/** Only plan. */
export async function planErrand(session: Session, input: PlanOrder, most: Most): Promise<Errand> {
  const request = await requestOf(session, input);
  return {
    casting: { run: newRunId(), kind: 'plan', request, needed: ['planner'], branch: null },
    order: orderOf(overridesOf(session, input, most)),
    work: planOnly,
  };
}

/** Carry out a plan that is there, and review what came of it. It counts as approved: it was handed over. */
export async function executeErrand(session: Session, input: ExecuteOrder, most: Most): Promise<Errand> {
  const plan = await planOf(session, input);
  const base = await session.repository.resolve(input.base ?? 'HEAD');
  const text = plan.summary === '' ? plan.title : `${plan.title}\n\n${plan.summary}`;
  const run = newRunId();
  const branch = branchName(plan.title, run);
  return {
    casting: { run, kind: 'execute', request: { text, source: 'plan', base }, needed: ROLES, branch },
    order: orderOf({ ...overridesOf(session, input, most), ...roundsOf(input) }, { plan }),
    work: withRemark(session, (ctx) => runWorkflow(ctx, { plan, branch })),
  };
}

/** Review what somebody else changed. */
export async function reviewErrand(session: Session, input: ReviewOrder, most: Most): Promise<Errand> {
  const plan = input.planRun === undefined ? null : await planOf(session, input);
  const patch = input.diff === undefined ? undefined : { text: input.diff, name: 'given' };
  if (patch !== undefined && input.staged === true) {
    throw new TercetError('usage', 'A review is of what is staged or of a diff, not of both.');
  }
  const { base, from, to, what } = await reviewTarget(session.repository, { ...input, patch });
  const text = input.request ?? plan?.title ?? `Review ${what}`;
  const request = { text, source: plan === null ? ('diff' as const) : ('plan' as const), base };
  return {
    casting: { run: newRunId(), kind: 'review', request, needed: ['reviewer'], branch: null },
    order: orderOf(overridesOf(session, input, most), { plan, subject: { from, to } }),
    work: (ctx) => reviewOnly(ctx, { from, to, plan }),
  };
}

/** The whole flow. */
export async function workflowErrand(session: Session, input: WorkflowOrder, most: Most): Promise<Errand> {
  const request = await requestOf(session, input);
  const run = newRunId();
  const branch = branchName(request.text, run);
  const { planning, approval } = input;
  return {
    casting: {
      run,
      kind: 'run',
      request,
      needed: planning === 'never' ? ROLES.filter((role) => role !== 'planner') : ROLES,
      branch,
    },
    order: orderOf({ ...overridesOf(session, input, most), ...roundsOf(input), planning, approval }),
    work: withRemark(session, (ctx) => runWorkflow(ctx, { plan: null, branch })),
  };
}

/** A run that was interrupted, parked or failed, as it was begun; its budget and approval may be said anew. */
export async function resumeErrand(session: Session, input: ResumeOrder, most: Most): Promise<Errand> {
  const record = await session.store.get(input.run);
  const { casting, work } = resumptionOf(record);
  const { overrides, plan, subject } = record.order;
  const budgetUsd = input.budgetUsd ?? overrides.budgetUsd;
  const approval = input.approval ?? overrides.approval;
  return {
    casting,
    order: { overrides: { ...overrides, approval, ...budgetOf(session, budgetUsd, most) }, plan, subject },
    work,
  };
}

function orderOf(overrides: Overrides, more: Partial<Omit<RunOrder, 'overrides'>> = {}): RunOrder {
  return { overrides, plan: null, subject: null, ...more };
}

async function requestOf(
  session: Session,
  input: { request: string; context?: string | undefined; base?: string | undefined },
) {
  const base = await session.repository.resolve(input.base ?? 'HEAD');
  const { request: text, context } = input;
  return { text, source: 'text' as const, base, ...(context === undefined ? {} : { context }) };
}

function overridesOf(session: Session, input: Choice, most: Most): Overrides {
  const models = Object.fromEntries(ROLES.flatMap((role) => (input[role] === undefined ? [] : [[role, input[role]]])));
  const { trio, untrusted } = input;
  return { trio, models, untrusted, ...budgetOf(session, input.budgetUsd, most) };
}

function roundsOf({ maxRounds }: { maxRounds?: number | undefined }): Overrides {
  return maxRounds === undefined ? {} : { fixRounds: maxRounds };
}

/** Who calls may lower the budget, never raise it: how much is spent is the person's word. */
function budgetOf(session: Session, asked: number | string | undefined, most: Most): { budgetUsd: string } {
  const cap = most ?? mergeSettings(session.config, {}).settings.budgetUsd;
  if (asked === undefined) return { budgetUsd: cap };
  const budgetUsd = formatUsd(parseUsd(typeof asked === 'string' ? asked : asked.toFixed(6)));
  if (compareUsd(budgetUsd, cap) <= 0) return { budgetUsd };
  throw new TercetError('usage', `A run may spend at most ${showUsd(cap)} here, not ${showUsd(budgetUsd)}.`, {
    hint: 'Leave budgetUsd away, or let the person raise it: `budget:` in their configuration, or `--budget` of the server.',
  });
}

async function planOf(
  session: Session,
  input: { plan?: string | undefined; planRun?: string | undefined },
): Promise<Plan> {
  if ((input.plan === undefined) === (input.planRun === undefined)) {
    throw new TercetError('usage', 'Which plan is meant? Give either planRun or plan.', {
      hint: 'planRun is the id of the run that planned.',
    });
  }
  const text = input.plan ?? (await planText(session, input.planRun ?? ''));
  const parsed = parsePlanYaml(text, await import('yaml'));
  if (parsed.plan !== null) return parsed.plan;
  throw new TercetError('usage', parsed.problems.map(({ line, message }) => `plan:${line}: ${message}`).join('\n'), {
    hint: 'schema/plan.schema.json describes the format; a run that plans makes one.',
  });
}

async function planText({ store }: Session, id: string): Promise<string> {
  const record = await store.get(id);
  const text = await store.read(record.id, 'plan.yaml');
  if (text !== null) return text;
  const why = record.outcome === 'running' ? 'it has not come that far' : `it ended (${record.outcome}) without one`;
  throw new TercetError('usage', `Run ${record.id} has no plan.yaml: ${why}.`);
}

function withRemark(session: Session, work: Errand['work']): Errand['work'] {
  return async (ctx: RunContext) => {
    const remark = sayWhatIsLeftOut(session.repository, ctx.emit);
    const result = await work(ctx);
    await remark;
    return result;
  };
}
