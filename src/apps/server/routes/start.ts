import type { Context } from 'hono';
import { z } from 'zod';
import type { Session } from '../../../compose/compose.ts';
import { executeErrand, planErrand, resumeErrand, reviewErrand, workflowErrand } from '../../runs/errands.ts';
import { beginning, type Errand } from '../../runs/live-runs.ts';
import { openWithin } from '../../runs/roots.ts';
import { describeRun, pathOf } from '../describe-run.ts';
import type { ApiEnv } from '../guard/access.ts';
import { Problem } from '../problem.ts';
import { ExecuteBody, PlanBody, ResumeBody, ReviewBody, Started, WorkflowBody } from '../schemas.ts';
import { allowedWebhook } from '../webhooks/allow.ts';
import { bodyOf, type Desk, json, REFUSALS, type Routes, RunPath, route } from './desk.ts';

type Kind = z.infer<typeof Started>['kind'];
type Told = { run: string; kind: Kind };

/** What an order says beside what the run is to do. */
interface Around {
  repository?: string | undefined;
  questions: 'wait' | 'assume';
  webhook?: { url: string } | undefined;
}

const headers = z.object({
  'idempotency-key': z
    .string()
    .min(1)
    .max(255)
    .optional()
    .openapi({ description: 'the same key with the same body starts one run, however often it is sent' }),
});
const started = {
  ...json(Started, 'the run has begun; Location is where it stands'),
  headers: z.object({ location: z.string(), 'idempotency-replayed': z.string().optional() }),
};
const responses = { 202: started, ...REFUSALS };

/** The routes that begin a run. Each answers once the run has begun or was refused, and never waits for its end. */
export const startRoutes: Routes = (app, desk) => {
  const { budgetUsd: most } = desk.host;
  app.openapi(
    route({
      method: 'post',
      path: '/v1/runs',
      operationId: 'startRun',
      summary: 'Plan, execute and review a change',
      request: { headers, ...bodyOf(WorkflowBody) },
      responses,
    }),
    (c) => {
      const order = c.req.valid('json');
      return start(desk, c, 'run', order, (session) => workflowErrand(session, named(order), most));
    },
  );
  app.openapi(
    route({
      method: 'post',
      path: '/v1/plan',
      operationId: 'startPlan',
      summary: 'Only plan; changes nothing',
      request: { headers, ...bodyOf(PlanBody) },
      responses,
    }),
    (c) => {
      const order = c.req.valid('json');
      return start(desk, c, 'plan', order, (session) => planErrand(session, named(order), most));
    },
  );
  app.openapi(
    route({
      method: 'post',
      path: '/v1/execute',
      operationId: 'startExecute',
      summary: 'Carry out a plan on a branch, reviewed',
      request: { headers, ...bodyOf(ExecuteBody) },
      responses,
    }),
    (c) => {
      const order = c.req.valid('json');
      return start(desk, c, 'execute', order, (session) => executeErrand(session, order, most));
    },
  );
  app.openapi(
    route({
      method: 'post',
      path: '/v1/review',
      operationId: 'startReview',
      summary: 'Review a change; changes nothing',
      request: { headers, ...bodyOf(ReviewBody) },
      responses,
    }),
    (c) => {
      const order = c.req.valid('json');
      const { featureRequest: request, ...rest } = order;
      return start(desk, c, 'review', order, (session) => reviewErrand(session, { ...rest, request }, most));
    },
  );
  app.openapi(
    route({
      method: 'post',
      path: '/v1/runs/{run}/resume',
      operationId: 'resumeRun',
      summary: 'Go on with a run that was interrupted, cancelled, parked or failed',
      request: { headers, params: RunPath, ...bodyOf(ResumeBody) },
      responses,
    }),
    async (c) => {
      const order = c.req.valid('json');
      const { shelf, id } = await desk.library.find(c.req.valid('param').run);
      const { kind } = await shelf.store.get(id);
      const around = { ...order, repository: shelf.repository.root, resumed: id };
      return start(desk, c, kind, around, (session) => resumeErrand(session, { ...order, run: id }, most));
    },
  );
};

/** What the errands call a request and its context. */
function named<T extends { featureRequest: string; codebaseContext?: string | undefined }>(order: T) {
  const { featureRequest: request, codebaseContext: context, ...rest } = order;
  return { ...rest, request, context };
}

async function start(
  desk: Desk,
  c: Context<ApiEnv>,
  kind: Kind,
  order: Around,
  errandOf: (session: Session) => Promise<Errand>,
) {
  const key = c.req.header('idempotency-key');
  const begin = (note: (run: string | null) => Promise<void>) => beginRun(desk, kind, order, errandOf, note);
  const { answer, again } =
    key === undefined
      ? { answer: await begin(async () => {}), again: false }
      : await desk.keys.once(c.get('caller'), key, { path: c.req.path, order }, { begin, recall: recallFrom(desk) });
  const base = desk.host.publicUrl ?? new URL(c.req.url).origin;
  const path = pathOf(answer.run);
  c.header('location', path);
  if (again) c.header('idempotency-replayed', 'true');
  return c.json({ ...answer, statusUrl: `${base}${path}`, eventsUrl: `${base}${path}/events` }, 202);
}

async function beginRun(
  { host, runs, library, webhooks }: Desk,
  kind: Kind,
  order: Around,
  errandOf: (session: Session) => Promise<Errand>,
  note: (run: string | null) => Promise<void>,
): Promise<Told> {
  const url = allowedWebhook(order.webhook?.url, host.webhooks);
  const session = await openWithin(host.roots, order.repository, host);
  const run = await (async () => {
    try {
      const errand = await errandOf(session);
      await note(errand.casting.run);
      if (runs.working >= host.maxRuns) {
        throw new Problem('too-many-runs', `${runs.working} runs are at work, which is as many as there may be.`, {
          hint: 'Wait for one to end, or start the server with --max-runs.',
          retryAfter: 10,
        });
      }
      return runs.start(session, errand, order.questions === 'wait');
    } catch (error) {
      await note(null);
      await session.close();
      throw error;
    }
  })();
  await beginning(run);
  if (run.over && run.result === null) {
    await note(null);
    throw run.error;
  }
  webhooks.attach(run, url, async () => {
    return describeRun(library, await library.find(run.id), null);
  });
  return { run: run.id, kind };
}

function recallFrom({ library }: Desk) {
  return async (run: string): Promise<Told | null> => {
    try {
      const { id, live, shelf } = await library.find(run);
      return { run: id, kind: live?.casting.kind ?? (await shelf.store.get(id)).kind };
    } catch (error) {
      if (error instanceof Problem) return null;
      throw error;
    }
  };
}
