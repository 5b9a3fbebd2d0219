import { localFamily } from '../agents/trios.ts';
import { AGENT_MODELS, SERVER_TITLES, type Source } from './sources.ts';
import type { Survey } from './survey.ts';

/** Something that was found and is not proposed, and why not, in one line. */
export interface Way {
  what: string;
  why: string;
}

/** What was found beside the models that are taken: a line each. */
export function otherWays(found: Survey, sources: readonly Source[], used: readonly Source[]): Way[] {
  return [...agents(found, used), ...keys(found, used), ...servers(found, sources, used)];
}

function agents({ agents }: Survey, used: readonly Source[]): Way[] {
  return agents.flatMap(({ name, title, at, key, login, account }): Way[] => {
    if (at === null || used.some((source) => source.name === name)) return [];
    const what = title;
    if (account?.state === 'out') return [{ what, why: `not logged in: \`${login}\`` }];
    const models = Object.hasOwn(AGENT_MODELS, name) ? AGENT_MODELS[name] : undefined;
    if (models === undefined)
      return [{ what, why: `not proposed by itself: name its model, \`--executor ${name}/…\`` }];
    const same = used.find(({ lineage }) => lineage === models.lineage);
    if (same === undefined) return [{ what, why: `a third lineage is not needed: \`--reviewer ${models.strong}\`` }];
    if (key !== null) {
      const why = `would be paid by token, with ${key}, as ${same.name} is: \`agents.${name}.billing: login\` uses its login`;
      return [{ what, why }];
    }
    return [{ what, why: `${same.title} has the same lineage, and is surer: \`--executor ${models.fast}\`` }];
  });
}

/** Providers whose models Tercet cannot propose, and why. */
const NOT_PROPOSED: Readonly<Record<string, string>> = {
  openrouter: 'its models have no known price: add one under `prices:`',
  mindstudio: 'paid in credits: say `providers.mindstudio.creditsPerTurn` first',
};

function keys({ keys }: Survey, used: readonly Source[]): Way[] {
  const set = keys.filter((key) => key.set && !used.some(({ name }) => name === key.provider));
  // One line a provider: some have several variables.
  const first = set.filter(({ provider }, index) => set.findIndex((key) => key.provider === provider) === index);
  return first.map(({ provider, variable }) => {
    const same = used.find(({ lineage }) => lineage === provider);
    const paid = same?.by === 'login' ? `${same.title} has the same lineage, and its login is paid for already` : null;
    const other = `not needed for three roles: \`tercet models ${provider}\` lists what it opens`;
    return { what: variable, why: paid ?? NOT_PROPOSED[provider] ?? other };
  });
}

function servers({ servers }: Survey, sources: readonly Source[], used: readonly Source[]): Way[] {
  return servers.flatMap(({ provider, models }): Way[] => {
    if (models === null || used.some(({ name }) => name === provider)) return [];
    const what = SERVER_TITLES[provider] ?? provider;
    const [model] = sources.filter(({ name }) => name === provider);
    if (model !== undefined) return [{ what, why: `free, and tried after the others: \`--executor ${model.fast}\`` }];
    if (models.length === 0) return [{ what, why: 'answers, and has no model' }];
    const path = models.some((name) => name.startsWith('/') && localFamily(name) !== null);
    if (path) return [{ what, why: 'names its model by a path: start it with --alias' }];
    return [{ what, why: 'no model of a lineage Tercet knows: say it, under `providers:`' }];
  });
}
