import { type ErrorCode, TercetError } from '../../contract/errors.ts';
import type { Redactor } from '../../handoff/redact.ts';
import { plainly } from '../runs/plain.ts';

/** What the server itself refuses, beside the codes of {@link TercetError}. */
const OWN = {
  invalid: [400, 'The request is not valid'],
  unauthorized: [401, 'A token is missing or not known'],
  'forbidden-origin': [403, 'The origin is not allowed'],
  'not-found': [404, 'There is no such thing'],
  conflict: [409, 'It cannot be done now'],
  'too-large': [413, 'The body is too large'],
  'unsupported-media-type': [415, 'The body is not JSON'],
  'wrong-host': [421, 'The host is not this server'],
  'key-reused': [422, 'The idempotency key was used for another request'],
  'rate-limited': [429, 'Too many requests'],
  'too-many-runs': [429, 'Too many runs at work'],
  'too-many-followers': [429, 'Too many followers'],
} as const satisfies Record<string, readonly [number, string]>;
export type OwnCode = keyof typeof OWN;

/** How the codes of the product's own errors are told over HTTP. */
const STATUS: Record<ErrorCode, number> = {
  usage: 400,
  config: 422,
  lineage: 422,
  repository: 422,
  'plan-rejected': 422,
  'task-failed': 422,
  'served-model': 422,
  budget: 409,
  parked: 409,
  cancelled: 503,
  'agent-failed': 502,
  storage: 500,
  internal: 500,
};

interface Extra {
  hint?: string;
  /** After how many seconds it may be tried again. */
  retryAfter?: number;
  /** What is wrong where in the request. */
  errors?: readonly { path: string; message: string }[];
}

/** A refusal of the server itself. */
export class Problem extends Error {
  readonly code: OwnCode;
  readonly extra: Extra;

  constructor(code: OwnCode, detail: string, extra: Extra = {}) {
    super(detail);
    this.code = code;
    this.extra = extra;
  }
}

/**
 * An error as `application/problem+json` (RFC 9457): what happened, where, what to do next; never a stack. What is not ours
 * to word is named and no more.
 */
export function problemResponse(error: unknown, keys: Redactor): Response {
  const { status, headers, body } = tell(error);
  const text = JSON.stringify(plainly(keys, body));
  return new Response(text, { status, headers: { 'content-type': 'application/problem+json', ...headers } });
}

function tell(error: unknown): { status: number; headers: Record<string, string>; body: Record<string, unknown> } {
  if (error instanceof Problem) {
    const [status, title] = OWN[error.code];
    const { retryAfter, ...more } = error.extra;
    const headers = {
      ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
      ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
    };
    return { status, headers, body: { ...about(error.code, title, status), detail: error.message, ...more } };
  }
  if (error instanceof TercetError && error.code !== 'internal') {
    const { code, message, hint, until } = error;
    const status = STATUS[code];
    return { status, headers: {}, body: { ...about(code, TITLES[code], status), detail: message, hint, until } };
  }
  const body = { ...about('internal', TITLES.internal, 500), detail: 'The server has a defect; its log says more.' };
  return { status: 500, headers: {}, body };
}

function about(code: string, title: string, status: number) {
  return { type: `urn:tercet:problem:${code}`, title, status, code };
}

const TITLES: Record<ErrorCode, string> = {
  usage: 'The request cannot be carried out as it is',
  config: 'The configuration does not allow it',
  lineage: 'Reviewer and executor are of one lineage',
  repository: 'The repository cannot be used',
  'plan-rejected': 'The plan was rejected',
  'task-failed': 'A task failed',
  'served-model': 'Another model answered than the one asked for',
  budget: 'The budget does not allow it',
  parked: 'It waits for something',
  cancelled: 'It was cancelled',
  'agent-failed': 'A model could not answer',
  storage: 'Something could not be stored or read',
  internal: 'Internal error',
};
