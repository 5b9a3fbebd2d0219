import type { Role } from '../contract/role.ts';
import type { Survey } from './survey.ts';
import { LOCAL_LINEAGES, LOCAL_TRIO } from './trios.ts';

/** Three models for what was found: a preset by name, or one model a role; and why these. */
export type Proposal =
  | { trio: string; roles: null; why: string }
  | { trio: null; roles: Record<Role, string>; why: string };

/** A strong and a fast model of the vendors whose lineage their key already tells, in the order they are taken. */
const VENDORS: Readonly<Record<string, { strong: string; fast: string }>> = {
  anthropic: { strong: 'anthropic/claude-opus-5-5', fast: 'anthropic/claude-haiku-5-5' },
  openai: { strong: 'openai/gpt-6.1-sol', fast: 'openai/gpt-6-luna' },
  google: { strong: 'google/gemini-4-argon', fast: 'google/gemini-3.8-flash' },
  xai: { strong: 'xai/grok-4.7', fast: 'xai/grok-4.3' },
};

/** The models to begin with: what is there, with a reviewer of another lineage than the executor. */
export function propose(found: Survey): Proposal {
  const set = found.keys.filter((key) => key.set);
  const vendors = Object.keys(VENDORS).filter((vendor) => set.some((key) => key.provider === vendor));
  const local = localModels(found);
  const [first = '', second] = vendors;
  if (vendors.includes('anthropic') && vendors.includes('openai'))
    return preset('frontier', 'keys for anthropic and openai are set: openai reviews what anthropic executes');
  const mine = VENDORS[first];
  const theirs = VENDORS[second ?? ''];
  if (mine !== undefined && theirs !== undefined) {
    return three(
      mine.strong,
      mine.fast,
      theirs.strong,
      `keys for ${first} and ${second} are set: ${second} reviews what ${first} executes`,
    );
  }
  const stranger = local.find((model) => model.lineage !== first);
  if (mine !== undefined && stranger !== undefined) {
    const why = `a key for ${first} is set, and Ollama has a model of another lineage: ${stranger.lineage} reviews what ${first} executes`;
    return three(mine.strong, mine.fast, stranger.id, why);
  }
  return fromOllama(local) ?? preset('frontier', whyDefault(set, first));
}

function fromOllama(local: readonly LocalModel[]): Proposal | null {
  const has = (model: string) => local.some(({ id }) => id === model);
  if (has(LOCAL_TRIO.planner) && has(LOCAL_TRIO.executor) && has(LOCAL_TRIO.reviewer))
    return preset('local', 'no key is needed: Ollama has the three models, and the reviewer’s lineage differs');
  const [first] = local;
  const second = local.find((model) => model.lineage !== first?.lineage);
  if (first === undefined || second === undefined) return null;
  const why = `Ollama has models of two lineages: ${second.lineage} reviews what ${first.lineage} executes`;
  return three(first.id, first.id, second.id, why);
}

function whyDefault(set: Survey['keys'], vendor: string): string {
  if (set.length === 0) return 'no key was found: this is the default';
  if (vendor === '') return `the models behind ${set[0]?.variable} have no known price: this is the default`;
  return `of the vendors, only ${vendor} has a key; the reviewer needs one of another lineage`;
}

interface LocalModel {
  id: string;
  lineage: string;
}

/** Models in Ollama whose lineage is known, the best known first. */
function localModels(found: Survey): LocalModel[] {
  const names = found.servers.find((server) => server.provider === 'ollama')?.models ?? [];
  return Object.entries(LOCAL_LINEAGES).flatMap(([family, lineage]) =>
    // A server's own words: a name that is none of Ollama's could say anything in a file it is written to.
    names
      .filter((name) => name.split(':')[0] === family && /^[\w.:-]+$/.test(name))
      .map((name) => ({ id: `ollama/${name}`, lineage })),
  );
}

const preset = (trio: string, why: string): Proposal => ({ trio, roles: null, why });

const three = (planner: string, executor: string, reviewer: string, why: string): Proposal => ({
  trio: null,
  roles: { planner, executor, reviewer },
  why,
});
