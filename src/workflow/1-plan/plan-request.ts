import { TercetError } from '../../contract/errors.ts';
import type { Plan, Task } from '../../contract/plan.ts';
import { explainLint } from '../../handoff/lint-plan.ts';
import { shortPath } from '../../handoff/short-path.ts';
import type { RunContext } from '../run-context.ts';
import { approvePlan } from './approve-plan.ts';
import { makePlan } from './make-plan.ts';
import { lintHere, type RepositoryView, viewRepository } from './repository-view.ts';
import { writePlan } from './write-plan.ts';

/** Rules about how a task is worded, which a person who wants no planner has answered for. */
const WORDING_RULES: ReadonlySet<string> = new Set(['task-vague', 'criterion-vague']);

/** The plan of a run, by one of three paths: given by a person, short (one task, no planner), or planned. */
export async function planRequest(ctx: RunContext, given: Plan | null): Promise<Plan> {
  const view = await viewRepository(ctx);
  if (given !== null) {
    ctx.emit({ type: 'path.chosen', path: 'given', why: 'the plan was given' });
    return keep(ctx, await refuseBroken(ctx, view, given));
  }
  let why = 'planning is set to always';
  if (ctx.settings.planning !== 'always') {
    const forced = ctx.settings.planning === 'never';
    const short = await shortPlan(ctx, view, forced);
    if (typeof short !== 'string') return keep(ctx, short);
    if (forced) {
      throw new TercetError('usage', `Without a planner the request has to be one small task: ${short}`, {
        hint: 'Name the files to change in the request, or leave --no-plan away.',
      });
    }
    why = short;
  }
  ctx.emit({ type: 'path.chosen', path: 'planned', why });
  return approvePlan(ctx, view, await makePlan(ctx, view));
}

/** The plan of one task that needs no planner; or the sentence why the request does. */
async function shortPlan(ctx: RunContext, view: RepositoryView, forced: boolean): Promise<Plan | string> {
  const short = shortPath(ctx.request.text, { paths: new Set(view.paths) }, { forced });
  if ('no' in short) return short.no;
  const plan = onePlan(short.task);
  // Nobody wrote this plan: what makes it a bad one is a reason to ask the planner, not to refuse the request.
  const errors = forced ? [] : (await lintHere(ctx, view, plan)).filter((issue) => issue.severity === 'error');
  const [first] = errors;
  if (first !== undefined) return `The request alone makes no task: ${first.message}`;
  const files = short.task.files.map((file) => file.path).join(' and ');
  const why = forced ? 'no planner was wanted' : `the request is one small change of ${files}`;
  ctx.emit({ type: 'path.chosen', path: 'short', why });
  return refuseBroken(ctx, view, plan, forced);
}

/** With `worded`, the person has chosen the words and no planner: how they are worded is no error then, where they point to is. */
async function refuseBroken(ctx: RunContext, view: RepositoryView, plan: Plan, worded = false): Promise<Plan> {
  const found = await lintHere(ctx, view, plan);
  const issues = worded ? found.filter((issue) => !WORDING_RULES.has(issue.rule)) : found;
  ctx.emit({ type: 'plan.linted', round: 1, issues });
  const errors = issues.filter((issue) => issue.severity === 'error');
  if (errors.length === 0) return plan;
  throw new TercetError('plan-rejected', `The plan was refused; nothing was executed.\n${explainLint(errors)}`, {
    hint: 'Mend the plan and check it with `tercet plan --check`; docs/plan-rules.md explains each rule.',
  });
}

async function keep(ctx: RunContext, plan: Plan): Promise<Plan> {
  ctx.emit({ type: 'plan.ready', plan, file: await writePlan(ctx, plan) });
  return plan;
}

function onePlan(task: Task): Plan {
  return { version: 1, title: task.title, summary: '', tasks: [task], risks: [], nonGoals: [], assumptions: [] };
}
