import type { LanguageModelV4 } from '@ai-sdk/provider';
import type { Turn, TurnFailure, TurnOptions, TurnResult } from '../../../ports/agent.ts';
import { callOptions } from './call-options.ts';
import { classify, type Failed } from './classify.ts';
import { Collected } from './collect.ts';
import { conclude } from './conclude.ts';
import { type Stop, Watch } from './deadlines.ts';
import { readStream } from './read-stream.ts';
import { redact } from './redact.ts';
import type { Deadlines, ProviderSettings } from './settings.ts';
import { partialUsage, reportedUsd, usageOf } from './usage.ts';
import { observe, type Wire } from './wire.ts';

export interface CallSettings {
  provider: ProviderSettings;
  modelId: string;
  cacheTtl: '5m' | '1h';
  deadlines: Deadlines;
  fetch: typeof fetch;
  open: (fetch: typeof globalThis.fetch) => Promise<LanguageModelV4>;
}

/** One request, and what came of it. Failure is data; rejects only for defects and wrong configuration. */
export async function runTurn(turn: Turn, options: TurnOptions, settings: CallSettings): Promise<TurnResult> {
  const { provider, modelId, cacheTtl } = settings;
  const origin = `${provider.name}/${modelId}`;
  if (provider.apiKey === null && provider.kind !== 'openai-compatible' && provider.headers === undefined) {
    return failure({ kind: 'bad-key', message: 'no API key is set', billed: 'no', retryAfterMs: null }, settings);
  }
  const { wire, fetch } = observe(provider.kind, settings.fetch, () => watch.end('too-large'));
  // Opened before the clock starts: loading our own code is no silence of the provider's.
  const model = await settings.open(fetch);
  const watch = new Watch(settings.deadlines, options.signal);
  const collected = new Collected();
  const seen = () => ({
    servedModel: collected.servedModel === null ? null : `${provider.name}/${collected.servedModel}`,
    requestId: wire.headers.get('request-id') ?? wire.headers.get('x-request-id'),
  });
  const fail = (failed: Failed) => {
    const reported = collected.usage === null || missing() ? null : usageOf(provider.kind, collected.usage, cacheTtl);
    const partial = wire.startUsageMissing ? null : partialUsage(collected.startUsage, collected.chars, cacheTtl);
    return failure(failed, settings, { ...seen(), usage: reported ?? partial });
  };
  const missing = () => collected.usageMissing || wire.startUsageMissing;
  try {
    if (watch.stop !== null) return fail(stopped(watch.stop, wire, collected, settings.deadlines));
    const ended = watch.ended();
    ended.catch(() => {});
    const streaming = model.doStream({
      ...callOptions(turn, { provider, modelId, origin, cacheTtl }),
      abortSignal: watch.signal,
    });
    const { stream } = await Promise.race([streaming, ended]);
    const failedEvent = await readStream(stream, collected, watch, options.onProgress);
    // A whole answer is paid for and kept, whatever ended the call in the same moment.
    if (watch.stop !== null && collected.finish === null) {
      return fail(stopped(watch.stop, wire, collected, settings.deadlines));
    }
    if (failedEvent !== null) return fail(classify(failedEvent.error, wire, collected.chars > 0, Date.now()));
    const outcome = conclude(turn, provider.kind, origin, collected, wire);
    if ('failed' in outcome) return fail(outcome.failed);
    const usage = collected.usage === null || missing() ? null : usageOf(provider.kind, collected.usage, cacheTtl);
    return {
      ok: true,
      ...outcome.answer,
      ...seen(),
      usage,
      reportedUsd: reportedUsd(provider.name, collected.usage?.raw),
    };
  } catch (thrown) {
    if (watch.stop !== null) return fail(stopped(watch.stop, wire, collected, settings.deadlines));
    if (wire.requests === 0 && !isSdkError(thrown)) throw thrown;
    if (wire.requests === 0) {
      return fail({ kind: 'bad-request', message: (thrown as Error).message, billed: 'no', retryAfterMs: null });
    }
    return fail(classify(thrown, wire, collected.chars > 0, Date.now()));
  } finally {
    watch.close();
  }
}

function stopped(stop: Stop, wire: Wire, collected: Collected, deadlines: Deadlines): Failed {
  const billed = collected.chars > 0 ? 'yes' : wire.requests > 0 ? 'maybe' : 'no';
  const failed = (kind: Failed['kind'], message: string): Failed => ({ kind, message, billed, retryAfterMs: null });
  switch (stop) {
    case 'cancelled':
      return failed('cancelled', 'cancelled');
    case 'no-first-chunk':
      return failed('stalled', `no output within ${deadlines.firstChunkMs / 1000} s`);
    case 'idle':
      return failed('stalled', `no output for ${deadlines.idleMs / 1000} s in the middle of an answer`);
    case 'total':
      return failed('stalled', `not finished within ${deadlines.totalMs / 1000} s`);
    case 'too-large':
      return { ...failed('too-large', 'the answer grew beyond 4 MB and was stopped'), billed: 'yes' };
  }
}

function failure(
  failed: Failed,
  { provider, modelId }: CallSettings,
  seen: Pick<TurnFailure, 'usage' | 'servedModel' | 'requestId'> = { usage: null, servedModel: null, requestId: null },
): TurnFailure {
  const { message } = advised(failed, provider);
  const secrets = [provider.apiKey ?? '', ...Object.values(provider.headers ?? {})];
  return {
    ok: false,
    ...failed,
    message: redact(`${provider.name}/${modelId}: ${message}`, secrets),
    ...seen,
  };
}

/** Where a server of the person's own is not there, or has no such model, they are told what to type. */
function advised(failed: Failed, { advice, baseUrl }: ProviderSettings): Failed {
  if (advice === undefined) return failed;
  if (failed.kind === 'unknown-model') return { ...failed, message: `${failed.message}. ${advice.get}` };
  if (failed.kind !== 'network' || failed.billed !== 'no') return failed;
  return { ...failed, message: `no server answers at ${baseUrl} (${failed.message}). ${advice.start}` };
}

function isSdkError(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.name.startsWith('AI_');
}
