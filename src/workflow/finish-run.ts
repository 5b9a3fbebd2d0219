import type { TaskResult } from '../contract/change.ts';
import type { RunResult } from '../contract/outcome.ts';
import type { Plan } from '../contract/plan.ts';
import type { Review } from '../contract/review.ts';
import type { Worktree } from '../ports/workspace.ts';
import { reprice } from '../pricing/counterfactual.ts';
import { summarise } from '../pricing/sum.ts';
import { showUsd } from '../pricing/usd.ts';
import { markdownReport } from '../report/markdown.ts';
import type { End } from './end.ts';
import type { RunContext } from './run-context.ts';

/** What a run has so far. {@link finishRun} turns it into a result whatever happened. */
export interface Progress {
  plan: Plan | null;
  worktree: Worktree | null;
  tasks: TaskResult[];
  review: Review | null;
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
  const { outcome, exitCode, reason } = end;
  const result: RunResult = {
    run: ctx.run,
    outcome,
    exitCode,
    reason,
    request: ctx.request,
    plan,
    implementation,
    review,
    cost,
    counterfactual,
  };
  await ctx.store.write(ctx.run, 'review.json', `${JSON.stringify(review, null, 2)}\n`);
  await ctx.store.write(ctx.run, 'result.json', `${JSON.stringify(result, null, 2)}\n`);
  await ctx.store.write(ctx.run, 'report.md', markdownReport(result, { money: showUsd }));
  ctx.emit({ type: 'run.finished', outcome, reason, branch: implementation?.branch ?? null, cost, counterfactual });
  return result;
}

async function deliver(ctx: RunContext, progress: Progress): Promise<RunResult['implementation']> {
  const { worktree, tasks } = progress;
  if (worktree === null) return null;
  ctx.emit({ type: 'phase.started', phase: 'deliver', round: 1 });
  const { base } = ctx.request;
  const left = await worktree.rescue('left');
  if (left !== null) {
    await worktree.restore();
    const message = `Work that was not committed is kept at ${left} (\`git diff ${base.slice(0, 12)} ${left}\`).`;
    ctx.emit({ type: 'warning.raised', code: 'uncommitted-work', message });
  }
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
