import { TercetError } from '../../contract/errors.ts';
import { ROLES, type Role } from '../../contract/role.ts';
import { mostOfProbe, type Probed, probe } from '../../workflow/probe.ts';
import type { RunContext } from '../../workflow/run-context.ts';
import { type Cast, castAgents } from '../agents/agents.ts';
import { guardAgent } from '../agents/guards.ts';
import { newRunId, type Session } from '../compose.ts';
import { checkPrices } from '../config/check-prices.ts';
import { readPrompts } from '../config/prompts.ts';
import { type Merged, mergeSettings } from '../config/settings.ts';
import { configOfRun } from '../config/trust.ts';

/** A role before its call: what it could cost at most, or why it cannot be called. */
export type ProbeOrder = { role: Role; model: string } & (
  | { most: ReturnType<typeof mostOfProbe>; problem: null; call(): Promise<Probed> }
  | { most: null; problem: { message: string; hint: string | null } }
);

/**
 * Makes ready one smallest call for each role; none is made before `call`. The calls are booked under an id of their own,
 * which is the id of no run.
 * @throws TercetError `config` where the repository's settings are not trusted, or there are no models to call.
 */
export async function prepareProbe(
  session: Session,
  trio: string | undefined,
  signal: AbortSignal,
): Promise<{ id: string; orders: ProbeOrder[] }> {
  const { config } = await configOfRun(session, false);
  const merged = mergeSettings(config, { trio });
  const { planner, executor, reviewer } = merged.roles;
  const prompts = await readPrompts({ planner: planner.prompt, executor: executor.prompt, reviewer: reviewer.prompt });
  const base = await session.repository.resolve('HEAD');
  const id = newRunId(session.clock.now());
  const contextFor = (cast: Cast) => contextOf(session, merged, prompts, cast, { id, base, signal });
  const orders = ROLES.map((role): ProbeOrder => {
    const { model } = merged.roles[role];
    try {
      const cast = castAgents(merged, config.user, session.catalogue, session.host.env, {}, [role]);
      const own: Cast = { ...cast, stronger: null, fallbacks: { planner: null, executor: null, reviewer: null } };
      const day = session.clock.now().toISOString().slice(0, 10);
      checkPrices(own, [role], merged.settings, session.catalogue, day);
      const ctx = contextFor(own);
      return { role, model, most: mostOfProbe(ctx, role), problem: null, call: () => probe(ctx, role) };
    } catch (error) {
      if (!(error instanceof TercetError)) throw error;
      return { role, model, most: null, problem: { message: error.message, hint: error.hint ?? null } };
    }
  });
  return { id, orders };
}

function contextOf(
  session: Session,
  merged: Merged,
  prompts: RunContext['prompts'],
  cast: Cast,
  { id, base, signal }: { id: string; base: string; signal: AbortSignal },
): RunContext {
  const { redactor, repository, ledger, store, clock, providers, refusedKeys, catalogue } = session;
  const { planner, executor, reviewer } = cast.agents;
  return {
    run: id,
    again: false,
    request: { text: 'probe', source: 'text', base },
    settings: merged.settings,
    agents: {
      planner: guardAgent(planner, redactor),
      executor: guardAgent(executor, redactor),
      reviewer: guardAgent(reviewer, redactor),
    },
    stronger: null,
    fallbacks: cast.fallbacks,
    prompts,
    repository,
    ledger,
    store,
    // Nothing of a probe is taken up again, and it runs no command.
    journal: { recall: () => undefined, record: () => {} },
    commands: { confinement: 'no commands', run: () => Promise.reject(new Error('a probe runs no command')) },
    person: null,
    clock,
    providers,
    refusedKeys,
    catalogue,
    signal,
    redactor,
    emit: () => {},
    attempts: new Map(),
  };
}
