import type { Session } from '../../compose/compose.ts';
import { mergeSettings } from '../../compose/config/settings.ts';
import { leftOf, sharedCapsOf } from '../../pricing/caps.ts';
import { reprice } from '../../pricing/counterfactual.ts';
import { groupCosts, sayUnknown, summarise } from '../../pricing/sum.ts';
import { showUsd } from '../../pricing/usd.ts';
import { budgetLines } from '../../report/budget-lines.ts';
import { costsTable } from '../../report/costs-table.ts';
import { counterfactualOf, inputOf } from '../../report/phrases.ts';
import type { CostsView } from './views.ts';

/** What is asked of the ledger. `since` is a day, UTC. */
export interface CostsQuery {
  run?: string | undefined;
  by: CostsView['by'];
  since?: string | undefined;
}

/** What the runs of a repository, or one of them, have cost, for programs and as a text. @throws TercetError `usage`. */
export async function costsOf(session: Session, query: CostsQuery): Promise<{ view: CostsView; text: string }> {
  const { by, since } = query;
  const run = query.run === undefined ? undefined : (await session.store.get(query.run)).id;
  const receipts = await session.ledger.list({
    ...(run === undefined ? { repository: session.repository.key } : { run }),
    ...(since === undefined ? {} : { since: `${since}T00:00:00.000Z` }),
  });
  const now = session.clock.now().toISOString();
  const { settings } = mergeSettings(session.config, {});
  const budgets = await session.ledger.spending(sharedCapsOf(settings, now));
  const lines = groupCosts(receipts, by);
  const planner = receipts.findLast((receipt) => receipt.role === 'planner')?.requestedModel;
  const alone = planner === undefined ? null : reprice(receipts, planner, session.catalogue, now.slice(0, 10));
  const unknown = sayUnknown(receipts);
  const view: CostsView = {
    by,
    lines: lines.map(({ key, calls, usage, usd, unknownCalls }) => {
      return { key, calls, inputTokens: inputOf(usage), outputTokens: usage.output, usd, unknownCalls };
    }),
    totalUsd: summarise(receipts).usd,
    unknown,
    counterfactual: alone === null ? null : { model: alone.model, usd: alone.usd, saved: alone.saved },
    budgets: budgets.map((it) => {
      const { cap, spent, held } = it;
      return { scope: cap.scope, unit: cap.unit, cap: cap.amount, spent, held, left: leftOf(it) };
    }),
  };
  const text = [
    costsTable(lines, { money: showUsd, key: by }),
    `Total ${showUsd(view.totalUsd)}`,
    ...(unknown === null ? [] : [unknown]),
    ...(alone === null ? [] : [counterfactualOf(alone, showUsd, 'these calls')]),
    ...budgetLines(budgets, showUsd),
  ];
  return { view, text: text.join('\n') };
}
