import type { LanguageModelV4CallOptions } from '@ai-sdk/provider';
import type { Effort } from '../../../contract/role.ts';
import type { ProviderKind } from './settings.ts';

export interface Reasoning {
  /** The SDK's portable setting, which its catalogue fits to the model. */
  reasoning?: NonNullable<LanguageModelV4CallOptions['reasoning']>;
  /** Claude models that think by a token budget; it is part of the turn's output limit. */
  thinkingBudget?: number;
}

/** Part of the output limit that a budget-thinking Claude may think with. 1,024 is the API's own minimum. */
const BUDGET_SHARE = { low: 0.2, medium: 0.4, high: 0.6, max: 0.75 } as const;
const MIN_BUDGET = 1024;

/**
 * Effort for a model, sent only where the model takes it; a wrong setting is a 400 that ends a run.
 *
 * - anthropic: Claude 4.6 and later think adaptively (`thinking: adaptive`, `output_config.effort`; `none` becomes the
 *   least the model has); 3.7, 4.0 to 4.5 get a budget; older ones nothing.
 * - openai: o-series low/medium/high; `pro` models from medium (gpt-5-pro: high); codex low to high; other gpt-5 and
 *   later as the SDK's catalogue has it (gpt-6.1-sol: `none` becomes low); everything else nothing.
 * - google: Gemini 2.5 and later; older ones and Gemma nothing.
 * - openai-compatible: OpenRouter (drops what a model lacks) and gpt-oss; other servers refuse what they do not know.
 */
export function reasoningFor(
  kind: ProviderKind,
  provider: string,
  modelId: string,
  effort: Effort,
  maxOutputTokens: number,
): Reasoning {
  switch (kind) {
    case 'anthropic':
      return forClaude(modelId, effort, maxOutputTokens);
    case 'openai':
      return forOpenAI(modelId, effort);
    case 'google':
      return /gemini-(2\.5|[3-9]|\d{2,})/.test(modelId) ? { reasoning: effort } : {};
    case 'openai-compatible': {
      if (provider !== 'openrouter' && !modelId.includes('gpt-oss')) return {};
      if (modelId.includes('gpt-oss')) return { reasoning: between(effort, 'low', 'high') };
      return { reasoning: effort === 'max' ? 'xhigh' : effort };
    }
  }
}

function forClaude(modelId: string, effort: Effort, maxOutputTokens: number): Reasoning {
  if (/claude-(instant|v?2|3-(opus|sonnet|haiku|5)|haiku-3|opus-3|sonnet-3)/.test(modelId)) return {};
  const byBudget = /claude-(3-7-sonnet|(opus|sonnet|haiku)-4(-[0-5])?(-\d{8}|@|$|-latest))/.test(modelId);
  if (!byBudget) return modelId.includes('claude') ? { reasoning: effort } : {};
  if (effort === 'none') return {};
  const budget = Math.floor(maxOutputTokens * BUDGET_SHARE[effort]);
  return budget >= MIN_BUDGET && maxOutputTokens - budget >= 256 ? { thinkingBudget: budget } : {};
}

function forOpenAI(modelId: string, effort: Effort): Reasoning {
  if (/^o1-(mini|preview)/.test(modelId)) return {};
  if (/^o\d/.test(modelId)) return { reasoning: between(effort, 'low', 'high') };
  if (!/^gpt-([5-9]|\d{2,})/.test(modelId) || /-chat(-|$)/.test(modelId)) return {};
  if (/^gpt-5-pro/.test(modelId)) return { reasoning: 'high' };
  if (/-pro(-|$)/.test(modelId)) return { reasoning: between(effort, 'medium', 'high') };
  if (modelId.includes('codex')) return { reasoning: between(effort, 'low', 'high') };
  return { reasoning: effort };
}

const ORDER: readonly Effort[] = ['none', 'low', 'medium', 'high', 'max'];

function between(effort: Effort, least: Effort, most: Effort): Effort {
  const at = Math.min(Math.max(ORDER.indexOf(effort), ORDER.indexOf(least)), ORDER.indexOf(most));
  return ORDER[at] ?? least;
}
