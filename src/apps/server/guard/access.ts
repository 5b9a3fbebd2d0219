import type { HttpBindings } from '@hono/node-server';
import type { MiddlewareHandler } from 'hono';
import RateLimiterMemory from 'rate-limiter-flexible/lib/RateLimiterMemory.js';
import type { ApiHost } from '../host.ts';
import { Problem } from '../problem.ts';

/** What a request that got through knows of who sent it. */
export interface ApiEnv {
  Variables: { caller: string };
  /** What the server behind it gives; none where there is no socket. */
  Bindings: Partial<HttpBindings>;
}

/** Paths that say nothing private. */
const OPEN: ReadonlySet<string> = new Set(['/v1/health', '/openapi.json']);

/**
 * Lets through who has a token, as often as the limit says; and everybody where nothing private is said. An address that comes
 * without a known token again and again is told to wait. A known token is never held up by the failures of others: tokens are
 * too long to guess, so there is nothing to gain from that but a way to lock somebody out.
 */
export function checkAccess({ tokens, limits }: Pick<ApiHost, 'tokens' | 'limits'>): MiddlewareHandler<ApiEnv> {
  const requests = new RateLimiterMemory({ points: limits.requestsPerMinute, duration: 60 });
  const refusals = new RateLimiterMemory({ points: limits.refusalsPerMinute, duration: 60 });
  return async (c, next) => {
    const address = c.env?.incoming?.socket.remoteAddress ?? 'unknown';
    if (OPEN.has(c.req.path)) {
      await take(requests, `address ${address}`, 'Too many requests from this address.');
      return next();
    }
    const token = /^Bearer ([^\s]+)$/i.exec(c.req.header('authorization') ?? '')?.[1];
    const caller = token === undefined ? null : tokens.nameOf(token);
    if (caller === null) {
      await take(refusals, address, 'Too many requests without a known token from this address.');
      throw new Problem('unauthorized', token === undefined ? 'No token was sent.' : 'The token is not known.', {
        hint: 'Send `Authorization: Bearer TOKEN` with a token of this server.',
      });
    }
    await take(requests, `token ${caller}`, 'Too many requests with this token.');
    c.set('caller', caller);
    return next();
  };
}

async function take(limiter: RateLimiterMemory, key: string, detail: string): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (refused) {
    if (refused instanceof Error) throw refused;
    const { msBeforeNext } = refused as { msBeforeNext: number };
    throw new Problem('rate-limited', detail, { retryAfter: Math.max(1, Math.ceil(msBeforeNext / 1000)) });
  }
}
