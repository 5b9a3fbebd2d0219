import type { FailureKind, TurnFailure } from '../../../ports/agent.ts';
import { retryAfterMs } from './retry-after.ts';
import type { Wire } from './wire.ts';

/** What is known of a failure before it is put in words. */
export type Failed = Pick<TurnFailure, 'kind' | 'billed' | 'retryAfterMs'> & { message: string };

/** The fields of the SDK's errors that are read; found by shape, for there are several kinds. */
interface SdkError {
  name?: string;
  message?: string;
  statusCode?: number;
  responseBody?: string;
  data?: unknown;
  type?: string;
  code?: string | number;
  cause?: unknown;
}

/**
 * What an error thrown or streamed by the SDK means (the rows of docs/faults.md). `outputBegan` tells whether output
 * had arrived: then the call is billed whatever follows.
 */
export function classify(thrown: unknown, wire: Wire, outputBegan: boolean, now: number): Failed {
  const error = (typeof thrown === 'object' && thrown !== null ? thrown : { message: String(thrown) }) as SdkError;
  const status = httpStatus(error, wire);
  if (status !== null) {
    const body = bodyOf(error);
    const failed = byStatus(status, body, wire, now);
    const message = wordsOf(error) || `HTTP ${status}`;
    // An error event after output began ends a call that had been accepted.
    return outputBegan
      ? { ...failed, message, billed: 'yes' }
      : { ...failed, message: hinted(failed.kind, status, message, wire) };
  }
  const code = transportCode(thrown);
  if (isBroken(error)) {
    return {
      kind: 'garbled',
      message: `unreadable answer: ${error.message ?? 'no message'}`,
      ...unknownBill(outputBegan),
    };
  }
  const message = error.message ?? 'the connection failed';
  if (code !== null && NEVER_SENT.has(code)) return { kind: 'network', message, billed: 'no', retryAfterMs: null };
  if (code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT') {
    return { kind: 'stalled', message: `no data for too long (${code})`, ...unknownBill(outputBegan) };
  }
  if (wire.status !== null && !isTransport(thrown, error)) {
    return { kind: 'garbled', message: `unreadable answer: ${message}`, ...unknownBill(outputBegan) };
  }
  const broke = wire.status === null ? message : `the connection broke during the answer (${code ?? message})`;
  return { kind: 'network', message: broke, ...unknownBill(outputBegan) };
}

/** Billed for sure once output came; before that nobody can say. */
function unknownBill(outputBegan: boolean): Pick<Failed, 'billed' | 'retryAfterMs'> {
  return { billed: outputBegan ? 'yes' : 'maybe', retryAfterMs: null };
}

const TOO_LONG =
  /context[_ ]length|context window|maximum context|prompt is too long|input is too long|too many (input )?tokens|exceeds? (the )?(maximum|context|limit)[^.]*tokens|input token count|request_too_large/i;
const NO_CREDIT =
  /insufficient[_ ](quota|funds|credits?|balance)|credit balance|billing_hard_limit|billing_error|spend(ing)? limit|usage limit|out of credits|requires more credits|PerDay/i;
const NO_MODEL =
  /model_not_found|model[^.]{0,80}(not found|does not exist|not exist|no longer available)|unknown model|no such model/i;
const NO_KEY = /API_KEY_INVALID|api key not valid|invalid[_ ]api[_ ]key|incorrect api key|authentication_error/i;

/** By HTTP status, or the status an error event stands for; the body decides where a status means several things. */
function byStatus(status: number, body: string, wire: Wire, now: number): Omit<Failed, 'message'> {
  const not = { billed: 'no', retryAfterMs: null } as const;
  const wait = () => ({ billed: 'no', retryAfterMs: retryAfterMs(wire.headers, body, now) }) as const;
  if (status === 402) return { kind: 'quota', ...not };
  if (status === 429) return NO_CREDIT.test(body) ? { kind: 'quota', ...not } : { kind: 'rate-limit', ...wait() };
  if (status >= 500 || status === 408 || status === 409) {
    // A gateway that gave up waiting says nothing about what the model did meanwhile.
    return { kind: 'overloaded', ...wait(), billed: status === 504 ? 'maybe' : 'no' };
  }
  if (NO_CREDIT.test(body)) return { kind: 'quota', ...not };
  if (status === 413 || TOO_LONG.test(body)) return { kind: 'too-long', ...not };
  if (status === 401 || status === 403 || NO_KEY.test(body)) return { kind: 'bad-key', ...not };
  if (status === 404 || NO_MODEL.test(body)) return { kind: 'unknown-model', ...not };
  return { kind: 'bad-request', ...not };
}

