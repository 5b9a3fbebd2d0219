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

/** Lineages of the local models by the name before the tag; what people pull from Ollama keeps the vendor's name. */
export const LOCAL_LINEAGES: Readonly<Record<string, string>> = {
  'qwen3-coder': 'alibaba',
  'gpt-oss': 'openai',
  gemma3: 'google',
  devstral: 'mistral',
  'deepseek-r1': 'deepseek',
};
