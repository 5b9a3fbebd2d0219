import { z } from 'zod';
import { plainly } from '../../runs/plain.ts';
import { questionOf } from '../describe-run.ts';
import type { FoundRun } from '../find-run.ts';
import { Problem } from '../problem.ts';
import { Answers, Questions, Run } from '../schemas.ts';
import { bodyOf, json, REFUSALS, type Routes, RunPath, route, statusOf } from './desk.ts';

const seq = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).openapi({ type: 'integer', minimum: 0 });

/** The routes that follow a run, answer what it asks, and end it. */
export const followRoutes: Routes = (app, desk) => {
  app.openapi(
    route({
      method: 'get',
      path: '/v1/runs/{run}/events',
      operationId: 'followRun',
      summary: 'The events of a run, from the first or after a given one, until it is over',
      request: {
        params: RunPath,
        query: z.object({ after: seq.optional().describe('only events with a larger number') }),
        headers: z.object({ 'last-event-id': seq.optional().openapi({ description: 'the same; it wins' }) }),
      },
      responses: {
        200: {
          description: 'one message for each event, its number as id; at last `event: end`',
          content: { 'text/event-stream': { schema: z.string() } },
        },
        ...REFUSALS,
      },
    }),
    async (c) => {
      const run = await desk.library.find(c.req.valid('param').run);
      const after = c.req.valid('header')['last-event-id'] ?? c.req.valid('query').after ?? 0;
      const ending = async () => {
        const { state, outcome, reason, resumable } = await statusOf(desk, run);
        return { run: run.id, state, outcome, reason, resumable };
      };
      return c.body(desk.followers.follow(run, { after, ending, cut: () => c.env?.outgoing?.destroy() }), 200, {
        'content-type': 'text/event-stream',
        // Proxies must hand every event on at once.
        'x-accel-buffering': 'no',
      });
    },
  );
  app.openapi(
    route({
      method: 'get',
      path: '/v1/runs/{run}/questions',
      operationId: 'getQuestions',
      summary: 'What the run asks now',
      request: { params: RunPath },
      responses: { 200: json(Questions, 'what is open'), ...REFUSALS },
    }),
    async (c) => {
      const { live } = await desk.library.find(c.req.valid('param').run);
      return c.json(plainly(desk.library.keys, { open: questionOf(live?.desk.open ?? null) }), 200);
    },
  );
  app.openapi(
    route({
      method: 'post',
      path: '/v1/runs/{run}/answers',
      operationId: 'answerQuestion',
      summary: 'Answer what the run asks',
      request: { params: RunPath, ...bodyOf(Answers) },
      responses: { 200: json(Run, 'the run, which goes on'), ...REFUSALS },
    }),
    async (c) => {
      const run = await desk.library.find(c.req.valid('param').run);
      reply(run, c.req.valid('json'));
      return c.json(await statusOf(desk, run), 200);
    },
  );
  app.openapi(
    route({
      method: 'post',
      path: '/v1/runs/{run}/cancel',
      operationId: 'cancelRun',
      summary: 'End a run of this server cleanly; it can be resumed',
      request: { params: RunPath },
      responses: { 200: json(Run, 'the run, which has ended'), ...REFUSALS },
    }),
    async (c) => {
      const run = await desk.library.find(c.req.valid('param').run);
      if (run.live !== null) {
        run.live.cancel('Cancelled over the API.');
        await run.live.ended;
      } else if ((await run.shelf.store.ownerOf(run.id)) !== null) {
        throw new Problem('conflict', `Run ${run.id} is carried on by another process.`, {
          hint: `On that machine: tercet cancel ${run.id}`,
        });
      }
      return c.json(await statusOf(desk, run), 200);
    },
  );
};

function reply({ live, id }: FoundRun, { question, answers, decision }: z.infer<typeof Answers>): void {
  const open = live?.desk.open ?? null;
  if (live === null || open === null || open.id !== question) {
    throw new Problem('conflict', `Run ${id} does not ask ${JSON.stringify(question)} now.`, {
      hint: 'GET its questions; an answer may have come before, or too late.',
    });
  }
  if (open.proposal === null ? answers === undefined || decision !== undefined : decision === undefined) {
    throw new Problem(
      'invalid',
      open.proposal === null ? 'Questions are answered with `answers`.' : 'A plan is answered with `decision`.',
    );
  }
  if (answers !== undefined && answers.length !== open.questions.length) {
    throw new Problem('invalid', `There are ${open.questions.length} questions, and ${answers.length} answers.`);
  }
  const content =
    decision === undefined
      ? Object.fromEntries((answers ?? []).flatMap((text, at) => (text === null ? [] : [[`answer${at + 1}`, text]])))
      : { decision };
  live.desk.reply(open.id, { action: 'accept', content });
}
