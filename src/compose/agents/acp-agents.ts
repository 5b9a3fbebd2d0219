import type { AcpProfile } from '../../adapters/agent/acp/profile.ts';
import { ACP_PROFILES, COMMON } from '../../adapters/agent/acp/profiles.ts';
import type { AcpAgentConfig, UserConfig } from '../../contract/config.ts';
import { TercetError } from '../../contract/errors.ts';
import type { Lineage } from '../../contract/role.ts';
import { KNOWN_PROVIDERS } from './providers.ts';

/** What the models of an agent are called in the catalogue, and whose training they are of, where that is always the same. */
const VENDORS: Readonly<Record<string, { provider: string; lineage: Lineage }>> = {
  'gemini-cli': { provider: 'google', lineage: 'google' },
  'claude-acp': { provider: 'anthropic', lineage: 'anthropic' },
  'codex-acp': { provider: 'openai', lineage: 'openai' },
  'cursor-acp': { provider: 'cursor', lineage: null },
};

/** An agent that speaks ACP, as the person has it. */
export interface AcpKnown {
  profile: AcpProfile;
  /** The catalogue's provider of its models; null where their names tell. */
  provider: string | null;
  lineage: Lineage;
}

/** Names of agents that speak ACP: those Tercet knows, and those of the person's configuration. */
export function acpNames(user: Pick<UserConfig, 'agents'>): string[] {
  return [...new Set([...Object.keys(ACP_PROFILES), ...Object.keys(user.agents ?? {})])].filter(
    (name) => !NATIVE.has(name),
  );
}

const NATIVE: ReadonlySet<string> = new Set(['claude-code', 'codex', 'cursor']);

/** The agent of a name: the known profile with what the person says of it, or theirs alone. null when there is none. */
export function acpKnown(name: string, user: Pick<UserConfig, 'agents'>): AcpKnown | null {
  const own = ownAgent(name, user);
  const known = Object.hasOwn(ACP_PROFILES, name) ? ACP_PROFILES[name] : undefined;
  if (NATIVE.has(name) || (own === undefined && known === undefined)) return null;
  const base: AcpProfile = known ?? { ...COMMON, title: name, program: name, args: [], login: 'its own login' };
  const vendor = Object.hasOwn(VENDORS, name) ? VENDORS[name] : undefined;
  return {
    profile: own === undefined ? base : withOwn(base, own),
    provider: own?.priceAs ?? vendor?.provider ?? null,
    lineage: own?.lineage ?? vendor?.lineage ?? null,
  };
}

/** What the person's configuration says of an agent. */
export function ownAgent(name: string, user: Pick<UserConfig, 'agents'>): AcpAgentConfig | undefined {
  return user.agents !== undefined && Object.hasOwn(user.agents, name) ? user.agents[name] : undefined;
}

/**
 * Checks the person's own agents before any is cast.
 * @throws TercetError `config` for a name that is a provider's, and for an agent nobody knows that has no program.
 */
export function checkOwnAgents(user: Pick<UserConfig, 'agents' | 'providers'>): void {
  for (const [name, own] of Object.entries(user.agents ?? {})) {
    if (NATIVE.has(name) || Object.hasOwn(ACP_PROFILES, name)) continue;
    if (Object.hasOwn(KNOWN_PROVIDERS, name) || Object.hasOwn(user.providers ?? {}, name)) {
      throw new TercetError('config', `agents.${name} has the name of a provider.`, {
        hint: 'Give the agent another name in your own configuration: the first part of a model says who is meant.',
      });
    }
    if (own?.command === undefined) {
      throw new TercetError('config', `agents.${name} has no command, and Tercet knows no agent of that name.`, {
        hint: `Say agents.${name}.command (absolute) and .args in your own configuration, or use a known one: ${Object.keys(ACP_PROFILES).join(', ')}.`,
      });
    }
  }
}

function withOwn(base: AcpProfile, own: AcpAgentConfig): AcpProfile {
  const { title, args, env, keys, authenticate, modes, model, commands, login } = own;
  return {
    ...base,
    title: title ?? base.title,
    args: args ?? base.args,
    variables: [...base.variables, ...(env ?? [])],
    keys: keys ?? base.keys,
    login: login ?? base.login,
    authenticate: authenticate === undefined ? base.authenticate : { method: authenticate, when: 'always' },
    modes: { write: modes?.write ?? base.modes.write, read: modes?.read ?? base.modes.read },
    model: model ?? base.model,
    commands: commands ?? base.commands,
  };
}
