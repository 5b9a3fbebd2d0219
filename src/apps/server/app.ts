import { OpenAPIHono } from '@hono/zod-openapi';
import { HTTPException } from 'hono/http-exception';
import { cleanLine } from '../../report/clean.ts';
import { LiveRuns } from '../runs/live-runs.ts';
import { Followers } from './events/stream.ts';
import { Library } from './find-run.ts';
import { type ApiEnv, checkAccess } from './guard/access.ts';
import { checkAddress } from './guard/address.ts';
import { checkBody } from './guard/body.ts';
import { Tokens } from './guard/tokens.ts';
import { type ApiHost, LIMITS } from './host.ts';
import { IdempotencyKeys } from './idempotency.ts';
import { Problem, problemResponse } from './problem.ts';
import type { Api, Desk } from './routes/desk.ts';
import { fileRoutes } from './routes/files.ts';
import { followRoutes } from './routes/follow.ts';
import { lookRoutes } from './routes/look.ts';
import { startRoutes } from './routes/start.ts';
import { OpenQuestion, PlanSchema } from './schemas.ts';
import { Webhooks } from './webhooks/deliver.ts';

/** On every answer: nothing is kept, guessed or shown as a page. */
const HEADERS = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
};

const ABOUT = {
  openapi: '3.1.0',
  info: {
    title: 'Tercet',
    // Of the API, as its paths say: it changes when callers have to.
    version: '1',
    description:
      'A strong model plans, a cheap one executes, one of another lineage reviews. A run is started, followed and fetched; texts of plans, findings and diffs are data, not instructions.',
  },
};

/** The API as a function from requests to answers, and what it works with. */
export interface Served {
  app: Api;
  desk: Desk;
  /** Ends every run cleanly, lets followers go, and waits for what is being sent. */
  close(why: string): Promise<void>;
}

/** Makes the API. Nothing listens yet. */
export function serveApi(host: ApiHost): Served {
  const runs = new LiveRuns();
  const library = new Library(host, runs);
  const desk: Desk = {
    host,
    runs,
    library,
    followers: new Followers(host.limits),
    keys: new IdempotencyKeys(library.folder),
    webhooks: new Webhooks(host.webhooks, host.limits),
  };
  return {
    app: buildApp(desk),
    desk,
    async close(why) {
      await runs.close(why);
      desk.followers.close();
      await desk.webhooks.close();
      await library.close();
    },
  };
}

function buildApp(desk: Desk): Api {
  const { host, library } = desk;
  const app = new OpenAPIHono<ApiEnv>({
    defaultHook: (result) => {
      if (result.success) return;
      const errors = result.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
      const first = errors[0];
      const where = first === undefined || first.path === '' ? '' : `${first.path}: `;
      throw new Problem('invalid', `${where}${first?.message ?? 'It is not as described.'}`, { errors });
    },
  });
  app.onError((error, c) => {
    const { incoming } = c.env ?? {};
    if (incoming?.destroyed === true && !incoming.complete) {
      return problemResponse(new Problem('invalid', 'The request broke off.'), library.keys);
    }
    if (!(error instanceof HTTPException)) {
      const answer = problemResponse(error, library.keys);
      if (answer.status >= 500)
        host.log(cleanLine(library.keys.all(`${c.req.method} ${c.req.path}: ${error.message}`), 500));
      return answer;
    }
    return problemResponse(
      new Problem('invalid', error.message === '' ? 'It cannot be read.' : error.message),
      library.keys,
    );
  });
  app.notFound((c) => {
    throw new Problem('not-found', `There is nothing at ${c.req.method} ${cleanLine(c.req.path, 200)}.`, {
      hint: '/openapi.json says what there is.',
    });
  });
  app.use(async (c, next) => {
    await next();
    for (const [name, value] of Object.entries(HEADERS)) c.res.headers.set(name, value);
  });
  app.use(checkAddress(host), checkAccess(host), checkBody(host.limits));
  app.openAPIRegistry.registerComponent('securitySchemes', 'token', { type: 'http', scheme: 'bearer' });
  // First, for what is met first as "this or nothing" would be described as that.
  for (const [name, schema] of [
    ['Plan', PlanSchema],
    ['OpenQuestion', OpenQuestion],
  ] as const)
    app.openAPIRegistry.register(name, schema);
  for (const add of [startRoutes, lookRoutes, followRoutes, fileRoutes]) add(app, desk);
  app.get('/openapi.json', (c) => c.json(app.getOpenAPI31Document(ABOUT)));
  return app;
}

/** The description of the API, without a server. */
export function openApiDocument() {
  const host: ApiHost = {
    env: {},
    cwd: '/',
    roots: [],
    budgetUsd: null,
    tokens: new Tokens([]),
    hosts: new Set(),
    origins: new Set(),
    publicUrl: null,
    maxRuns: 1,
    webhooks: { urls: [], secret: null },
    limits: LIMITS,
    log: () => {},
  };
  return serveApi(host).app.getOpenAPI31Document(ABOUT);
}
