import type { CheckResult, TaskResult } from '../contract/change.ts';
import type { RunResult } from '../contract/outcome.ts';
import type { Plan } from '../contract/plan.ts';
import type { Review } from '../contract/review.ts';
import type { Worktree } from '../ports/workspace.ts';
import { planRequest } from './1-plan/plan-request.ts';
import { checkLineage } from './calls/lineage.ts';
import { type End, endOf, endWith } from './end.ts';
import type { Progress } from './finish-run.ts';
import type { RunContext } from './run-context.ts';
import { step } from './step.ts';

/** What a run is to do: everything, or to execute a plan that a person wrote. */
export interface Order {
  /** A plan from outside; null lets the run make one. */
  plan: Plan | null;
  branch: string;
}

/**
 * One request carried through: plan → execute → review → fix → a branch with one commit per task.
 * Everything it pays for is a receipt, everything it changes a commit, everything it says an event.
 * The code of a phase is loaded when its turn comes: the first call to a model waits for nothing that comes after it.
 * Failures are outcomes; it throws only for what a person has to mend before anything was begun (usage, configuration).
 */
export async function runWorkflow(ctx: RunContext, order: Order): Promise<RunResult> {
  checkLineage(ctx);
  const { planner, executor, reviewer } = ctx.agents;
  const models = { planner: planner.model, executor: executor.model, reviewer: reviewer.model };
  const { request, settings } = ctx;
  ctx.emit({
    type: 'run.started',
    request: request.text,
    base: request.base,
    branch: order.branch,
    models,
    budgetUsd: settings.budgetUsd,
  });
  const progress: Progress = { plan: null, worktree: null, tasks: [], review: null, reviewed: null };
  const end = await carryThrough(ctx, order, progress).catch((error: unknown) => endOf(ctx, error));
  const { finishRun } = await import('./finish-run.ts');
  return finishRun(ctx, progress, end);
}

async function carryThrough(ctx: RunContext, order: Order, progress: Progress): Promise<End> {
  ctx.emit({ type: 'phase.started', phase: 'plan', round: 1 });
  progress.plan = await step(ctx, 'plan', () => planRequest(ctx, order.plan));

  ctx.emit({ type: 'phase.started', phase: 'execute', round: 1 });
  progress.worktree = await ctx.repository.openWorktree({
    run: ctx.run,
    branch: order.branch,
    base: ctx.request.base,
    again: ctx.again,
  });
  const { executePlan } = await import('./2-execute/execute-plan.ts');
  const { failure, plan, tasks } = await executePlan(ctx, progress.plan, progress.worktree, (soFar) =>
    Object.assign(progress, soFar),
  );
  if (failure !== null) {
    const kept = progress.tasks.some((task) => task.commit !== null);
    return endWith(
      'failed',
      `${failure}\n${kept ? `What was committed is on ${order.branch}, unreviewed.` : 'Nothing was committed.'}`,
    );
  }
  return reviewAndFix(ctx, plan, progress.worktree, progress, checksOfLast(tasks));
}

/** Review, and while findings block: fix, and review the delta. A failed review ends it: inconclusive, never a loop. */
async function reviewAndFix(
  ctx: RunContext,
  planned: Plan,
  worktree: Worktree,
  progress: Progress,
  checked: readonly CheckResult[],
): Promise<End> {
  let plan = planned;
  let fresh = checked;
  let from = ctx.request.base;
  for (let round = 1; ; round++) {
    ctx.emit({ type: 'phase.started', phase: 'review', round });
    const { review, to } = await reviewRound(ctx, { from, plan, progress, worktree, round, fresh });
    progress.review = review;
    if (review.verdict !== 'changes_requested') return endWith(review.verdict, review.reason);
    const { fixRounds } = ctx.settings;
    if (round > fixRounds) {
      const spent =
        fixRounds === 0
          ? 'No round of fixing is allowed.'
          : `${fixRounds} round${fixRounds === 1 ? '' : 's'} of fixing ${fixRounds === 1 ? 'was' : 'were'} not enough.`;
      return endWith('changes_requested', `${review.reason} ${spent}`);
    }
    ctx.emit({ type: 'phase.started', phase: 'fix', round });
    const before = progress.tasks;
    const { fixFindings } = await import('./4-fix/fix-findings.ts');
    const fixes = await fixFindings(ctx, plan, review, worktree, (soFar) => {
      progress.plan = soFar.plan;
      progress.tasks = mergeFixes(before, soFar.results);
    });
    if (fixes.failure !== null)
      return endWith('changes_requested', `${review.reason} The fix failed: ${fixes.failure}`);
    plan = fixes.plan;
    fresh = checksOfLast(fixes.results);
    from = to;
  }
}

/** The commands that ran on the commit the branch stands at. */
function checksOfLast(results: readonly TaskResult[]): readonly CheckResult[] {
  return results.findLast((result) => result.status === 'done')?.checks ?? [];
}

/** A review that came to a verdict is recalled when the run is resumed; one that failed is made again. */
async function reviewRound(
  ctx: RunContext,
  given: {
    from: string;
    plan: Plan;
    progress: Progress;
    worktree: Worktree;
    round: number;
    fresh: readonly CheckResult[];
  },
): Promise<{ review: Review; to: string }> {
  const { from, plan, progress, worktree, round, fresh } = given;
  const key = `review:${round}`;
  const known = ctx.journal.recall(key) as { review: Review; to: string } | undefined;
  if (known !== undefined) return known;
  const to = await worktree.head();
  const failures = Number(ctx.journal.recall(`failed:${key}`) ?? 0);
  const open = progress.review?.findings ?? [];
  const { recheck } = await import('./3-review/recheck.ts');
  progress.tasks = await recheck(ctx, progress.tasks, worktree, round, fresh);
  const { reviewChange } = await import('./3-review/review-change.ts');
  const judged = progress.review?.criteria ?? [];
  const review = await reviewChange(ctx, { from, to, plan, tasks: progress.tasks, round, open, judged, failures });
  if (review.verdict === 'inconclusive') ctx.journal.record(`failed:${key}`, failures + 1);
  else ctx.journal.record(key, { review, to });
  return { review, to };
}

/** A fix adds its attempts to its task, and its checks replace the ones from before. */
function mergeFixes(tasks: readonly TaskResult[], fixes: readonly TaskResult[]): TaskResult[] {
  const merged = new Map(tasks.map((task) => [task.task, task]));
  for (const fix of fixes) {
    const before = merged.get(fix.task);
    if (before === undefined) continue;
    merged.set(fix.task, {
      ...before,
      attempts: before.attempts.concat(fix.attempts),
      checks: fix.status === 'done' ? fix.checks : before.checks,
      changeRequests: before.changeRequests.concat(fix.changeRequests),
      claim: fix.claim === '' ? before.claim : fix.claim,
    });
  }
  return [...merged.values()];
}
