import type { UserConfig } from '../../contract/config.ts';
import { KNOWN_PROVIDERS } from './providers.ts';

/** Names of variables that hold something secret, by the habits of tools; paths to secrets are none. */
const SECRET_NAME = /(^|_)(KEY|TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|PAT|CREDENTIALS?)$|_KEY_|APIKEY$/i;

/** Below this a value under such a name is a word (`KEY=enter`), which redaction would take out of every text. */
const SHORTEST_UNKNOWN = 12;

/**
 * The literal keys in the environment and in the person's configuration: of the providers, of the headers they set, of agents,
 * and of every other variable whose name says that it is secret. Never shown; only for redaction.
 */
export function keysInUse(env: NodeJS.ProcessEnv, user: Pick<UserConfig, 'providers' | 'agents'>): string[] {
  const named = new Set(Object.values(KNOWN_PROVIDERS).flatMap((provider) => provider.keys));
  const keys: string[] = [];
  for (const { apiKeyEnv, headers } of Object.values(user.providers ?? {})) {
    if (apiKeyEnv !== undefined) named.add(apiKeyEnv);
    for (const [name, value] of Object.entries(headers ?? {}))
      if (/auth|key|token|secret|cookie/i.test(name)) keys.push(value, value.replace(/^\w+\s+/, ''));
  }
  for (const agent of Object.values(user.agents ?? {}))
    for (const name of (agent !== undefined && 'keys' in agent ? agent.keys : undefined) ?? []) named.add(name);
  for (const [name, value = ''] of Object.entries(env)) {
    const text = value.trim();
    if (named.has(name)) keys.push(text);
    else if (SECRET_NAME.test(name) && text.length >= SHORTEST_UNKNOWN && !/\s|^[/~.]/.test(text)) keys.push(text);
  }
  return [...new Set(keys)];
}
