import { createHmac } from 'node:crypto';

/** What stands for a text that is left out: enough to tell whether two in one file are the same, and not what it was. */
export interface LeftOut {
  hash: string;
  chars: number;
}

/**
 * Names whose texts say how a run went and nothing of the code: ids, models, times, amounts, words from fixed lists.
 * Everything else is left out, so that a field nobody thought of is never in the file.
 */
const TOLD = new Set(
  `type version v id run at callId role purpose task model requestedModel servedModel state kind outcome verdict basis
  usd heldUsd budgetUsd price date rule severity category status anchor met decision startedAt endedAt until phase code
  promptHash requestId sha base head commit rung bases key criterion planner executor reviewer models prompts
  trio effort planning approval unpriced lineage servedModels blocking by source tercet`.split(/\s+/),
);
/** Of these only the first line, cut: an error says what happened there, and may quote code below. */
const FIRST_LINE = new Set(['error', 'message', 'reason', 'why']);
const LONGEST_LINE = 300;
const LONGEST_WORD = 200;
const TOO_DEEP = 40;

/**
 * A value with every text that may hold code, prompts or answers replaced by its size and a hash. The hash is keyed with
 * `salt`, which is in no file: short texts could be guessed from a plain one.
 */
export function withoutContent(value: unknown, salt: Buffer): unknown {
  const leaveOut = (text: string): LeftOut => ({
    hash: createHmac('sha256', salt).update(text).digest('hex').slice(0, 16),
    chars: text.length,
  });

  const reduce = (item: unknown, name: string, depth: number): unknown => {
    if (typeof item === 'string') return reduceText(item, name);
    if (typeof item !== 'object' || item === null) return item;
    // What a model answered may have any names in it.
    if (name === 'answer' || depth > TOO_DEEP) return leaveOut(JSON.stringify(item));
    if (Array.isArray(item)) return item.map((each) => reduce(each, name, depth + 1));
    return Object.fromEntries(
      Object.entries(item).map(([key, each]) => [
        key,
        typeof each === 'string' && FIRST_LINE.has(key)
          ? isError(item, key)
            ? firstLine(each)
            : leaveOut(each)
          : reduce(each, key, depth + 1),
      ]),
    );
  };
  const reduceText = (text: string, name: string): string | LeftOut =>
    text === '' || (TOLD.has(name) && text.length <= LONGEST_WORD && !text.includes('\n')) ? text : leaveOut(text);
  return reduce(value, '', 0);
}

/** Errors of calls, runs and parked runs; the same names elsewhere (findings, decisions) are a model's prose. */
function isError(owner: object, key: string): boolean {
  const { type } = owner as { type?: unknown };
  if (key === 'error') return 'callId' in owner;
  if (key === 'message') return type === 'call.failed' || type === 'warning.raised';
  if (key === 'reason') return 'outcome' in owner && (type === undefined || type === 'run.finished');
  return 'until' in owner;
}

function firstLine(text: string): string {
  const line = text.split('\n', 1)[0] ?? '';
  return line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)}…` : line;
}
