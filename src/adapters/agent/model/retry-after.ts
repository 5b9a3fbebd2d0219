const MAX_MS = 2 ** 31 - 1;

/**
 * How long to wait, in ms, as the provider says: `retry-after-ms`, `retry-after` (seconds or an HTTP date), or Google's
 * `retryDelay` in the error body. null when it says nothing that can be read.
 */
export function retryAfterMs(headers: Headers, body: string, now: number): number | null {
  const ms = Number.parseFloat(headers.get('retry-after-ms') ?? '');
  if (Number.isFinite(ms) && ms >= 0) return clamp(ms);
  const after = headers.get('retry-after')?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(after)) return clamp(Number(after) * 1000);
  const date = after === '' ? Number.NaN : Date.parse(after);
  if (Number.isFinite(date)) return clamp(Math.max(0, date - now));
  const delay = /"retryDelay"\s*:\s*"(\d+(?:\.\d+)?)s"/.exec(body)?.[1];
  return delay === undefined ? null : clamp(Number(delay) * 1000);
}

function clamp(ms: number): number {
  return Math.min(MAX_MS, Math.ceil(ms));
}
