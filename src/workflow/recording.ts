import type { Lineage, Role } from '../contract/role.ts';
import { ROLES } from '../contract/role.ts';
import type { Settings } from '../contract/settings.ts';
import type { Agent } from '../ports/agent.ts';
import type { Identity } from '../ports/workspace.ts';
import type { RunContext } from './run-context.ts';

/** What the workflow asks of an agent besides its answers. */
export interface AgentFacts {
  model: string;
  lineage: Lineage;
  can: Agent['can'];
  billing: Agent['billing'];
  creditsPerTurn?: string;
  usdPerTurn?: string;
  pricedAs?: string;
}

/**
 * Everything a run was made with that is in neither receipts nor commits, recorded at each of its starts: the first,
 * and every `tercet resume`. No keys and no endpoints.
 */
export interface Setup {
  /** Version of Tercet. */
  tercet: string;
  /** Number of the last event before this start. */
  after: number;
  settings: Settings;
  agents: Record<Role, AgentFacts>;
  stronger: AgentFacts | null;
  /** Absent from recordings made before roles had one. */
  fallbacks?: Record<Role, AgentFacts | null>;
  prompts: Record<Role, { sections: [string, string][]; hash: string }>;
  identity: Identity;
  /** Somebody could be asked. */
  person: boolean;
}

/** Records what this start of a run is made with. `after`: events recorded before it. */
export function recordSetup(ctx: RunContext, tercet: string, after: number): void {
  const { agents, stronger, fallbacks, prompts, settings, repository } = ctx;
  const setup: Setup = {
    tercet,
    after,
    settings,
    agents: byRole((role) => factsOf(agents[role])),
    stronger: stronger === null ? null : factsOf(stronger),
    fallbacks: byRole((role) => (fallbacks[role] === null ? null : factsOf(fallbacks[role]))),
    prompts: byRole((role) => ({ sections: [...prompts[role].sections], hash: prompts[role].hash })),
    identity: repository.identity,
    person: ctx.person !== null,
  };
  const starts = readSetups((key) => ctx.journal.recall(key)).length;
  ctx.journal.record(`setup:${starts + 1}`, setup);
}

/** The starts of a run, first to last; empty when they were not recorded. */
export function readSetups(recall: (key: string) => unknown): Setup[] {
  const setups: Setup[] = [];
  for (let count = 1; ; count++) {
    const setup = recall(`setup:${count}`) as Setup | undefined;
    if (setup === undefined) return setups;
    setups.push(setup);
  }
}

/**
 * Whether a key of the journal holds what came from outside (the person's answers, what failed commands printed, when a
 * commit was made) and not what the workflow itself made of it, which a replay makes again.
 */
export function cameFromOutside(key: string): boolean {
  return /^(answers|at):/.test(key) || (key.startsWith('failed:') && !key.startsWith('failed:review:'));
}

function factsOf({ model, lineage, can, billing, creditsPerTurn, usdPerTurn, pricedAs }: Agent): AgentFacts {
  return {
    model,
    lineage,
    can: { ...can },
    billing,
    ...(creditsPerTurn === undefined ? {} : { creditsPerTurn }),
    ...(usdPerTurn === undefined ? {} : { usdPerTurn }),
    ...(pricedAs === undefined ? {} : { pricedAs }),
  };
}

function byRole<T>(of: (role: Role) => T): Record<Role, T> {
  return Object.fromEntries(ROLES.map((role) => [role, of(role)])) as Record<Role, T>;
}
