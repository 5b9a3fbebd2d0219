import type { Commit, SensitiveFile, TaskResult } from '../contract/change.ts';
import { TercetError } from '../contract/errors.ts';
import type { Outcome, RunResult } from '../contract/outcome.ts';
import type { Plan } from '../contract/plan.ts';
import type { Review } from '../contract/review.ts';
import type { Worktree } from '../ports/workspace.ts';
import { reprice } from '../pricing/counterfactual.ts';
import { summarise } from '../pricing/sum.ts';
import { showUsd } from '../pricing/usd.ts';
import { markdownReport } from '../report/markdown.ts';
import { resultWithoutKeys } from '../report/without-keys.ts';
import { type End, endOf } from './end.ts';
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
export async function finishRun(ctx: RunContext, progress: Progress, ended: End): Promise<RunResult> {
  const { implementation, end } = await deliver(ctx, progress, ended);
  const receipts = await ctx.ledger.list({ run: ctx.run });
  const cost = summarise(receipts);
  const { planner } = ctx.agents;
  const counterfactual =
    receipts.length === 0
      ? null
      : reprice(receipts, planner.model, ctx.catalogue, ctx.clock.now().toISOString().slice(0, 10));
  const { plan, review } = progress;
  const sensitive = await sensitiveOf(ctx, progress, implementation);
  const { outcome, exitCode, reason, parkedUntil } = end;
  const result = resultWithoutKeys(
    {
      run: ctx.run,
      outcome,
      exitCode,
      reason,
      parkedUntil,
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

/** Outcomes after which nothing goes on: a run that can be resumed does so from its commits as they are. */
const FOLDED: ReadonlySet<Outcome> = new Set(['approved', 'changes_requested']);
/** What of the whole change deserves a person's look; said here only where no review has said it. */
async function sensitiveOf(
  ctx: RunContext,
  progress: Progress,
  implementation: RunResult['implementation'],
): Promise<SensitiveFile[]> {
  const change = implementation === null ? progress.reviewed : { from: implementation.base, to: implementation.head };
  if (change === null) return [];
  const { from, to } = change;
  try {
    const files = implementation?.files ?? (await ctx.repository.diff(from, to)).map((diff) => diff.file);
    const found = await findSensitive(ctx.repository, from, to, files);
    if (found.length > 0 && progress.review === null) ctx.emit({ type: 'sensitive.found', files: found });
    return found;
  } catch (error) {
    // The run has its result whatever happened to the repository; that nobody looked has to be known.
    const why = error instanceof Error ? error.message : String(error);
    const message = `The change could not be looked through for sensitive files: ${why}`;
    ctx.emit({ type: 'warning.raised', code: 'sensitive', message });
    return [];
  }
}

interface Delivery {
  implementation: RunResult['implementation'];
  end: End;
}

/** Whatever fails here, the working tree is closed and the run has a result: the branch stands as it is. */
async function deliver(ctx: RunContext, progress: Progress, end: End): Promise<Delivery> {
  const { worktree } = progress;
  if (worktree === null) return { implementation: null, end };
  ctx.emit({ type: 'phase.started', phase: 'deliver', round: 1 });
  try {
    await keepUnfinished(ctx, worktree);
    const { base } = ctx.request;
    const commits = FOLDED.has(end.outcome)
      ? await worktree.fold(base)
      : await ctx.repository.log(base, await worktree.head());
    const head = await worktree.head();
    await worktree.close();
    return { implementation: await implementationOf(ctx, progress, worktree.branch, commits, head), end };
  } catch (error) {
    const failed = endOf(ctx, error);
    await worktree.close().catch((again: unknown) => {
      const why = again instanceof Error ? again.message : String(again);
      const message = `The working tree ${worktree.path} could not be removed: ${why}`;
      ctx.emit({ type: 'warning.raised', code: 'worktree', message });
    });
    // Without the hint of a repository's error: the working tree it speaks of is gone.
    const why = error instanceof TercetError ? error.message : failed.reason;
    const known = end.reason.includes(why);
    const reason = known ? end.reason : `${end.reason} The branch ${worktree.branch} could not be finished: ${why}`;
    // A run that had not gone well keeps its own outcome; one that had is not delivered.
    return { implementation: null, end: end.outcome === 'approved' ? { ...failed, reason } : { ...end, reason } };
  }
}

/** Work that a stopped run had not committed is kept under a ref, and the person is told which. */
async function keepUnfinished(ctx: RunContext, worktree: Worktree): Promise<void> {
  const ref = await worktree.rescue('left');
  if (ref === null) return;
  await worktree.restore();
  const message = `Work that was not committed is kept at ${ref} (\`git diff ${ctx.request.base.slice(0, 12)} ${ref}\`).`;
  ctx.emit({ type: 'warning.raised', code: 'work-left', message });
}

async function implementationOf(
  ctx: RunContext,
  { tasks }: Progress,
  branch: string,
  commits: Commit[],
  head: string,
): Promise<RunResult['implementation']> {
  const { base } = ctx.request;
  const files = (await ctx.repository.diff(base, head)).map((diff) => diff.file);
  await ctx.store.write(ctx.run, 'change.diff', await ctx.repository.patch(base, head));
  const byTask = new Map(commits.map((commit) => [commit.task, commit.sha]));
  const folded = tasks.map((task) => ({
    ...task,
    commit: task.commit === null ? null : (byTask.get(task.task) ?? task.commit),
  }));
  return { base, head, files, commits, tasks: folded, branch };
}
