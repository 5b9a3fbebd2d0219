import { createHash } from 'node:crypto';

/** What stands for a text that is left out: enough to tell whether two are the same. */
export interface LeftOut {
  sha256: string;
  chars: number;
}

/**
 * Names whose texts say how a run went and nothing of the code: ids, models, times, amounts, words from fixed lists.
 * Everything else is left out, so that a field nobody thought of is never in the file.
 */
const TOLD = new Set(
  `type version v id run at callId role purpose task model requestedModel servedModel state kind outcome verdict basis
  usd heldUsd budgetUsd price date rule severity category status anchor met decision startedAt endedAt until phase code
  promptHash requestId sha base head commit rung bases key repository criterion planner executor reviewer models prompts
  trio effort planning approval unpriced lineage servedModels blocking by source tercet sha256`.split(/\s+/),
);
/** Of these only the first line, cut: an error says what happened there, and may quote code below. */
const FIRST_LINE = new Set(['error', 'message', 'reason', 'why']);
const LONGEST_LINE = 300;
/** Objects of settings that are all figures and fixed words. */
const TOO_DEEP = 40;

/** A value with every text that may hold code, prompts or answers replaced by its hash and size. */
export function withoutContent(value: unknown, name = '', depth = 0): unknown {
  if (typeof value === 'string') return textWithout(value, name);
  if (typeof value !== 'object' || value === null || depth > TOO_DEEP) return typeof value === 'object' ? null : value;
  if (Array.isArray(value)) return value.map((item) => withoutContent(item, name, depth + 1));
  // An event that something was said: the words are a model's or a provider's; only of these two kinds they are errors.
  const { type } = value as { type?: unknown };
  const isError = type === undefined || ['call.failed', 'warning.raised', 'run.finished'].includes(String(type));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      typeof item === 'string' && FIRST_LINE.has(key) && !(isError && isToldError(value, key))
        ? leaveOut(item)
        : withoutContent(item, key, depth + 1),
    ]),
  );
}

/** Errors of receipts, runs and failed calls; the same names elsewhere (findings, decisions) are a model's prose. */
function isToldError(owner: object, key: string): boolean {
  if (key === 'error') return 'callId' in owner;
  if (key === 'message') return 'type' in owner;
  if (key === 'reason') return 'outcome' in owner;
  return 'until' in owner;
}

function textWithout(text: string, name: string): string | LeftOut {
  if (TOLD.has(name)) return text.length <= 200 && !text.includes('\n') ? text : leaveOut(text);
  if (!FIRST_LINE.has(name)) return text === '' ? text : leaveOut(text);
  const line = text.split('\n', 1)[0] ?? '';
  return line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)}…` : line;
}

function leaveOut(text: string): LeftOut {
  return { sha256: createHash('sha256').update(text).digest('hex').slice(0, 16), chars: text.length };
}
