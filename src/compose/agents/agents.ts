import { mindStudioAgent } from '../../adapters/agent/mindstudio/agent.ts';
import { modelAgent } from '../../adapters/agent/model/agent.ts';
import { loadAhead } from '../../adapters/agent/model/resolve-provider.ts';
import type { UserConfig } from '../../contract/config.ts';
import { TercetError } from '../../contract/errors.ts';
import { type Lineage, ROLES, type Role } from '../../contract/role.ts';
import type { Agent } from '../../ports/agent.ts';
import { type Catalogue, lineageOf, lineageOfName } from '../../pricing/catalogue.ts';
import type { Merged } from '../config/settings.ts';
import { checkOwnAgents } from './acp-agents.ts';
import { castCodingAgent, isCodingAgent } from './coding-agents.ts';
import { keyNames, needsKey, ownProvider, providerFor, providerName } from './providers.ts';
import { LOCAL_LINEAGES, localFamily } from './trios.ts';

export interface Cast {
  agents: Record<Role, Agent>;
  stronger: Agent | null;
  fallbacks: Record<Role, Agent | null>;
}

/**
 * The agents of a run: the caller's own objects where given, models over their APIs otherwise.
 * @throws TercetError `config` when a needed role has no key; it lists all that are missing, and no key is ever shown.
 */
export function castAgents(
  merged: Merged,
  user: UserConfig,
  catalogue: Catalogue,
  env: NodeJS.ProcessEnv,
  own: Partial<Record<Role, Agent>>,
  needed: readonly Role[],
): Cast {
  checkOwnAgents(user);
  const missing: string[] = [];
  const absent: string[] = [];
  const fill = (role: Role, model: string, lineage: Lineage): Agent => {
    if (isCodingAgent(model, user)) {
      const cast = castCodingAgent(model, user, env, lineage);
      if (cast.missing !== null && needed.includes(role)) absent.push(`${role}: ${model}: ${cast.missing}`);
      return cast.agent;
    }
    const provider = providerFor(model, user, env);
    if (provider.apiKey === null && needsKey(provider) && needed.includes(role)) {
      const names = keyNames(model, user);
      if (names.length > 0) missing.push(`${role}: ${model} needs ${names.join(' or ')}`);
    }
    const trained = lineage ?? modelLineage(model, user, catalogue);
    return provider.kind === 'mindstudio'
      ? mindStudioAgent({ model, provider, lineage: trained })
      : modelAgent({ model, provider, lineage: trained });
  };
  const agents = {} as Record<Role, Agent>;
  for (const role of ROLES) {
    const { model, lineage } = merged.roles[role];
    agents[role] = own[role] ?? fill(role, model, lineage);
  }
  const stronger = merged.stronger === null ? null : fill('executor', merged.stronger, null);
  const fallbacks = Object.fromEntries(
    ROLES.map((role) => [role, merged.fallbacks[role] === null ? null : fill(role, merged.fallbacks[role], null)]),
  ) as Cast['fallbacks'];
  if (absent.length > 0) {
    throw new TercetError('config', `A coding agent is missing:\n  ${[...new Set(absent)].join('\n  ')}`, {
      hint: 'Install it, or say where it is under `agents:` in your own configuration; docs/agents.md has the commands. `tercet doctor` shows what is there.',
    });
  }
  const { executor } = agents;
  if (executor.can.worktree === true && fallbacks.executor !== null && fallbacks.executor.can.worktree !== true) {
    throw new TercetError(
      'config',
      `${fallbacks.executor.model} cannot stand in for ${executor.model}: it does not work in a folder by itself.`,
      {
        hint: 'Choose another coding agent for roles.executor.fallback, or a model that edits for roles.executor.stronger.',
      },
    );
  }
  if (missing.length > 0) {
    throw new TercetError('config', `No API key is set:\n  ${[...new Set(missing)].join('\n  ')}`, {
      hint: 'Set it in the environment, choose other models (`--trio`, `--executor` …), or try `tercet demo`, which needs none. `tercet doctor` shows what is set.',
    });
  }
  const [first] = needed;
  if (first !== undefined && own[first] === undefined && !isCodingAgent(agents[first].model, user)) {
    const { kind } = providerFor(agents[first].model, user, env);
    if (kind !== 'mindstudio') loadAhead(kind);
  }
  return { agents, stronger, fallbacks };
}

/**
 * Whose training produced a model: the catalogue knows exact ids, a configured provider may say, local names are listed.
 * MindStudio's name for a model tells it only where it is exactly the vendor's own.
 */
export function modelLineage(model: string, user: UserConfig, catalogue: Catalogue): Lineage {
  const known = lineageOf(catalogue, model);
  if (known !== null) return known;
  const stated = ownProvider(user, providerName(model))?.lineage;
  if (stated !== undefined) return stated;
  if (providerName(model) === 'mindstudio') return lineageOfName(catalogue, model.slice(model.indexOf('/') + 1));
  const family = localFamily(model.slice(model.indexOf('/') + 1));
  return family === null ? null : (LOCAL_LINEAGES[family] ?? null);
}
