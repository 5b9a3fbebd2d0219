import type { Role } from '../../contract/role.ts';
import { LOCAL_TRIO, TRIOS } from '../agents/trios.ts';
import { otherWays, type Way } from './other-ways.ts';
import { AGENT_MODELS, type Source, sourcesIn } from './sources.ts';
import type { Survey } from './survey.ts';

/**
 * Three models for what was found: a preset by name, or one model a role; and why these. `missing` says what has to be
 * there before they can be called, null when all is; `others` what was found too and is not taken, each with the reason.
 */
export type Proposal = { why: string; missing: string | null; others: Way[] } & Chosen;

type Chosen = { trio: string; roles: null } | { trio: null; roles: Record<Role, string> };

/** Who plans where several can, and who reviews; servers of one's own come after. */
const ORDER = ['anthropic', 'openai', 'google', 'xai', 'cursor'];

/** How a lineage that is missing is got. */
const GET: Readonly<Record<string, { model: string; how: string }>> = {
  openai: { model: TRIOS.frontier?.reviewer ?? '', how: 'OPENAI_API_KEY, or Codex with its login (`codex login`)' },
  anthropic: {
    model: 'anthropic/claude-opus-5-5',
    how: 'ANTHROPIC_API_KEY, or Claude Code with its login (`claude /login`)',
  },
};

/** The models to begin with: what is there, what is paid for already first, with a reviewer of another lineage than the executor. */
export function propose(found: Survey): Proposal {
  const sources = sourcesIn(found);
  const paid = best(sources.filter(({ by }) => by !== 'local'));
  const local = best(sources.filter(({ by }) => by === 'local'));
  const all = [...paid, ...local.filter((source) => !paid.some(({ lineage }) => lineage === source.lineage))];
  const [planner] = all;
  if (planner === undefined) return nothing(found);
  // Composer executes wherever it is: that is what it is made for, and whoever has it pays for it already.
  const executor = paid.find(({ lineage }) => lineage === 'cursor') ?? planner;
  const strangers = all.filter(({ lineage }) => lineage !== executor.lineage);
  const reviewer = strangers.find(({ lineage }) => lineage !== planner.lineage) ?? strangers[0];
  if (reviewer === undefined) return alone(planner, executor, found, sources);
  const used = [...new Set([planner, executor, reviewer])];
  const why = `${reasons(used)}: ${reviewer.lineage} reviews what ${executor.lineage} executes`;
  const others = otherWays(found, sources, used);
  return { ...chosen(planner.strong, executor.fast, reviewer.strong, sources), why, missing: null, others };
}

/** The first source of each lineage, in {@link ORDER}, the others after it. */
function best(sources: readonly Source[]): Source[] {
  const rank = ({ lineage }: Source) => (ORDER.includes(lineage) ? ORDER.indexOf(lineage) : ORDER.length);
  return sources
    .filter((source, index) => sources.findIndex(({ lineage }) => lineage === source.lineage) === index)
    .map((source, index) => ({ source, index }))
    .toSorted((a, b) => (a.source.by === 'local' ? a.index - b.index : rank(a.source) - rank(b.source)))
    .map(({ source }) => source);
}

/** A preset where the three are its own, so that it moves with the preset. */
function chosen(planner: string, executor: string, reviewer: string, sources: readonly Source[]): Chosen {
  const { frontier } = TRIOS;
  if (planner === GET.anthropic?.model && executor === frontier?.executor && reviewer === frontier.reviewer)
    return { trio: 'frontier', roles: null };
  const has = (model: string) => sources.some(({ strong }) => strong === model);
  const wholly = [planner, executor, reviewer].every((model) => model.startsWith('ollama/'));
  if (wholly && has(LOCAL_TRIO.planner) && has(LOCAL_TRIO.executor) && has(LOCAL_TRIO.reviewer))
    return { trio: 'local', roles: null };
  return { trio: null, roles: { planner, executor, reviewer } };
}

/** One lineage only: it plans and executes, and the reviewer is the one that is missing. */
function alone(planner: Source, executor: Source, found: Survey, sources: readonly Source[]): Proposal {
  const others = otherWays(found, sources, [planner, executor]);
  const { lineage } = executor;
  if (executor.by === 'local') {
    const why = `${reasons([executor])}, of one lineage (${lineage}): this is the default`;
    const pull = lineage === 'openai' ? LOCAL_TRIO.planner : LOCAL_TRIO.reviewer;
    const missing = `a local reviewer of another lineage (\`ollama pull ${pull.slice('ollama/'.length)}\`, then init again), or keys: ANTHROPIC_API_KEY and OPENAI_API_KEY`;
    return { trio: 'frontier', roles: null, why, missing, others };
  }
  const out = found.agents.find(
    ({ name, account }) => account?.state === 'out' && (AGENT_MODELS[name]?.lineage ?? lineage) !== lineage,
  );
  const get = lineage === 'openai' ? GET.anthropic : GET.openai;
  const model = (out === undefined ? get?.model : AGENT_MODELS[out.name]?.strong) ?? '';
  const missing = out === undefined ? `${get?.how ?? ''}, or a local model of another lineage` : `\`${out.login}\``;
  const why = `${reasons([executor])}; the reviewer needs a lineage other than ${lineage}`;
  return { ...chosen(planner.strong, executor.fast, model, sources), why, missing, others };
}

function nothing(found: Survey): Proposal {
  const gateway = found.keys.find((key) => key.set);
  const why =
    gateway === undefined
      ? 'no key and no coding agent with a login was found: this is the default'
      : `the models behind ${gateway.variable} have no known price: this is the default`;
  const missing = 'ANTHROPIC_API_KEY and OPENAI_API_KEY, or coding agents of two vendors with their logins';
  return { trio: 'frontier', roles: null, why, missing, others: otherWays(found, [], []) };
}

/** `Claude Code is logged in, and keys for openai and google are set`. */
function reasons(sources: readonly Source[]): string {
  const of = (by: Source['by']) => sources.filter((source) => source.by === by);
  const keys = of('key').map(({ name }) => name);
  const clauses = [
    ...of('login').map(({ title }) => `${title} is logged in`),
    ...(keys.length === 0
      ? []
      : [keys.length === 1 ? `a key for ${keys[0]} is set` : `keys for ${keys.join(' and ')} are set`]),
    ...of('agent-key').map(({ title, variable }) => `${title} has ${variable}`),
    ...of('unsure').map(({ title }) => `${title} is installed (and does not tell whether it is logged in)`),
    ...of('local').map(({ title, strong, name }) => `${title} has ${strong.slice(name.length + 1)}`),
  ];
  const last = clauses.at(-1) ?? '';
  return clauses.length < 2 ? last : `${clauses.slice(0, -1).join(', ')} and ${last}`;
}
