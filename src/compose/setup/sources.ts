import { LOCAL_LINEAGES, localFamily } from '../agents/trios.ts';
import type { FoundAgent, Survey } from './survey.ts';

/** Something here that can fill roles: a vendor's API by key, a coding agent, a model on a server of one's own. */
export interface Source {
  /** `anthropic`, `claude-code`, `ollama`: what stands before the slash. */
  name: string;
  /** For people. */
  title: string;
  lineage: string;
  /** A model to plan and review, and one to execute: exact ids. */
  strong: string;
  fast: string;
  by: 'login' | 'key' | 'agent-key' | 'unsure' | 'local';
  /** The variable it calls with; '' without. */
  variable: string;
}

interface Models {
  lineage: string;
  strong: string;
  fast: string;
}

/** Of the vendors whose lineage their key already tells. */
const VENDORS: Readonly<Record<string, Models>> = {
  anthropic: { lineage: 'anthropic', strong: 'anthropic/claude-opus-5-5', fast: 'anthropic/claude-haiku-5-5' },
  openai: { lineage: 'openai', strong: 'openai/gpt-6.1-sol', fast: 'openai/gpt-6-luna' },
  google: { lineage: 'google', strong: 'google/gemini-4-argon', fast: 'google/gemini-3.8-flash' },
  xai: { lineage: 'xai', strong: 'xai/grok-4.7', fast: 'xai/grok-4.3' },
};

/** Of the coding agents whose models are of one vendor; ids as the vendor writes them, because aliases move. */
export const AGENT_MODELS: Readonly<Record<string, Models>> = {
  'claude-code': {
    lineage: 'anthropic',
    strong: 'claude-code/claude-opus-5-5',
    fast: 'claude-code/claude-haiku-5-5',
  },
  codex: { lineage: 'openai', strong: 'codex/gpt-6.1-sol', fast: 'codex/gpt-6-luna' },
  'gemini-cli': {
    lineage: 'google',
    strong: 'gemini-cli/gemini-4-argon',
    fast: 'gemini-cli/gemini-3.8-flash',
  },
  cursor: { lineage: 'cursor', strong: 'cursor/composer-2.5', fast: 'cursor/composer-2.5' },
};

export const SERVER_TITLES: Readonly<Record<string, string>> = {
  ollama: 'Ollama',
  lmstudio: 'LM Studio',
  llamacpp: 'llama.cpp',
  vllm: 'vLLM',
};

/** A name that a file can hold as it stands: a server may say anything. A path is no name to write into a repository. */
const PLAIN = /^[\w.:-]+(?:\/[\w.:-]+)*$/;

/** All that can be called here, the surest and already paid for first. */
export function sourcesIn(found: Survey): Source[] {
  const agents = found.agents.flatMap(agentSource);
  const of = (by: Source['by']) => agents.filter((agent) => agent.by === by);
  return [...of('login'), ...keySources(found), ...of('agent-key'), ...of('unsure'), ...localSources(found)];
}

function keySources({ keys }: Survey): Source[] {
  return Object.entries(VENDORS).flatMap(([name, models]) => {
    const variable = keys.find((key) => key.set && key.provider === name)?.variable;
    return variable === undefined ? [] : [{ name, title: name, ...models, by: 'key' as const, variable }];
  });
}

function agentSource({ name, title, at, key, account }: FoundAgent): Source[] {
  const models = Object.hasOwn(AGENT_MODELS, name) ? AGENT_MODELS[name] : undefined;
  if (models === undefined || at === null || account?.state === 'out') return [];
  const by = key !== null ? 'agent-key' : account?.state === 'in' ? 'login' : 'unsure';
  return [{ name, title, ...models, by, variable: key ?? '' }];
}

/** Models of known lineage on this machine's servers, the best known family first. */
function localSources({ servers }: Survey): Source[] {
  const models = servers.flatMap(({ provider, models, lineage }) =>
    (models ?? []).filter((model) => PLAIN.test(model)).map((model) => ({ provider, model, stated: lineage })),
  );
  return Object.entries(LOCAL_LINEAGES).flatMap(([family, lineage]) =>
    models
      .filter(({ provider, model }) => Object.hasOwn(SERVER_TITLES, provider) && localFamily(model) === family)
      .map(({ provider, model, stated }) => ({
        name: provider,
        title: SERVER_TITLES[provider] ?? provider,
        lineage: stated ?? lineage,
        strong: `${provider}/${model}`,
        fast: `${provider}/${model}`,
        by: 'local' as const,
        variable: '',
      })),
  );
}
