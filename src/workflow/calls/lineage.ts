import { TercetError } from '../../contract/errors.ts';
import type { RunContext } from '../run-context.ts';

/**
 * The reviewer is of another lineage than the executor: a model is blind to its own mistakes. Checked before any call.
 * An unknown lineage cannot be shown to differ, so it counts as the same.
 * @throws TercetError `lineage` under `lineage: require`.
 */
export function checkLineage(ctx: Pick<RunContext, 'agents' | 'stronger' | 'settings' | 'emit'>): void {
  if (ctx.settings.lineage === 'off') return;
  const { reviewer } = ctx.agents;
  for (const executor of [ctx.agents.executor, ctx.stronger]) {
    if (executor === null) continue;
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
