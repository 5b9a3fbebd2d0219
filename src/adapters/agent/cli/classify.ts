import type { FailureKind } from '../../../ports/agent.ts';
import type { Failed } from './profile.ts';

/** What programs say in words where they give no status, the first that fits. */
const WORDS: readonly (readonly [RegExp, FailureKind])[] = [
  [
    /log ?in|logged out|not authenticated|authenticat|invalid api key|api key (is )?(missing|required)|unauthorized|\b401\b|\b403\b/i,
    'bad-key',
  ],
  [/usage limit|rate.?limit|too many requests|\b429\b/i, 'rate-limit'],
  [/credit balance|quota|billing|payment required|\b402\b/i, 'quota'],
  [/(prompt|input|request|context).{0,20}too (long|large)|context (length|window)/i, 'too-long'],
  [
    /(unknown|invalid|unsupported|no such) model|model .{0,80}(not found|does not exist|not supported|not available)|cannot use this model/i,
    'unknown-model',
  ],
  [/overloaded|\b5(00|02|03|04|29)\b|unavailable|try again/i, 'overloaded'],
  [
    /network|connection|ECONNREFUSED|ENOTFOUND|ETIMEDOUT|getaddrinfo|stream disconnected|error sending request/i,
    'network',
  ],
];

const NOT_BILLED: ReadonlySet<FailureKind> = new Set([
  'bad-key',
  'rate-limit',
  'quota',
  'too-long',
  'unknown-model',
  'overloaded',
  'bad-request',
]);

/**
 * A failure as the program tells it: by the status of the API where there is one, else by its words; `otherwise` when
 * neither says anything. `used`: it has counted tokens or dollars, so it is billed whatever it failed of.
 */
export function classify(
  message: string,
  { status, used, otherwise }: { status: number | null; used: boolean; otherwise: FailureKind },
): Failed {
  const kind = (status === null ? null : ofStatus(status, message)) ?? ofWords(message) ?? otherwise;
  const billed = used ? 'yes' : NOT_BILLED.has(kind) ? 'no' : 'maybe';
  return { kind, message, billed, retryAfterMs: kind === 'rate-limit' ? untilReset(message) : null };
}

function ofStatus(status: number, message: string): FailureKind | null {
  if (status === 401 || status === 403) return 'bad-key';
  if (status === 402) return 'quota';
  if (status === 404) return 'unknown-model';
  if (status === 413) return 'too-long';
  if (status === 429) return 'rate-limit';
  if (status >= 500) return 'overloaded';
  if (status !== 400) return null;
  const said = ofWords(message);
  return said === 'too-long' || said === 'quota' || said === 'unknown-model' ? said : 'bad-request';
}

function ofWords(message: string): FailureKind | null {
  return WORDS.find(([words]) => words.test(message))?.[1] ?? null;
}

/** `usage limit reached|1766400000`: seconds since 1970 when a subscription's limit is lifted. */
function untilReset(message: string): number | null {
  const at = Number(/\|(\d{10})\b/.exec(message)?.[1]);
  return Number.isFinite(at) && at > 0 ? Math.max(0, at * 1000 - Date.now()) : null;
}
