import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { Limits } from '../host.ts';
import { Problem } from '../problem.ts';

/** Refuses a body that is no JSON, and one that is too large: by what it says of itself, else while it comes in. */
export function checkBody({ bodyBytes, patchBytes }: Limits): MiddlewareHandler {
  const limit = (maxSize: number) =>
    bodyLimit({
      maxSize,
      onError: () => {
        throw new Problem('too-large', `A body may have ${maxSize} bytes here.`);
      },
    });
  const small = limit(bodyBytes);
  const large = limit(patchBytes);
  return async (c, next) => {
    if (c.req.method !== 'POST') return next();
    const type = c.req.header('content-type') ?? '';
    const empty = /^0?$/.test(c.req.header('content-length') ?? '') && c.req.header('transfer-encoding') === undefined;
    const json = /^application\/json\s*(;|$)/i.test(type);
    if (!json && !(empty && type === '')) {
      throw new Problem('unsupported-media-type', 'A body is JSON here.', {
        hint: 'Send `Content-Type: application/json`.',
      });
    }
    return (c.req.path === '/v1/review' ? large : small)(c, next);
  };
}