function hinted(kind: FailureKind, status: number, message: string, wire: Wire): string {
  if (status >= 300 && status < 400)
    return `redirected (HTTP ${status}) to ${wire.headers.get('location') ?? 'elsewhere'}; set that base URL`;
  return kind === 'unknown-model' ? `${message} (HTTP ${status}: check the model id and the base URL)` : message;
}

/** The status that speaks: of the response when it was refused, or what an error event inside a 200 stands for. */
function httpStatus(error: SdkError, wire: Wire): number | null {
  if (wire.status !== null && (wire.status < 200 || wire.status > 299)) return wire.status;
  const claimed = typeof error.statusCode === 'number' ? error.statusCode : numeric(error.code);
  if (claimed !== null && claimed >= 400) return claimed;
  if (error.name === undefined && typeof error.message === 'string')
    return statusOfWords(`${error.type} ${error.code}`);
  return null;
}

/** An error event without a status (OpenAI-compatible endpoints): its type and code, in words. */
function statusOfWords(words: string): number {
  if (/rate_limit|insufficient_quota|too_many_requests/i.test(words)) return 429;
  if (/authentication|invalid_api_key/i.test(words)) return 401;
  if (/not_found/i.test(words)) return 404;
  if (/invalid|context_length/i.test(words)) return 400;
  return 500;
}

function numeric(code: unknown): number | null {
  const value = typeof code === 'number' ? code : typeof code === 'string' && /^\d{3}$/.test(code) ? Number(code) : 0;
  return value >= 400 && value <= 599 ? value : null;
}

function bodyOf(error: SdkError): string {
  const data = error.data === undefined ? '' : JSON.stringify(error.data);
  // Bounded: a hostile body must not keep the patterns busy.
  return [error.message, error.type, error.code, error.responseBody, data].filter(Boolean).join(' ').slice(0, 16_384);
}

/** The provider's own words; where the SDK's schema did not find them, the body's. */
function wordsOf(error: SdkError): string {
  if (error.data !== undefined || error.responseBody === undefined) return error.message ?? '';
  const said = /"(?:message|error|detail)"\s*:\s*"((?:[^"\\]|\\.){1,400})/.exec(
    error.responseBody.slice(0, 16_384),
  )?.[1];
  return [error.message, said].filter(Boolean).join(': ');
}

const BROKEN = new Set([
  'AI_JSONParseError',
  'AI_TypeValidationError',
  'AI_InvalidResponseDataError',
  'AI_EmptyResponseBodyError',
]);

function isBroken(error: SdkError): boolean {
  return BROKEN.has(error.name ?? '') || error.message === 'Expected a normalized Anthropic stream error';
}

/** Errors before a byte of the request was sent. */
const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'ERR_INVALID_URL',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

function transportCode(thrown: unknown): string | null {
  let at: unknown = thrown;
  for (let depth = 0; depth < 6 && typeof at === 'object' && at !== null; depth += 1) {
    const { code, cause, errors } = at as { code?: unknown; cause?: unknown; errors?: unknown };
    if (typeof code === 'string' && /^(E[A-Z]|UND_ERR|ERR_|CERT_|DEPTH_|UNABLE_)/.test(code)) return code;
    at = cause ?? (Array.isArray(errors) ? errors[0] : undefined);
  }
  return null;
}

function isTransport(thrown: unknown, error: SdkError): boolean {
  return transportCode(thrown) !== null || error.cause instanceof TypeError || thrown instanceof TypeError;
}
