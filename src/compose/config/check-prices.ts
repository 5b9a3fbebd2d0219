import { TercetError } from '../../contract/errors.ts';
import type { Role } from '../../contract/role.ts';
import type { Settings } from '../../contract/settings.ts';
import { type Catalogue, findPrice } from '../../pricing/catalogue.ts';
import type { Cast } from '../agents/agents.ts';
import { isSelfHosted, providerName } from '../agents/providers.ts';

/** What to do where calls are paid in credits and nobody says how many. */
export const CREDITS_HINT =
  'Say the most that one call takes, under `providers.mindstudio.creditsPerTurn` in your own configuration (`tercet models --from mindstudio` shows prices), or set `unpriced: allow` there to call it without a hold.';

/**
 * Refuses models without a price before the first call: otherwise a run would end in its middle, half paid for.
 * A model paid in credits has none, but its provider
 * has to say what a call takes.
 * @throws TercetError `config` under `unpriced: refuse`, naming every such model and its role.
 */
export function checkPrices(
  cast: Cast,
  needed: readonly Role[],
  settings: Pick<Settings, 'unpriced'>,
  catalogue: Catalogue,
  day: string,
): void {
  if (settings.unpriced === 'allow') return;
  const agents = needed.flatMap((role) =>
    [cast.agents[role], cast.fallbacks[role]].flatMap((agent) => (agent === null ? [] : [{ role, agent }])),
  );
  if (cast.stronger !== null && needed.includes('executor')) agents.push({ role: 'executor', agent: cast.stronger });
  const credits = agents.filter(({ agent }) => agent.billing === 'credits' && agent.creditsPerTurn === undefined);
  if (credits.length > 0) {
    const named = credits.map(({ role, agent }) => `${agent.model} (${role})`).join(', ');
    throw new TercetError(
      'config',
      `Nobody says how many credits a call takes at most, so no budget can hold it: ${named}. No call was made.`,
      { hint: CREDITS_HINT },
    );
  }
  const unpriced = agents.filter(
    ({ agent }) =>
      agent.billing === 'metered' && agent.usdPerTurn === undefined && findPrice(catalogue, agent.model, day) === null,
  );
  if (unpriced.length === 0) return;
  const named = unpriced.map(({ role, agent }) => `${agent.model} (${role})`).join(', ');
  throw new TercetError(
    'config',
    `There is no price for ${named}, so no budget can hold its calls. No call was made.`,
    {
      hint: unpriced.some(({ agent }) => isSelfHosted(providerName(agent.model)))
        ? 'Its server is not at an address of your own network, so it does not count as free: say `local: true` under `providers:` in your own configuration if it is yours, or add its price under `prices:`.'
        : 'Is the id exact? `tercet models` lists those with a price. Add yours under `prices:` in your own configuration, or set `unpriced: allow` there to call it without one.',
    },
  );
}
