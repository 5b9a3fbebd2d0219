import type { Commit, TaskResult } from '../../contract/change.ts';
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
    const done = await executeTask(ctx, current, { key: id, task, findings: [] }, worktree);
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

/** What came of one task: the plan as it then stands, and why it failed, if it did. */
export interface Executed {
  plan: Plan;
  result: TaskResult;
  failure: string | null;
}

/** Which task, or which fix of it. `key` names it in the journal: `T1`, `T1/fix2`. */
export interface Assignment {
  key: string;
  task: Task;
  findings: readonly Finding[];
}

/**
 * One task (or one fix of it) up the ladder to a commit. A failed task's work is kept under a ref. A task is its commit:
 * a resumed run that finds it does not do it again.
 */
export async function executeTask(
  ctx: RunContext,
  plan: Plan,
  { key, task, findings }: Assignment,
  worktree: Worktree,
): Promise<Executed> {
  const known = await recallTask(ctx, key, task, worktree);
  if (known !== null) return known;
  const run: TaskRun = {
    key,
    lean: false,
    proofs: 0,
    plan,
    task,
    worktree,
    granted: [],
    findings,
    purpose: findings.length > 0 ? 'fix' : 'edit',
    attempts: [],
    checks: [],
    changeRequests: [],
    claim: '',
    servedModel: null,
  };
  const step = await climb(ctx, run);
  const { attempts, checks, changeRequests, claim } = run;
  const result: TaskResult = { task: task.id, status: 'failed', commit: null, attempts, checks, changeRequests, claim };
  if (!step.done) {
    const rescueRef = await worktree.rescue(key.replaceAll('/', '-'));
    await worktree.restore();
    ctx.emit({ type: 'task.failed', task: task.id, reason: step.reason, rescueRef });
    return { plan: run.plan, result, failure: `${task.id} (${task.title}) could not be done: ${step.reason}` };
  }
  const done: Executed = { plan: run.plan, result: { ...result, status: 'done' }, failure: null };
  ctx.journal.record(`ready:${key}`, done);
  return commitDone(ctx, key, done, await commitTask(ctx, run));
}

/** A task that was committed before the run stopped, recalled; null when it has to be done (again). */
async function recallTask(ctx: RunContext, key: string, task: Task, worktree: Worktree): Promise<Executed | null> {
  const ready = ctx.journal.recall(`ready:${key}`) as Executed | undefined;
  if (ready === undefined) return null;
  const sha = ctx.journal.recall(`committed:${key}`) as string | undefined;
  if (sha !== undefined) return withCommit(ready, sha);
  // The process may have ended between the commit and its record: then the commit is the tip of the branch.
  const log = await ctx.repository.log(ctx.request.base, await worktree.head());
  const tip = log.at(-1);
  if (tip === undefined || tip.task !== task.id) return null;
  const owner = ctx.journal.recall(`commit:${tip.sha}`);
  if (owner !== undefined && owner !== key) return null;
  return commitDone(ctx, key, ready, tip);
}

function commitDone(ctx: RunContext, key: string, done: Executed, commit: Commit): Executed {
  ctx.journal.record(`commit:${commit.sha}`, key);
  ctx.journal.record(`committed:${key}`, commit.sha);
  ctx.emit({ type: 'task.committed', task: done.result.task, commit });
  return withCommit(done, commit.sha);
}

function withCommit(done: Executed, sha: string): Executed {
  return { ...done, result: { ...done.result, commit: sha } };
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
