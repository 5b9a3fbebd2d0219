import { setTimeout as pause } from 'node:timers/promises';
import { type ApiProblem, problemOf } from './problem.ts';

/** Where the server is and who asks. */
export interface ClientOptions {
  /** Address of the server, e.g. `http://127.0.0.1:8417`. */
  url: string;
  token: string;
  /** The platform's unless given. */
  fetch?: typeof fetch;
}

/** Shape of one operation, as it is generated. */
export interface Operation {
  url: string;
  path?: Record<string, string> | undefined;
  query?: Record<string, unknown> | undefined;
  headers?: Record<string, unknown> | undefined;
  body?: unknown;
}

/** Waits before the tries after the first, ms, where the server does not say how long. */
const WAITS_MS = [250, 1_000, 3_000];
/** The longest wait of a server that is kept, ms; a longer one is for the caller to decide. */
const LONGEST_MS = 5_000;

/** Sends one request. @throws ApiProblem for what the server refused. */
export async function send(
  { url, token, fetch: own }: ClientOptions,
  method: 'GET' | 'POST',
  operation: Operation,
  signal?: AbortSignal,
): Promise<Response> {
  const headers = new Headers({ authorization: `Bearer ${token}` });
  for (const [name, value] of Object.entries(operation.headers ?? {})) {
    if (value !== undefined) headers.set(name, String(value));
  }
  if (operation.body !== undefined) headers.set('content-type', 'application/json');
  const answer = await (own ?? fetch)(addressOf(url, operation), {
    method,
    headers,
    redirect: 'error',
    ...(operation.body === undefined ? {} : { body: JSON.stringify(operation.body) }),
    ...(signal === undefined ? {} : { signal }),
  });
  if (answer.ok) return answer;
  throw await problemOf(answer);
}

/** As {@link send}, for what may be sent again: tried again a few times when no answer came, or one that says to wait. */
export async function sendAgain(
  options: ClientOptions,
  method: 'GET' | 'POST',
  operation: Operation,
  signal?: AbortSignal,
): Promise<Response> {
  for (const wait of WAITS_MS) {
    try {
      return await send(options, method, operation, signal);
    } catch (error) {
      const told = (error as Partial<ApiProblem>).retryAfterMs ?? 0;
      if (!passes(error) || signal?.aborted === true || told > LONGEST_MS) throw error;
      await pause(Math.max(told, wait), undefined, signal === undefined ? {} : { signal });
    }
  }
  return send(options, method, operation, signal);
}

/** Whether it may be otherwise in a moment: nothing answered, or the server said so. */
export function passes(error: unknown): boolean {
  const status = (error as Partial<ApiProblem>).status;
  if (status === undefined) return error instanceof TypeError;
  return status === 429 || status >= 500 || (error as ApiProblem).retryAfterMs !== undefined;
}

function addressOf(base: string, { url, path = {}, query = {} }: Operation): string {
  const filled = url.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(path[name] ?? ''));
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) asked.append(name, String(value));
  const search = asked.size === 0 ? '' : `?${asked}`;
  return `${base.replace(/\/+$/, '')}${filled}${search}`;
}
