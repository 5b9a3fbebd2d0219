import type { MindStudioSettings } from './settings.ts';

/**
 * The transport of one call: ends with `signal`, sends the person's own headers to the API alone, and fetches an answer
 * that is kept elsewhere (the SDK follows an address in the answer) over https only, unless the API itself is on http.
 */
export function transportOf(
  provider: MindStudioSettings,
  fetch: typeof globalThis.fetch,
  signal: AbortSignal,
): typeof globalThis.fetch {
  const api = new URL(provider.baseUrl);
  return (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const isApi = url.origin === api.origin;
    if (!isApi && url.protocol !== 'https:' && api.protocol === 'https:') {
      return Promise.reject(new Error(`an answer at ${url.protocol}//${url.host} is not fetched: it is not https`));
    }
    const headers = new Headers(init?.headers);
    if (isApi) for (const [name, value] of Object.entries(provider.headers ?? {})) headers.set(name, value);
    return fetch(input, { ...init, headers, signal });
  };
}
