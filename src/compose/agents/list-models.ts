import type { CreditPrice } from '../../adapters/agent/mindstudio/models.ts';
import type { ProviderSettings } from '../../adapters/agent/model/settings.ts';
import type { UserConfig } from '../../contract/config.ts';
import { TercetError } from '../../contract/errors.ts';
import { cleanLine } from '../../report/clean.ts';
import { keyNames, providerFor } from './providers.ts';

/** A model as its provider lists it. `prices` is null where nobody asked or the provider does not tell. */
export interface OfferedModel {
  /** `provider/model`, as it is used here. */
  id: string;
  name: string | null;
  tags: string | null;
  prices: CreditPrice[] | null;
}

/** More names than these are listed without prices: each costs a request. */
export const MOST_PRICED = 12;
const LIST_MS = 15_000;
const MOST_LISTED = 1_000;

/**
 * The models a provider offers, by asking it; `words` narrow the list, every one being part of an id. Costs nothing.
 * @throws TercetError `config` for a provider that cannot be asked or has no key, `agent-failed` when it does not answer.
 */
export async function listModels(
  name: string,
  words: readonly string[],
  user: UserConfig,
  env: NodeJS.ProcessEnv,
): Promise<OfferedModel[]> {
  const provider = providerFor(`${name}/`, user, env);
  const wanted = words.map((word) => word.toLowerCase());
  const fits = (id: string) => wanted.every((word) => id.toLowerCase().includes(word));
  if (provider.kind === 'openai-compatible') {
    const ids = (await listOver(provider)).filter(fits);
    return ids.map((id) => ({ id: `${name}/${id}`, name: null, tags: null, prices: null }));
  }
  if (provider.kind !== 'mindstudio') {
    throw new TercetError('config', `${name} is not asked for its models.`, {
      hint: `\`tercet models ${name}\` lists those with a known price.`,
    });
  }
  const { apiKey } = provider;
  if (apiKey === null) {
    throw new TercetError('config', `${keyNames(`${name}/`, user).join(' or ')} is not set.`, {
      hint: 'Set it in the environment.',
    });
  }
  const { creditPricesOf, listMindStudio } = await import('../../adapters/agent/mindstudio/models.ts');
  const source = { ...provider, apiKey };
  const found = (await listMindStudio(source).catch((error) => silent(name, error))).filter(({ id }) => fits(id));
  const priced = found.length <= MOST_PRICED;
  return Promise.all(
    found.map(async (model) => ({
      id: `${name}/${model.id}`,
      name: model.name,
      tags: model.tags,
      // A price nobody tells is no reason to show no model.
      prices: priced ? await creditPricesOf(source, model.id).catch(() => null) : null,
    })),
  );
}

/** The list of an OpenAI-compatible endpoint. A redirect is no answer: the key would follow it. */
async function listOver({ name, baseUrl = '', apiKey, headers, advice }: ProviderSettings): Promise<string[]> {
  let response: Response;
  try {
    response = await fetch(`${baseUrl.replace(/\/$/, '')}/models`, {
      headers: { ...headers, ...(apiKey === null ? {} : { authorization: `Bearer ${apiKey}` }) },
      signal: AbortSignal.timeout(LIST_MS),
      redirect: 'error',
    });
  } catch {
    throw new TercetError('agent-failed', `No server answers at ${baseUrl}.`, {
      hint: advice?.start ?? 'Check the address under `providers:` in your own configuration, and the network.',
    });
  }
  const body: unknown = response.ok ? await response.json().catch(() => null) : null;
  const data = typeof body === 'object' && body !== null && 'data' in body ? body.data : null;
  if (!Array.isArray(data)) return silent(name, new Error(`HTTP ${response.status} from ${baseUrl}/models`));
  return data
    .flatMap((model: { id?: unknown } | null) => (typeof model?.id === 'string' ? [model.id] : []))
    .slice(0, MOST_LISTED);
}

function silent(name: string, error: unknown): never {
  const said = error instanceof Error ? error.message : String(error);
  throw new TercetError('agent-failed', `${name} does not list its models: ${cleanLine(said, 300)}`, {
    hint: 'Check its key and its address; `tercet doctor` shows what is set.',
  });
}
