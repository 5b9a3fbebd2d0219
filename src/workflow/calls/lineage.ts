import { TercetError } from '../../contract/errors.ts';
import type { RunContext } from '../run-context.ts';

/**
 * The reviewer is of another lineage than the executor: a model is blind to its own mistakes. Checked before any call.
 * Whoever may stand in for one of them counts as well. An unknown lineage cannot be shown to differ, so it counts as the same.
 * @throws TercetError `lineage` under `lineage: require`.
 */
export function checkLineage(ctx: Pick<RunContext, 'agents' | 'stronger' | 'fallbacks' | 'settings' | 'emit'>): void {
  if (ctx.settings.lineage === 'off') return;
  const executors = [ctx.agents.executor, ctx.stronger, ctx.fallbacks.executor].filter((agent) => agent !== null);
  const reviewers = [ctx.agents.reviewer, ctx.fallbacks.reviewer].filter((agent) => agent !== null);
  for (const { reviewer, executor } of reviewers.flatMap((reviewer) =>
    executors.map((executor) => ({ reviewer, executor })),
  )) {
    const unknown = reviewer.lineage === null || executor.lineage === null;
    if (!unknown && reviewer.lineage !== executor.lineage) continue;
    const message = unknown
      ? `Nobody can say whether reviewer ${reviewer.model} and executor ${executor.model} are of different lineages.`
      : `Reviewer ${reviewer.model} and executor ${executor.model} are of the same lineage (${reviewer.lineage}).`;
    if (ctx.settings.lineage === 'require') {
      throw new TercetError('lineage', `${message} No call was made.`, {
        hint: 'Choose a reviewer trained by somebody else (for a model of your own provider, state its `lineage:`), or set `review.lineage: warn`.',
      });
    }
    ctx.emit({ type: 'warning.raised', code: 'lineage', message });
  }
}
