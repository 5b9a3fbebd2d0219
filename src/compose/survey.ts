import type { UserConfig } from '../contract/config.ts';
import { KNOWN_PROVIDERS, redirected } from './providers.ts';
import { LOCAL_TRIO } from './trios.ts';

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
  for (const [provider, { keys: variables, local }] of Object.entries(KNOWN_PROVIDERS)) {
    if (local !== true)
      for (const variable of variables) keys.push({ provider, variable, set: (env[variable] ?? '').trim() !== '' });
  }
  for (const [provider, { apiKeyEnv }] of Object.entries(user.providers ?? {})) {
    if (apiKeyEnv !== undefined)
      keys.push({ provider, variable: apiKeyEnv, set: (env[apiKeyEnv] ?? '').trim() !== '' });
  }
  const urls = new Map<string, string>();
  for (const [provider, { baseUrl, local }] of Object.entries(KNOWN_PROVIDERS)) {
    const url = redirected(provider, env) ?? baseUrl;
    if (local === true && url !== undefined) urls.set(provider, url);
  }
  for (const [provider, { baseUrl, local }] of Object.entries(user.providers ?? {}))
    if (local === true) urls.set(provider, baseUrl);
  const servers = await Promise.all(
    [...urls].map(async ([provider, url]) => ({ provider, url, models: await listModels(url) })),
  );
  return { keys, servers };
}

/** The models a local OpenAI-compatible server lists; null when none answers. */
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

function isLoopback(url: string): boolean {
  const { hostname } = new URL(url);
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}

/** The preset that needs nothing more than what is there, and why; null when none does. */
export function proposeTrio(found: Survey): { trio: string; why: string } | null {
  const has = (provider: string) => found.keys.some((key) => key.provider === provider && key.set);
  if (has('anthropic') && has('openai'))
    return {
      trio: 'frontier',
      why: 'keys for Anthropic and OpenAI are set: planner and reviewer are of different lineages',
    };
  const local = found.servers.find((server) => server.provider === 'ollama')?.models ?? null;
  const { planner, executor, reviewer } = LOCAL_TRIO;
  const wanted = [planner, executor, reviewer].map((model) => model.slice('ollama/'.length));
  if (local !== null && wanted.every((model) => local.includes(model)))
    return { trio: 'local', why: 'Ollama has the three models' };
  return null;
}

/** Roles by hand where no preset fits: the best of what has a key, reviewer of another lineage than the executor. */
export function proposeRoles(
  found: Survey,
): { planner: string; executor: string; reviewer: string; why: string } | null {
  const options: Record<string, { strong: string; fast: string }> = {
    anthropic: { strong: 'anthropic/claude-opus-5-5', fast: 'anthropic/claude-haiku-5-5' },
    openai: { strong: 'openai/gpt-6.1-sol', fast: 'openai/gpt-6-luna' },
    google: { strong: 'google/gemini-4-argon', fast: 'google/gemini-3.8-flash' },
    xai: { strong: 'xai/grok-4.7', fast: 'xai/grok-4.3' },
  };
  const there = Object.keys(options).filter((provider) =>
    found.keys.some((key) => key.provider === provider && key.set),
  );
  const first = options[there[0] ?? ''];
  const second = options[there[1] ?? ''];
  if (first === undefined || second === undefined) return null;
  return {
    planner: first.strong,
    executor: first.fast,
    reviewer: second.strong,
    why: `keys for ${there[0]} and ${there[1]} are set`,
  };
}
