import type { RunResult } from '../contract/outcome.ts';
import { makePlan } from './1-plan/make-plan.ts';
import { viewRepository } from './1-plan/repository-view.ts';
import { writePlan } from './1-plan/write-plan.ts';
import { type End, endOf, endWith } from './end.ts';
import type { Progress } from './finish-run.ts';
import type { RunContext } from './run-context.ts';

/** The phases on their own: people start by hand and automate later. */

/** Makes a plan and stops. */
export async function planOnly(ctx: RunContext): Promise<RunResult> {
  return alone(ctx, async (progress) => {
    ctx.emit({ type: 'phase.started', phase: 'plan', round: 1 });
    const { plan } = await makePlan(ctx, await viewRepository(ctx));
    ctx.emit({ type: 'plan.ready', plan, file: await writePlan(ctx, plan) });
    progress.plan = plan;
    return endWith(
      'planned',
      `The plan has ${plan.tasks.length} task${plan.tasks.length === 1 ? '' : 's'} and no lint error.`,
    );
  });
}

/** Reviews what somebody else changed, against a plan where there is one. `to` may be a tree. */
export async function reviewOnly(
  ctx: RunContext,
  subject: { from: string; to: string; plan: RunResult['plan'] },
): Promise<RunResult> {
  return alone(ctx, async (progress) => {
    ctx.emit({ type: 'phase.started', phase: 'review', round: 1 });
    progress.plan = subject.plan;
    progress.reviewed = { from: subject.from, to: subject.to };
    const { reviewChange } = await import('./3-review/review-change.ts');
    const review = await reviewChange(ctx, { ...subject, tasks: [], round: 1, open: [], judged: [], failures: 0 });
    progress.review = review;
    return endWith(review.verdict, review.reason);
  });
}

async function alone(ctx: RunContext, work: (progress: Progress) => Promise<End>): Promise<RunResult> {
  const { request, settings } = ctx;
  ctx.emit({
    type: 'run.started',
    request: request.text,
    base: request.base,
    branch: null,
    models: {},
    budgetUsd: settings.budgetUsd,
  });
  const progress: Progress = { plan: null, worktree: null, tasks: [], review: null, reviewed: null };
  const end = await work(progress).catch((error: unknown) => endOf(ctx, error));
  const { finishRun } = await import('./finish-run.ts');
  return finishRun(ctx, progress, end);
}
