import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import type { LiveRuns } from '../../runs/live-runs.ts';
import { describeRun } from '../describe-run.ts';
import type { Followers } from '../events/stream.ts';
import type { FoundRun, Library } from '../find-run.ts';
import type { ApiEnv } from '../guard/access.ts';
import type { ApiHost } from '../host.ts';
import type { IdempotencyKeys } from '../idempotency.ts';
import { ProblemBody, type Run, RunId } from '../schemas.ts';
import type { Webhooks } from '../webhooks/deliver.ts';

/** What every route works with. */
export interface Desk {
  host: ApiHost;
  runs: LiveRuns;
  library: Library;
  followers: Followers;
  keys: IdempotencyKeys;
  webhooks: Webhooks;
}

export type Api = OpenAPIHono<ApiEnv>;
/** Adds its routes to the app. */
export type Routes = (app: Api, desk: Desk) => void;

export const RunPath = z.object({ run: RunId.openapi({ param: { name: 'run', in: 'path' } }) });

/** A JSON body, of a request or an answer. */
export function json<T extends z.ZodType>(schema: T, description: string) {
  return { description, content: { 'application/json': { schema } } };
}

/** The body that a request has to have. */
export function bodyOf<T extends z.ZodType>(schema: T) {
  return { body: { required: true, content: { 'application/json': { schema } } } };
}

/** What any route may refuse with; `code` says which. */
export const REFUSALS = {
  default: {
    description: 'it was refused: `code` says why, Retry-After when it may be tried again',
    content: { 'application/problem+json': { schema: ProblemBody } },
  },
};

/** A route that needs a token. */
export const route: typeof createRoute = (config) => createRoute({ security: [{ token: [] }], ...config });

/** A run as it stands now. */
export function statusOf({ library, webhooks }: Pick<Desk, 'library' | 'webhooks'>, run: FoundRun): Promise<Run> {
  return describeRun(library, run, webhooks.of(run.id));
}
