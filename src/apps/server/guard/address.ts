import type { MiddlewareHandler } from 'hono';
import type { ApiHost } from '../host.ts';
import { Problem } from '../problem.ts';

/** What a page of an allowed origin may send. */
const PREFLIGHT = {
  'access-control-allow-methods': 'GET, POST',
  'access-control-allow-headers': 'authorization, content-type, idempotency-key, last-event-id',
  'access-control-max-age': '600',
};

/**
 * Refuses a host this server is not called by (a page whose name was pointed at this machine), and an origin that was
 * not allowed (a page that sends requests on its own). Answers the preflights of those that are.
 */
export function checkAddress({ hosts, origins }: Pick<ApiHost, 'hosts' | 'origins'>): MiddlewareHandler {
  return async (c, next) => {
    const host = c.req.header('host')?.toLowerCase() ?? '';
    if (!hosts.has(host) && !hosts.has(host.replace(/:\d+$/, ''))) {
      throw new Problem('wrong-host', 'This server is not known by the host that was asked.', {
        hint: 'Use the address it was started with, or start it with --allow-host NAME.',
      });
    }
    const origin = c.req.header('origin');
    if (origin === undefined) return next();
    if (!origins.has(origin)) {
      throw new Problem('forbidden-origin', 'Pages of this origin may not use the server.', {
        hint: 'Programs send no Origin header; for a page, start the server with --allow-origin.',
      });
    }
    if (c.req.method === 'OPTIONS') c.res = c.body(null, 204, PREFLIGHT);
    else await next();
    c.res.headers.set('access-control-allow-origin', origin);
    c.res.headers.set('access-control-expose-headers', 'location, retry-after, idempotency-replayed');
    c.res.headers.set('vary', 'origin');
  };
}
