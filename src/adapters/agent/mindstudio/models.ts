import { formatUsd, parseUsd } from '../../../pricing/usd.ts';
import { redact } from '../model/redact.ts';
import { observe } from '../model/wire.ts';
import { openMindStudio } from './open.ts';
import { withFetch } from './scoped-fetch.ts';
import type { MindStudioSettings } from './settings.ts';
import { transportOf } from './transport.ts';

export interface ListedModel {
  /** As the API knows it. */
  id: string;
  name: string | null;
  tags: string | null;
}

/** What one unit of a model costs, e.g. `{ label: 'Prompt tokens', unit: 'token', credits: '0.00000125' }`. */
export interface CreditPrice {
  label: string;
  unit: string;
  /** A decimal string. */
  credits: string;
}

const LIST_MS = 15_000;

/** The API states prices in billionths of a credit. */
const UNITS_PER_CREDIT = 1_000_000_000n;

/** The chat models MindStudio lists for this key. Rejects with an Error for people, its keys redacted. */
export async function listMindStudio(provider: MindStudioSettings & { apiKey: string }): Promise<ListedModel[]> {
  const client = await openMindStudio(provider);
  const { models = [] } = await calling(provider, () => client.listModelsSummaryByType('llm_chat'));
  return models.flatMap(({ id, name, tags }) =>
    typeof id === 'string' ? [{ id, name: text(name), tags: text(tags) }] : [],
  );
}

/** What MindStudio says a model costs; empty when it does not tell. Asks for an estimate, which costs nothing. */
export async function creditPricesOf(
  provider: MindStudioSettings & { apiKey: string },
  model: string,
): Promise<CreditPrice[]> {
  const client = await openMindStudio(provider);
  const modelOverride = { model, temperature: 1, maxResponseTokens: 1000 };
  const { estimates = [] } = await calling(provider, () =>
    client.estimateStepCost('userMessage', { message: 'Hello.', modelOverride }),
  );
  return estimates.flatMap(({ label, eventType, unitPrice, unitType }) => {
    if (typeof unitPrice !== 'number' || !Number.isFinite(unitPrice) || unitPrice < 0) return [];
    const credits = formatUsd(parseUsd(String(unitPrice)) / UNITS_PER_CREDIT);
    return [{ label: text(label) ?? text(eventType) ?? 'use', unit: text(unitType) ?? 'unit', credits }];
  });
}

async function calling<T>(provider: MindStudioSettings, ask: () => Promise<T>): Promise<T> {
  const signal = AbortSignal.timeout(LIST_MS);
  const transport = transportOf(provider, globalThis.fetch, signal);
  const { fetch } = observe('openai-compatible', transport, () => {});
  try {
    return await withFetch(fetch, ask);
  } catch (thrown) {
    const { message, cause } = thrown as { message?: unknown; cause?: { message?: unknown } };
    const said = `${message ?? thrown}${cause?.message === undefined ? '' : `: ${cause.message}`}`;
    throw new Error(redact(said, [provider.apiKey ?? '', ...Object.values(provider.headers ?? {})]));
  }
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}
