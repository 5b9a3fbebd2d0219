import type { UserConfig } from '../contract/config.ts';
import { isLoopback } from './local-address.ts';
import { isSelfHosted, KNOWN_PROVIDERS, redirected } from './providers.ts';

/** What a machine offers for the roles: which keys are set (never their values), which local servers answer. */
export interface Survey {
  keys: { provider: string; variable: string; set: boolean }[];
  servers: { provider: string; url: string; models: string[] | null }[];
}

/** Milliseconds a server on this machine gets to answer: one that needs longer is not ready. */
const PROBE_MS = 800;

/** Looks at the environment and at well-known ports of this machine. Nothing leaves the machine. */
export async function survey(user: UserConfig, env: NodeJS.ProcessEnv): Promise<Survey> {
  const keys: Survey['keys'] = [];
  for (const [provider, { keys: variables, selfHosted }] of Object.entries(KNOWN_PROVIDERS)) {
    if (selfHosted !== true)
      for (const variable of variables) keys.push({ provider, variable, set: (env[variable] ?? '').trim() !== '' });
  }
  for (const [provider, { apiKeyEnv }] of Object.entries(user.providers ?? {})) {
    if (apiKeyEnv !== undefined)
      keys.push({ provider, variable: apiKeyEnv, set: (env[apiKeyEnv] ?? '').trim() !== '' });
  }
  const urls = new Map<string, string>();
  for (const [provider, { baseUrl, selfHosted }] of Object.entries(KNOWN_PROVIDERS)) {
    const url = redirected(provider, env) ?? baseUrl;
    if (selfHosted === true && url !== undefined) urls.set(provider, url);
  }
  for (const [provider, { baseUrl, local }] of Object.entries(user.providers ?? {}))
    if (baseUrl !== undefined && (local === true || isSelfHosted(provider))) urls.set(provider, baseUrl);
  const servers = await Promise.all(
    [...urls].map(async ([provider, url]) => ({ provider, url, models: await listModels(url) })),
  );
  return { keys, servers };
}

/** The models a local OpenAI-compatible server lists; null when none answers, or it is on another machine. */
async function listModels(url: string): Promise<string[] | null> {
  if (!isLoopback(url)) return null;
  try {
    const response = await fetch(`${url.replace(/\/$/, '')}/models`, {
      signal: AbortSignal.timeout(PROBE_MS),
      redirect: 'error',
    });
    if (!response.ok) return null;
    const body = (await response.json()) as { data?: { id?: unknown }[] };
    return (body.data ?? []).flatMap((model) => (typeof model.id === 'string' ? [model.id] : [])).slice(0, 100);
  } catch {
    return null;
  }
}
