import type { McpServer } from '@modelcontextprotocol/server';
import { mergeSettings } from '../../../compose/settings.ts';
import { leftOf, sharedCapsOf } from '../../../pricing/caps.ts';
import { articleCatalogue } from '../../../pricing/catalogue.ts';
import { reprice } from '../../../pricing/counterfactual.ts';
import { estimate } from '../../../pricing/estimate.ts';
import { showSaved } from '../../../pricing/saved.ts';
import { groupCosts, sayUnknown, summarise } from '../../../pricing/sum.ts';
import { showUsd } from '../../../pricing/usd.ts';
import { budgetLines } from '../../../report/budget-lines.ts';
import { cleanLine } from '../../../report/clean.ts';
import { costsTable } from '../../../report/costs-table.ts';
import { counterfactualOf, inputOf } from '../../../report/phrases.ts';
import { resultOf } from '../results.ts';
import { lookUp } from '../run-state.ts';
import { INPUT, OUTPUT } from '../schemas.ts';
import { answering, type Desktop, withSession } from './desktop.ts';

const LOOKS = { readOnlyHint: true, idempotentHint: true, openWorldHint: false };

/** The tools that look at what was done and what it cost, and at what it would cost. They call no model. */
export function registerLook(server: McpServer, desktop: Desktop): void {
  server.registerTool(
    'list_runs',
    {
      title: 'List runs',
      description: 'The runs of the repository, newest first. Calls no model.',
      inputSchema: INPUT.list_runs,
      outputSchema: OUTPUT.list_runs,
      annotations: LOOKS,
    },
    ({ repository, limit }, ctx) =>
      answering(desktop, () =>
        withSession(desktop, ctx, repository, async (session) => {
          const records = await session.store.list(() => {});
          const known = await Promise.all(
            records.slice(0, limit).map(({ id }) => lookUp(session, id, desktop.runs.find(id))),
          );
          const runs = known.map(({ state: it }) => {
            const { run, kind, state, outcome, request, branch, startedAt, costUsd } = it;
            return { run, kind, state, outcome, request, branch, startedAt, costUsd };
          });
          const lines = runs.map(
            ({ run, kind, state, outcome, costUsd, request }) =>
              `${run}  ${kind}, ${outcome ?? state}, ${costUsd === null ? 'cost unknown' : showUsd(costUsd)}: ${cleanLine(request, 100)}`,
          );
          const text = lines.length === 0 ? 'No runs in this repository yet.' : lines.join('\n');
          const older = records.length - runs.length;
          const more = older > 0 ? `\n… and ${older} older (limit).` : '';
          return resultOf(session.redactor, { total: records.length, runs }, `${text}${more}`);
        }),
      ),
  );
  server.registerTool(
    'get_costs',
    {
      title: 'What was spent',
      description:
        'What the runs of the repository, or one of them, have cost, from the receipts, by role, model or day, and what is left of the budgets. Calls no model.',
      inputSchema: INPUT.get_costs,
      outputSchema: OUTPUT.get_costs,
      annotations: LOOKS,
    },
    (input, ctx) =>
      answering(desktop, () =>
        withSession(desktop, ctx, input.repository, async (session) => {
          const { by, since } = input;
          const run = input.run === undefined ? undefined : (await session.store.get(input.run)).id;
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
          const structured = {
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
            `Total ${showUsd(structured.totalUsd)}`,
            ...(unknown === null ? [] : [unknown]),
            ...(alone === null ? [] : [counterfactualOf(alone, showUsd, 'these calls')]),
            ...budgetLines(budgets, showUsd),
          ];
          return resultOf(session.redactor, structured, text.join('\n'));
        }),
      ),
  );
  server.registerTool(
    'estimate',
    {
      title: 'Estimate a cost',
      description:
        'What given numbers of tokens would cost on three models and on one. An estimate, not a measurement. Calls no model.',
      inputSchema: INPUT.estimate,
      outputSchema: OUTPUT.estimate,
      annotations: LOOKS,
    },
    (input, ctx) =>
      answering(desktop, () =>
        withSession(desktop, ctx, input.repository, async (session) => {
          const { planning, implementation, review } = input;
          const { roles, trio } = mergeSettings(session.config, { trio: input.trio });
          const models = {
            planner: roles.planner.model,
            executor: roles.executor.model,
            reviewer: roles.reviewer.model,
          };
          const found = estimate({
            tokens: { planning, implementation, review },
            trio: models,
            single: input.single ?? models.planner,
            catalogue: trio === 'article' ? articleCatalogue() : session.catalogue,
            day: session.clock.now().toISOString().slice(0, 10),
          });
          const rows = found.rows.map(
            ({ phase, tokens, singleUsd, multiModel, multiUsd }) =>
              `${phase}: ${tokens} tokens, ${showUsd(multiUsd)} on ${multiModel}, ${showUsd(singleUsd)} on ${found.single}`,
          );
          const total = `total: ${showUsd(found.multiUsd)} on three models, ${showUsd(found.singleUsd)} on ${found.single} alone: ${showSaved(found.saved)}`;
          return resultOf(session.redactor, { ...found }, [...rows, total, found.basis].join('\n'));
        }),
      ),
  );
}
