import type { UserConfig } from '../../contract/config.ts';
import { type InstalledAgent, surveyCodingAgents } from '../agents/coding-agents.ts';
import { isLoopback } from '../agents/local-address.ts';
import { isSelfHosted, KNOWN_PROVIDERS, redirected } from '../agents/providers.ts';
import { type Login, loginOf } from './logins.ts';

/**
 * What a machine offers for the roles: which keys are set (never their values), which local servers answer, which coding
 * agents are installed. `account` is null where the agent is not here, or calls with a key instead of its login.
 */
export interface Survey {
  keys: { provider: string; variable: string; set: boolean }[];
  /** `lineage`: what the person says of a server's models. */
  servers: { provider: string; url: string; models: string[] | null; lineage?: string }[];
  agents: FoundAgent[];
}

export type FoundAgent = InstalledAgent & { account: Login | null };

/** Milliseconds a server on this machine gets to answer: one that needs longer is not ready. */
const PROBE_MS = 800;

/** Looks at the environment, at well-known ports and at the coding agents of this machine. Calls no model, sends no key. */
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
  const [servers, agents] = await Promise.all([
    Promise.all(
      [...urls].map(async ([provider, url]) => {
        const lineage = user.providers?.[provider]?.lineage;
        return { provider, url, models: await listModels(url), ...(lineage === undefined ? {} : { lineage }) };
      }),
    ),
    findAgents(user, env),
  ]);
  return { keys, servers, agents };
}

/** A provider of the person's own stands before an agent of the same name. */
async function findAgents(user: UserConfig, env: NodeJS.ProcessEnv): Promise<FoundAgent[]> {
  const known = await surveyCodingAgents(user, env);
  return Promise.all(
    known
      .filter(({ name }) => !Object.hasOwn(user.providers ?? {}, name))
      .map(async (agent) => {
        const { name, at, key } = agent;
        return { ...agent, account: at === null || key !== null ? null : await loginOf(name, at, env) };
      }),
  );
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
