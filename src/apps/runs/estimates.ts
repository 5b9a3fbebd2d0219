import type { Session } from '../../compose/compose.ts';
import { mergeSettings } from '../../compose/config/settings.ts';
import { articleCatalogue } from '../../pricing/catalogue.ts';
import { estimate } from '../../pricing/estimate.ts';
import { showSaved } from '../../pricing/saved.ts';
import { showUsd } from '../../pricing/usd.ts';
import type { EstimateView } from './views.ts';

type Tokens = number | { input: number; output: number };

/** Tokens of the three phases; one number is priced as output. */
export interface EstimateQuery {
  planning: Tokens;
  implementation: Tokens;
  review: Tokens;
  trio?: string | undefined;
  single?: string | undefined;
}

/** What given tokens would cost on three models and on one, for programs and as a text. */
export function estimateOf(session: Session, query: EstimateQuery): { view: EstimateView; text: string } {
  const { planning, implementation, review } = query;
  const { roles, trio } = mergeSettings(session.config, { trio: query.trio });
  const models = { planner: roles.planner.model, executor: roles.executor.model, reviewer: roles.reviewer.model };
  const found = estimate({
    tokens: { planning, implementation, review },
    trio: models,
    single: query.single ?? models.planner,
    catalogue: trio === 'article' ? articleCatalogue() : session.catalogue,
    day: session.clock.now().toISOString().slice(0, 10),
  });
  const rows = found.rows.map(
    ({ phase, tokens, singleUsd, multiModel, multiUsd }) =>
      `${phase}: ${tokens} tokens, ${showUsd(multiUsd)} on ${multiModel}, ${showUsd(singleUsd)} on ${found.single}`,
  );
  const total = `total: ${showUsd(found.multiUsd)} on three models, ${showUsd(found.singleUsd)} on ${found.single} alone: ${showSaved(found.saved)}`;
  return { view: { ...found }, text: [...rows, total, found.basis].join('\n') };
}
