import type { SensitiveFile, TaskResult } from '../contract/change.ts';
import type { RunResult } from '../contract/outcome.ts';
import type { Plan } from '../contract/plan.ts';
import type { Review } from '../contract/review.ts';
import type { Worktree } from '../ports/workspace.ts';
import { reprice } from '../pricing/counterfactual.ts';
import { summarise } from '../pricing/sum.ts';
import { showUsd } from '../pricing/usd.ts';
import { markdownReport } from '../report/markdown.ts';
import { resultWithoutKeys } from '../report/without-keys.ts';
import type { End } from './end.ts';
import { findSensitive } from './find-sensitive.ts';
import type { RunContext } from './run-context.ts';

/** What a run has so far. {@link finishRun} turns it into a result whatever happened. */
export interface Progress {
  plan: Plan | null;
  worktree: Worktree | null;
  tasks: TaskResult[];
  review: Review | null;
  /** The two trees of a review of somebody else's change; null in a run that makes its own. */
  reviewed: { from: string; to: string } | null;
}

/** Folds the fixes into their tasks' commits, closes the worktree, and leaves the artefacts. Runs however the run ended. */
export async function finishRun(ctx: RunContext, progress: Progress, end: End): Promise<RunResult> {
  const implementation = await deliver(ctx, progress);
  const receipts = await ctx.ledger.list({ run: ctx.run });
  const cost = summarise(receipts);
  const { planner } = ctx.agents;
  const counterfactual =
    receipts.length === 0
      ? null
      : reprice(receipts, planner.model, ctx.catalogue, ctx.clock.now().toISOString().slice(0, 10));
  const { plan, review } = progress;
  const sensitive = await sensitiveOf(ctx, progress, implementation);
  const { outcome, exitCode, reason } = end;
  const result = resultWithoutKeys(
    {
      run: ctx.run,
      outcome,
      exitCode,
      reason,
      request: ctx.request,
      plan,
      implementation,
      review,
      sensitive,
      cost,
      counterfactual,
    },
    ctx.redactor,
  );
  await ctx.store.write(ctx.run, 'review.json', `${JSON.stringify(result.review, null, 2)}\n`);
  await ctx.store.write(ctx.run, 'result.json', `${JSON.stringify(result, null, 2)}\n`);
  await ctx.store.write(ctx.run, 'report.md', markdownReport(result, { money: showUsd }));
  ctx.emit({
    type: 'run.finished',
    outcome,
    reason: result.reason,
    branch: implementation?.branch ?? null,
    cost,
    counterfactual,
  });
  return result;
}

/** What of the whole change deserves a person's look; said here only where no review has said it. */
async function sensitiveOf(
  ctx: RunContext,
  progress: Progress,
  implementation: RunResult['implementation'],
): Promise<SensitiveFile[]> {
  if (implementation !== null) {
    const { base, head, files } = implementation;
    const found = await findSensitive(ctx.repository, base, head, files);
    if (found.length > 0 && progress.review === null) ctx.emit({ type: 'sensitive.found', files: found });
    return found;
  }
  if (progress.reviewed === null) return [];
  const { from, to } = progress.reviewed;
  const diffs = await ctx.repository.diff(from, to);
  return findSensitive(
    ctx.repository,
    from,
    to,
    diffs.map((diff) => diff.file),
  );
}

async function deliver(ctx: RunContext, progress: Progress): Promise<RunResult['implementation']> {
  const { worktree, tasks } = progress;
  if (worktree === null) return null;
  ctx.emit({ type: 'phase.started', phase: 'deliver', round: 1 });
  const { base } = ctx.request;
  const commits = await worktree.fold(base);
  const head = await worktree.head();
  await worktree.close();
  const files = (await ctx.repository.diff(base, head)).map((diff) => diff.file);
  await ctx.store.write(ctx.run, 'change.diff', await ctx.repository.patch(base, head));
  const byTask = new Map(commits.map((commit) => [commit.task, commit.sha]));
  const folded = tasks.map((task) => ({
    ...task,
    commit: task.commit === null ? null : (byTask.get(task.task) ?? task.commit),
  }));
  return { base, head, files, commits, tasks: folded, branch: worktree.branch };
}
