import type { StepExecutionMeta, UserMessageStepInput } from '@mindstudio-ai/agent';
import type { Turn, TurnFailure, TurnOptions, TurnResult } from '../../../ports/agent.ts';
import type { Failed } from '../model/classify.ts';
import { redact } from '../model/redact.ts';
import { observe, type Wire } from '../model/wire.ts';
import { parseObject } from '../parse-object.ts';
import { creditsOf } from './credits.ts';
import { failureOf, type Seen } from './failure.ts';
import { openMindStudio } from './open.ts';
import { promptOf } from './prompt.ts';
import { withFetch } from './scoped-fetch.ts';
import type { MindStudioSettings } from './settings.ts';
import { transportOf } from './transport.ts';

export interface CallSettings {
  provider: MindStudioSettings;
  modelId: string;
  deadlineMs: number;
  fetch: typeof fetch;
}

/** As with every other model: more than any answer needs. */
const MAX_CHARS = 4 * 1024 * 1024;

/** What every vendor takes, and the only one that models which reason take. The step demands one. */
const TEMPERATURE = 1;

/** One request of MindStudio's step `userMessage`, and what came of it. Failure is data; rejects only for defects. */
export async function runTurn(turn: Turn, options: TurnOptions, settings: CallSettings): Promise<TurnResult> {
  const { provider, modelId, deadlineMs } = settings;
  const { apiKey } = provider;
  if (apiKey === null) return failure(free('bad-key', 'no API key is set'), settings, null);
  if (turn.tools.length > 0) return failure(free('bad-request', 'MindStudio takes no tools'), settings, null);
  const client = await openMindStudio({ ...provider, apiKey });
  if (options.signal.aborted) return failure(free('cancelled', 'cancelled'), settings, null);

  const abort = new AbortController();
  let stop: 'cancelled' | 'deadline' | 'too-large' | null = null;
  const end = (why: NonNullable<typeof stop>) => {
    stop ??= why;
    abort.abort();
  };
  const onCancel = () => end('cancelled');
  options.signal.addEventListener('abort', onCancel, { once: true });
  const timer = setTimeout(() => end('deadline'), deadlineMs);
  const ended = new Promise<never>((_, reject) => {
    abort.signal.addEventListener('abort', () => reject(new Error('ended')), { once: true });
  });
  ended.catch(() => {});
  const { wire, fetch } = observe('openai-compatible', transportOf(provider, settings.fetch, abort.signal), () =>
    end('too-large'),
  );
  const seen: Seen = { credits: null };
  const noted: typeof fetch = async (input, init) => {
    const response = await fetch(input, init);
    if (wire.requests === 1 && response.ok) seen.credits = response.headers.get('x-mindstudio-billing-cost');
    return response;
  };
  try {
    const asked = withFetch(noted, () => client.generateText(stepOf(turn, modelId)));
    // What comes of it after its end is of no use to anybody.
    asked.catch(() => {});
    const answer = await Promise.race([asked, ended]);
    const text = textOf(answer);
    if (text.length > MAX_CHARS) return failure(tooLarge(), settings, wire);
    if (text.trim() === '') return failure({ ...free('empty', 'the answer is empty'), billed: 'yes' }, settings, wire);
    options.onProgress?.(text.length);
    return {
      ok: true,
      text,
      object: turn.output === null ? null : parseObject(text),
      toolCalls: [],
      finish: 'stop',
      raw: null,
      // The API names neither the model that served nor its tokens.
      servedModel: null,
      usage: null,
      reportedUsd: null,
      reportedCredits: creditsOf(seen.credits, answer.$billingCost),
      requestId: requestId(wire),
    };
  } catch (thrown) {
    const why = stop as 'cancelled' | 'deadline' | 'too-large' | null;
    if (why === 'too-large') return failure(tooLarge(), settings, wire);
    if (why !== null) {
      // It may go on at the far side, and be paid for.
      const billed = seen.credits !== null ? 'yes' : wire.requests > 0 ? 'maybe' : 'no';
      const failed =
        why === 'cancelled' ? free(why, why) : free('stalled', `not answered within ${deadlineMs / 1000} s`);
      return failure({ ...failed, billed }, settings, wire);
    }
    return failure(failureOf(thrown, wire, seen, Date.now()), settings, wire);
  } finally {
    clearTimeout(timer);
    options.signal.removeEventListener('abort', onCancel);
    abort.abort();
  }
}

function stepOf(turn: Turn, modelId: string): UserMessageStepInput {
  const { preamble, message, example } = promptOf(turn);
  return {
    message,
    source: 'user',
    chatHistoryMode: 'exclude',
    modelOverride: { model: modelId, temperature: TEMPERATURE, maxResponseTokens: turn.maxOutputTokens, preamble },
    ...(example === null ? {} : { structuredOutputType: 'json', structuredOutputExample: example }),
  };
}

/** `content` is declared a string; a structured answer may come as the object itself. */
function textOf(answer: { content?: unknown } & StepExecutionMeta): string {
  const { content } = answer;
  if (typeof content === 'string') return content;
  return content === undefined || content === null ? '' : JSON.stringify(content);
}

function free(kind: Failed['kind'], message: string): Failed {
  return { kind, message, billed: 'no', retryAfterMs: null };
}

function tooLarge(): Failed {
  return { ...free('too-large', 'the answer grew beyond 4 MB and was stopped'), billed: 'yes' };
}

function requestId(wire: Wire | null): string | null {
  return wire?.headers.get('x-request-id') ?? null;
}

function failure(failed: Failed, { provider, modelId }: CallSettings, wire: Wire | null): TurnFailure {
  const secrets = [provider.apiKey ?? '', ...Object.values(provider.headers ?? {})];
  return {
    ok: false,
    ...failed,
    message: redact(`${provider.name}/${modelId}: ${failed.message}`, secrets),
    usage: null,
    servedModel: null,
    requestId: requestId(wire),
  };
}
