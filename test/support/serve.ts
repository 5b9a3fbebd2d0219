import { type Served, serveApi } from '../../src/apps/server/app.ts';
import { Tokens } from '../../src/apps/server/guard/tokens.ts';
import type { ApiHost, Limits } from '../../src/apps/server/host.ts';
import { LIMITS } from '../../src/apps/server/host.ts';
import { type Listening, listen } from '../../src/apps/server/listen.ts';
import { type TercetClient, tercetClient } from '../../src/client/index.ts';
import type { Home } from './cli.ts';

export const TOKEN = 'test-0123456789abcdef0123456789abcdef';
export const OTHER_TOKEN = 'other-0123456789abcdef0123456789abcde';

/** What a server of tests is told; every member may be said otherwise. */
export interface ServeOptions extends Partial<Omit<ApiHost, 'limits'>> {
  home: Pick<Home, 'env'>;
  roots: readonly string[];
  limits?: Partial<Limits>;
}

export function hostFor({ home, limits = {}, ...more }: ServeOptions): ApiHost {
  return {
    env: home.env,
    cwd: '/',
    budgetUsd: null,
    tokens: new Tokens([
      { name: 'test', token: TOKEN },
      { name: 'other', token: OTHER_TOKEN },
    ]),
    hosts: new Set(['127.0.0.1', 'localhost']),
    origins: new Set(),
    publicUrl: null,
    maxRuns: 100,
    webhooks: { urls: [], secret: null },
    log: () => {},
    ...more,
    limits: { ...LIMITS, requestsPerMinute: 1_000_000, refusalsPerMinute: 1_000_000, pollMs: 20, ...limits },
  };
}

/** The API without a socket. */
export interface InProcess extends AsyncDisposable {
  served: Served;
  /** Sends a request as a client on this machine with the token would. */
  request(path: string, init?: RequestInit & { headers?: Record<string, string> }): Promise<Response>;
}

export function inProcessApi(options: ServeOptions): InProcess {
  const served = serveApi(hostFor(options));
  return {
    served,
    request: async (path, init = {}) => {
      const headers = { host: '127.0.0.1:8417', authorization: `Bearer ${TOKEN}`, ...init.headers };
      const body = init.body === undefined ? {} : { 'content-type': 'application/json' };
      return served.app.request(`http://127.0.0.1:8417${path}`, { ...init, headers: { ...body, ...headers } });
    },
    [Symbol.asyncDispose]: () => served.close('The test is over.'),
  };
}

/** The API on a port of its own, and a client of it. */
export interface Serving extends AsyncDisposable {
  server: Listening;
  url: string;
  client: TercetClient;
}

export async function serving(options: ServeOptions, port = 0): Promise<Serving> {
  const server = await listen(hostFor(options), { host: '127.0.0.1', port });
  const url = `http://127.0.0.1:${server.port}`;
  let closed: Promise<void> | null = null;
  return {
    server: { ...server, close: (why) => (closed ??= server.close(why)) },
    url,
    client: tercetClient({ url, token: TOKEN }),
    [Symbol.asyncDispose]: () => (closed ??= server.close('The test is over.')),
  };
}

/** A POST of JSON. */
export function post(body: unknown, headers: Record<string, string> = {}) {
  return { method: 'POST', body: JSON.stringify(body), headers };
}
