import { TercetError } from '../../contract/errors.ts';
import type { Lineage } from '../../contract/role.ts';
import type { Agent } from '../../ports/agent.ts';
import type { Catalogue } from '../../pricing/catalogue.ts';
import { sameModel } from '../../pricing/served.ts';
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

/**
 * The same of the models that served: under `servedModel: warn` a router may have answered for the reviewer with the
 * executor's own model. `served` is what served the review; who served the executor is in its receipts.
 * @throws TercetError `lineage` under `lineage: require`.
 */
export async function checkServedLineage(ctx: RunContext, served: string | null): Promise<void> {
  if (ctx.settings.lineage === 'off' || ctx.settings.servedModel === 'require') return;
  const standIn = ctx.fallbacks.reviewer;
  const stoodIn = standIn !== null && served !== null && sameModel(standIn.model, served) !== 'different';
  const reviewer = stoodIn ? standIn : ctx.agents.reviewer;
  const receipts = await ctx.ledger.list({ run: ctx.run });
  for (const { role, state, requestedModel, servedModel } of receipts) {
    if (role !== 'executor' || state !== 'settled') continue;
    const { executor } = ctx.agents;
    const agent = [ctx.stronger, ctx.fallbacks.executor].find((other) => other?.model === requestedModel) ?? executor;
    if (!isAnother(reviewer, served) && !isAnother(agent, servedModel)) continue;
    const [theirs, own] = [
      servedLineage(ctx.catalogue, reviewer, served),
      servedLineage(ctx.catalogue, agent, servedModel),
    ];
    if (theirs !== null && own !== null && theirs !== own) continue;
    const pair = `${served ?? reviewer.model} served the review and ${servedModel ?? agent.model} the change`;
    const message =
      theirs === null || own === null
        ? `${pair}; nobody can say whether they are of different lineages.`
        : `${pair}: they are of the same lineage (${own}).`;
    if (ctx.settings.lineage === 'require') {
      throw new TercetError('lineage', message, {
        hint: 'Review the branch with a model that is served as asked for: `tercet review --base`, `servedModel: require`.',
      });
    }
    ctx.emit({ type: 'warning.raised', code: 'lineage', message });
    return;
  }
}

function isAnother(agent: Agent, served: string | null): boolean {
  return sameModel(agent.model, served) === 'different';
}

/**
 * Of a model that was not asked for, the catalogue says it when all its entries of that name agree: agents put the
 * provider that was asked before the name, whoever trained the model.
 */
function servedLineage(catalogue: Catalogue, agent: Agent, served: string | null): Lineage {
  if (served === null || !isAnother(agent, served)) return agent.lineage;
  const provider = agent.model.slice(0, agent.model.indexOf('/') + 1);
  const names = served.startsWith(provider) ? [served, served.slice(provider.length)] : [served];
  const lineages = new Set<Lineage>();
  for (const [id, rows] of catalogue.rows) {
    const known = names.some((name) => ['same', 'snapshot'].includes(sameModel(id, name)));
    if (known) for (const { row } of rows) lineages.add(row.lineage ?? null);
  }
  const [only = null] = lineages;
  return lineages.size === 1 ? only : null;
}
