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
  if (ctx.settings.planning !== 'always') {
    const forced = ctx.settings.planning === 'never';
    const short = shortPath(ctx.request.text, { paths: new Set(view.paths) }, { forced });
    if ('task' in short) {
      const files = short.task.files.map((file) => file.path).join(' and ');
      ctx.emit({
        type: 'path.chosen',
        path: 'short',
        why: forced ? 'no planner was wanted' : `the request is one small change of ${files}`,
      });
      return keep(ctx, await refuseBroken(ctx, view, onePlan(short.task), forced));
    }
    if (forced) {
      throw new TercetError('usage', `Without a planner the request has to be one small task: ${short.no}`, {
        hint: 'Name the files to change in the request, or leave --no-plan away.',
      });
    }
  }
  ctx.emit({
    type: 'path.chosen',
    path: 'planned',
    why: ctx.settings.planning === 'always' ? 'planning is set to always' : 'the request is more than one small change',
  });
  return approvePlan(ctx, view, await makePlan(ctx, view));
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
