import type { TaskResult } from '../../contract/change.ts';
import type { Plan, Task } from '../../contract/plan.ts';
import type { Finding } from '../../contract/review.ts';
import { topologicalOrder } from '../../handoff/lint-plan.ts';
import { outOfScope } from '../../handoff/scope.ts';
import type { Worktree } from '../../ports/workspace.ts';
import type { RunContext } from '../run-context.ts';
import { climb } from './ladder.ts';
import { scopeOfRun } from './prove.ts';
import type { TaskRun } from './task-run.ts';

/** What execution came to. `plan` is the plan as it stands after the planner's revisions. */
export interface Execution {
  plan: Plan;
  tasks: TaskResult[];
  /** Why it stopped; null when every task is done. */
  failure: string | null;
}

/**
 * Carries out the tasks in the order of their dependencies, one commit each. Stops at the first that fails.
 * `tasks` receives each result as it is known, so that a run that is stopped in the middle still has those before.
 */
export async function executePlan(
  ctx: RunContext,
  plan: Plan,
  worktree: Worktree,
  tasks: TaskResult[] = [],
): Promise<Execution> {
  let current = plan;
  const order = topologicalOrder(plan);
  for (const [index, { id }] of order.entries()) {
    const task = current.tasks.find((candidate) => candidate.id === id) as Task;
    ctx.emit({ type: 'task.started', task: id, title: task.title, index: index + 1, of: order.length });
    const done = await executeTask(ctx, current, task, worktree, []);
    current = done.plan;
    tasks.push(done.result);
    if (done.failure === null) continue;
    for (const rest of order.slice(index + 1))
      tasks.push({
        ...done.result,
        task: rest.id,
        status: 'skipped',
        attempts: [],
        checks: [],
        changeRequests: [],
        claim: '',
      });
    return { plan: current, tasks, failure: done.failure };
  }
  return { plan: current, tasks, failure: null };
}

/** One task (or, with `findings`, one fix of it) up the ladder to a commit. A failed task's work is kept under a ref. */
export async function executeTask(
  ctx: RunContext,
  plan: Plan,
  task: Task,
  worktree: Worktree,
  findings: readonly Finding[],
): Promise<{ plan: Plan; result: TaskResult; failure: string | null }> {
  const purpose = findings.length > 0 ? 'fix' : 'edit';
  const run: TaskRun = {
    plan,
    task,
    worktree,
    granted: [],
    findings,
    purpose,
    attempts: [],
    checks: [],
    changeRequests: [],
    claim: '',
    servedModel: null,
  };
  const step = await climb(ctx, run);
  const result = (status: TaskResult['status'], commit: string | null): TaskResult => {
    const { attempts, checks, changeRequests, claim } = run;
    return { task: task.id, status, commit, attempts, checks, changeRequests, claim };
  };
  if (!step.done) {
    const rescueRef = await worktree.rescue(`${task.id}${findings.length > 0 ? '-fix' : ''}`);
    await worktree.restore();
    ctx.emit({ type: 'task.failed', task: task.id, reason: step.reason, rescueRef });
    return {
      plan: run.plan,
      result: result('failed', null),
      failure: `${task.id} (${task.title}) could not be done: ${step.reason}`,
    };
  }
  const commit = await commitTask(ctx, run);
  ctx.emit({ type: 'task.committed', task: task.id, commit });
  return { plan: run.plan, result: result('done', commit.sha), failure: null };
}

async function commitTask(ctx: RunContext, run: TaskRun) {
  const changed = await run.worktree.changed();
  const strays = new Set(outOfScope(scopeOfRun(run), changed).map((stray) => stray.path));
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
  return run.worktree.commit(
    { subject, body: run.task.behaviour, trailers },
    changed.filter((path) => !strays.has(path)),
  );
}
