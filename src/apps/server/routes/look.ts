import { z } from 'zod';
import { ENDED } from '../../../compose/runs/resumption.ts';
import type { RunRecord } from '../../../contract/outcome.ts';
import { costsOf } from '../../runs/costs.ts';
import { estimateOf } from '../../runs/estimates.ts';
import { plainly } from '../../runs/plain.ts';
import { openWithin } from '../../runs/roots.ts';
import type { Shelf } from '../../runs/run-state.ts';
import { pathOf } from '../describe-run.ts';
import { Problem } from '../problem.ts';
import { Costs, Estimate, EstimateBody, Health, Repository, Run, RunId, type RunLine, RunPage } from '../schemas.ts';
import { bodyOf, type Desk, json, REFUSALS, type Routes, RunPath, route, statusOf } from './desk.ts';

const query = { repository: Repository };

/** The routes that look at what was done and what it cost, and at what it would cost. They call no model. */
export const lookRoutes: Routes = (app, desk) => {
  app.openapi(
    route({
      method: 'get',
      path: '/v1/health',
      operationId: 'getHealth',
      summary: 'Whether the server answers; needs no token',
      security: [],
      responses: { 200: json(Health, 'it does') },
    }),
    (c) => c.json({ status: 'ok' as const }, 200),
  );
  app.openapi(
    route({
      method: 'get',
      path: '/v1/runs',
      operationId: 'listRuns',
      summary: 'The runs of the repositories within the roots, newest first',
      request: {
        query: z.object({
          ...query,
          limit: z.coerce
            .number()
            .int()
            .min(1)
            .max(100)
            .openapi({ type: 'integer', minimum: 1, maximum: 100 })
            .default(20),
          after: RunId.optional().describe('the last run of the page before'),
        }),
      },
      responses: { 200: json(RunPage, 'one page'), ...REFUSALS },
    }),
    async (c) => {
      const { repository, limit, after } = c.req.valid('query');
      const all = await newestFirst(desk, repository);
      const from = after === undefined ? 0 : all.findIndex(({ record }) => record.id === after) + 1;
      if (after !== undefined && from === 0) throw new Problem('not-found', `There is no run ${after} to go on after.`);
      const runs = await Promise.all(all.slice(from, from + limit).map((it) => lineOf(desk, it)));
      const last = runs.at(-1)?.run;
      const more = from + limit < all.length && last !== undefined;
      const place = repository === undefined ? {} : { repository };
      const next = more ? `/v1/runs?${new URLSearchParams({ ...place, limit: String(limit), after: last })}` : null;
      return c.json(plainly(desk.library.keys, { runs, total: all.length, next }), 200);
    },
  );
  app.openapi(
    route({
      method: 'get',
      path: '/v1/runs/{run}',
      operationId: 'getRun',
      summary: 'A run as it stands',
      request: { params: RunPath },
      responses: { 200: json(Run, 'the run'), ...REFUSALS },
    }),
    async (c) => c.json(await statusOf(desk, await desk.library.find(c.req.valid('param').run)), 200),
  );
  app.openapi(
    route({
      method: 'get',
      path: '/v1/costs',
      operationId: 'getCosts',
      summary: 'What was spent, and what is left of the budgets',
      request: {
        query: z.object({
          ...query,
          run: RunId.optional(),
          by: z.enum(['role', 'model', 'day']).default('role'),
          since: z.iso.date().optional().describe('only calls from this day on (UTC)'),
        }),
      },
      responses: { 200: json(Costs, 'the costs'), ...REFUSALS },
    }),
    async (c) => {
      const { repository, ...asked } = c.req.valid('query');
      const root = asked.run === undefined ? repository : (await desk.library.find(asked.run)).shelf.repository.root;
      const session = await openWithin(desk.host.roots, root, desk.host);
      try {
        return c.json(plainly(session.redactor, (await costsOf(session, asked)).view), 200);
      } finally {
        await session.close();
      }
    },
  );
  app.openapi(
    route({
      method: 'post',
      path: '/v1/estimate',
      operationId: 'estimate',
      summary: 'What given tokens would cost on three models and on one',
      request: bodyOf(EstimateBody),
      responses: { 200: json(Estimate, 'an estimate, not a measurement'), ...REFUSALS },
    }),
    async (c) => {
      const { repository, ...asked } = c.req.valid('json');
      const session = await openWithin(desk.host.roots, repository, desk.host);
      try {
        return c.json(plainly(session.redactor, estimateOf(session, asked).view), 200);
      } finally {
        await session.close();
      }
    },
  );
};

interface Kept {
  record: RunRecord;
  shelf: Omit<Shelf, 'ledger'>;
}

async function newestFirst(desk: Desk, repository: string | undefined): Promise<Kept[]> {
  const { library, host } = desk;
  const session = repository === undefined ? null : await openWithin(host.roots, repository, host);
  await session?.close();
  const shelves = await library.shelves(session?.repository.root ?? null);
  const lists = await Promise.all(
    shelves.map(async (shelf) => (await shelf.store.list(() => {})).map((record) => ({ record, shelf }))),
  );
  return lists.flat().sort((a, b) => (a.record.startedAt < b.record.startedAt ? 1 : -1));
}

async function lineOf({ library }: Desk, { record, shelf }: Kept): Promise<z.infer<typeof RunLine>> {
  const { id, kind, outcome, request, branch, startedAt, endedAt } = record;
  const live = library.runs.all().find((run) => run.id === id) ?? null;
  const working = live === null ? outcome === 'running' && (await shelf.store.ownerOf(id)) !== null : !live.over;
  const stands = live?.desk.open == null ? 'working' : 'waiting';
  const resumable = !working && !ENDED.has(outcome);
  return {
    run: id,
    kind,
    state: working ? stands : outcome === 'running' ? 'interrupted' : 'ended',
    outcome: working || outcome === 'running' ? null : outcome,
    repository: shelf.repository.root,
    request: request.text,
    branch,
    startedAt,
    endedAt,
    links: { self: pathOf(id), ...(resumable ? { resume: `${pathOf(id)}/resume` } : {}) },
  };
}
