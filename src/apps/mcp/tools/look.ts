import type { McpServer } from '@modelcontextprotocol/server';
import { showUsd } from '../../../pricing/usd.ts';
import { cleanLine } from '../../../report/clean.ts';
import { costsOf } from '../../runs/costs.ts';
import { estimateOf } from '../../runs/estimates.ts';
import { lookUp } from '../../runs/run-state.ts';
import { resultOf } from '../results.ts';
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
          const { view, text } = await costsOf(session, input);
          return resultOf(session.redactor, view, text);
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
          const { view, text } = estimateOf(session, input);
          return resultOf(session.redactor, view, text);
        }),
      ),
  );
}
