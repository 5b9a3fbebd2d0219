/** Presets of three models. Ids are exact; prices and lineages come from the catalogue, local ones are stated here. */
export interface Trio {
  planner: string;
  executor: string;
  reviewer: string;
  about: string;
}

/** Everything on this machine, through Ollama. */
export const LOCAL_TRIO: Trio = {
  planner: 'ollama/qwen3-coder:30b',
  executor: 'ollama/qwen3-coder:30b',
  reviewer: 'ollama/gpt-oss:20b',
  about: 'everything on this machine, through Ollama',
};

export const TRIOS: Readonly<Record<string, Trio>> = {
  frontier: {
    planner: 'anthropic/claude-fable-5-2',
    executor: 'anthropic/claude-haiku-5-5',
    reviewer: 'openai/gpt-6.1-sol',
    about: 'the strongest planner, a fast executor, a reviewer of another lineage',
  },
  article: {
    planner: 'anthropic/claude-opus-4',
    executor: 'anthropic/claude-haiku-3',
    reviewer: 'openai/gpt-4o',
    about: 'the method’s own three models, at its own prices',
  },
  budget: {
    planner: 'anthropic/claude-sonnet-5-5',
    executor: 'openai/gpt-6-luna',
    reviewer: 'google/gemini-3.8-flash',
    about: 'three lineages, each at its cheap end',
  },
  local: LOCAL_TRIO,
};

/** Lineages of the local models by their family; what people pull keeps the vendor's name. The best known first. */
export const LOCAL_LINEAGES: Readonly<Record<string, string>> = {
  'qwen3-coder': 'alibaba',
  'gpt-oss': 'openai',
  gemma3: 'google',
  devstral: 'mistral',
  'deepseek-r1': 'deepseek',
};

/**
 * The family of a local model by its name, as servers write it: `gpt-oss:20b` (Ollama), `openai/gpt-oss-20b` (LM Studio,
 * vLLM), `Qwen/Qwen3-Coder-30B-A3B-Instruct`, `gpt-oss-20b.gguf`. null where the name tells none, or two: what is
 * distilled from one family into another is of neither.
 */
export function localFamily(name: string): string | null {
  const own = (name.split('/').at(-1) ?? '').toLowerCase().replace('gemma-3', 'gemma3');
  const named = Object.keys(LOCAL_LINEAGES).filter((family) => own.startsWith(family));
  const [family = ''] = named;
  const rest = own.slice(family.length);
  const mixed = /distill|qwen|llama|gemma|mistral/.test(rest);
  return family !== '' && !mixed && /^(?:$|[-_:.])/.test(rest) ? family : null;
}
