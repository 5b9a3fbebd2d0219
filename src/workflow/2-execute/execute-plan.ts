import type { Commit, TaskResult } from '../../contract/change.ts';
import { TercetError } from '../../contract/errors.ts';
import type { Plan, Task } from '../../contract/plan.ts';
import { topologicalOrder } from '../../handoff/lint-plan.ts';
import type { Worktree } from '../../ports/workspace.ts';
import type { RunContext } from '../run-context.ts';
import { step } from '../step.ts';
import { climb } from './ladder.ts';
import { resultOf, startTask, type TaskRun } from './task-run.ts';

/** What execution came to. `plan` is the plan as it stands after the planner's revisions. */
export interface Execution {
  plan: Plan;
  tasks: TaskResult[];
  /** Why it stopped; null when every task is done. */
  failure: string | null;
}

/**
 * Carries out the tasks in the order of their dependencies, one commit each. Stops at the first that fails.
 * `note` is told after every task how far it got, and once more before an error ends it, so that no result is lost.
 */
export async function executePlan(
  ctx: RunContext,
  plan: Plan,
  worktree: Worktree,
  note: (soFar: Pick<Execution, 'plan' | 'tasks'>) => void = () => {},
): Promise<Execution> {
  let current = plan;
  const tasks: TaskResult[] = [];
  const order = topologicalOrder(plan);
  for (const [index, { id }] of order.entries()) {
    const task = current.tasks.find((candidate) => candidate.id === id) as Task;
    ctx.emit({ type: 'task.started', task: id, title: task.title, index: index + 1, of: order.length });
    const run = startTask(id, current, task, worktree, []);
    const skipRest = () => tasks.push(...order.slice(index + 1).map((rest) => skipped(rest.id)));
    try {
      const { result, failure } = await executeTask(ctx, run);
      current = run.plan;
      tasks.push(result);
      if (failure !== null) {
        skipRest();
        return { plan: current, tasks, failure };
      }
    } catch (error) {
      tasks.push(resultOf(run, isStop(error) ? 'skipped' : 'failed', null));
      skipRest();
      throw error;
    } finally {
      note({ plan: run.plan, tasks: [...tasks] });
    }
  }
  return { plan: current, tasks, failure: null };
}

/** Whether the run was stopped: then the task under way was given up, and nothing shows that it cannot be done. */
function isStop(error: unknown): boolean {
  return error instanceof TercetError && ['cancelled', 'budget', 'parked'].includes(error.code);
}

function skipped(task: string): TaskResult {
  return { task, status: 'skipped', commit: null, attempts: [], checks: [], changeRequests: [], claim: '' };
}

/** What came of one task, or of one fix of it; `failure` says why it could not be done. */
interface Executed {
  result: TaskResult;
  failure: string | null;
}

/**
 * One task, or one fix of it, up the ladder to a commit. A failed task's work is kept under a ref. A task is its commit:
 * a resumed run that finds it does not do it again.
 */
export async function executeTask(ctx: RunContext, run: TaskRun): Promise<Executed> {
  const known = await recallTask(ctx, run);
  if (known !== null) return known;
  const { key, worktree } = run;
  const climbed = await climb(ctx, run);
  const { id, title } = run.task;
  if (!climbed.done) {
    const rescueRef = await worktree.rescue(key.replaceAll('/', '-'));
    await worktree.restore();
    ctx.emit({ type: 'task.failed', task: id, reason: climbed.reason, rescueRef });
    const base = ctx.request.base.slice(0, 12);
    const kept =
      rescueRef === null ? '' : `\nThe work so far is kept at ${rescueRef} (\`git diff ${base} ${rescueRef}\`).`;
    const failure = `${id} (${title}) could not be done: ${climbed.reason.trimEnd()}${kept}`;
    return { result: resultOf(run, 'failed', null), failure };
  }
  const ready: Ready = { plan: run.plan, result: resultOf(run, 'done', null) };
  ctx.journal.record(`ready:${key}`, ready);
  return commitDone(ctx, key, ready, await commitTask(ctx, run));
}

/** A task that is proven and about to be committed, as the journal keeps it. */
interface Ready {
  plan: Plan;
  result: TaskResult;
}

/** A task that was committed before the run stopped; null when it has to be done (again). */
async function recallTask(ctx: RunContext, run: TaskRun): Promise<Executed | null> {
  const ready = ctx.journal.recall(`ready:${run.key}`) as Ready | undefined;
  if (ready === undefined) return null;
  run.plan = ready.plan;
  const sha = ctx.journal.recall(`committed:${run.key}`) as string | undefined;
  if (sha !== undefined) return { result: { ...ready.result, commit: sha }, failure: null };
  // The process may have ended between the commit and its record: then the commit is the tip of the branch.
  const log = await ctx.repository.log(ctx.request.base, await run.worktree.head());
  const tip = log.at(-1);
  if (tip === undefined || tip.task !== run.task.id) return null;
  const owner = ctx.journal.recall(`commit:${tip.sha}`);
  return owner === undefined || owner === run.key ? commitDone(ctx, run.key, ready, tip) : null;
}

function commitDone(ctx: RunContext, key: string, { result }: Ready, commit: Commit): Executed {
  ctx.journal.record(`commit:${commit.sha}`, key);
  ctx.journal.record(`committed:${key}`, commit.sha);
  ctx.emit({ type: 'task.committed', task: result.task, commit });
  return { result: { ...result, commit: commit.sha }, failure: null };
}

/** ISO 8601 in seconds with the offset of the local clock, as git shows it: `2026-11-22T14:05:01+01:00`. */
function localTime(now: Date): string {
  const offset = -now.getTimezoneOffset();
  const local = new Date(now.getTime() + offset * 60_000).toISOString().slice(0, 19);
  const two = (value: number) => String(Math.trunc(value)).padStart(2, '0');
  return `${local}${offset < 0 ? '-' : '+'}${two(Math.abs(offset) / 60)}:${two(Math.abs(offset) % 60)}`;
}

async function commitTask(ctx: RunContext, run: TaskRun) {
  const trailers: [string, string][] = [
    ['Tercet-Run', ctx.run],
    ['Tercet-Task', run.task.id],
    ['Tercet-Model', run.servedModel ?? ctx.agents.executor.model],
  ];
  for (const finding of run.findings) trailers.push(['Tercet-Fix', finding.id]);
  const subject =
    run.findings.length > 0
      ? `Fix ${run.findings.map((finding) => finding.id).join(', ')}: ${run.task.title}`
      : run.task.title;
  // Recorded, so that a replay makes the very same commit.
  const at = await step(ctx, `at:${run.key}`, async () => localTime(ctx.clock.now()));
  return run.worktree.commit({ subject, body: run.task.behaviour, trailers, at }, run.proven);
}
