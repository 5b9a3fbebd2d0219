import type { Agent } from '../../../ports/agent.ts';
import { runTurn } from './call.ts';
import { deadlinesFor } from './deadlines.ts';
import { keyIdOf } from './key-id.ts';
import { languageModel } from './resolve-provider.ts';
import { apiModelId, type ModelAgentOptions } from './settings.ts';

/**
 * An agent over a model API. Nothing is imported or connected before the first turn, and then only the provider in use.
 * One turn is one request; retries, tool loops and budgets belong to the workflow.
 */
export function modelAgent(options: ModelAgentOptions): Agent {
  const { model, lineage, provider } = options;
  const modelId = apiModelId(model, provider.name);
  return {
    model,
    lineage,
    can: { structured: true, tools: true },
    billing: provider.local === true ? 'local' : 'metered',
    keyId: keyIdOf(provider),
    turn: (turn, turnOptions) =>
      runTurn(turn, turnOptions, {
        provider,
        modelId,
        cacheTtl: options.cacheTtl ?? '5m',
        deadlines: deadlinesFor(turn.effort, options.deadlines),
        fetch: options.fetch ?? globalThis.fetch,
        open: (fetch) => languageModel(provider, modelId, fetch),
      }),
  };
}
