import type { Agent } from '../../../ports/agent.ts';
import { keyIdOf } from '../model/key-id.ts';
import { apiModelId } from '../model/settings.ts';
import type { MindStudioAgentOptions } from './settings.ts';

/** Node's HTTP client gives up on an answer without headers after 300 s, and MindStudio sends none before it has all. */
const DEADLINE_MS = 290_000;

/**
 * An agent over MindStudio's own SDK, which is loaded at the first turn. One turn is one request. It has no tools, so
 * as executor it answers with edits as text; its cost is in credits.
 */
export function mindStudioAgent(options: MindStudioAgentOptions): Agent {
  const { model, lineage, provider } = options;
  const { creditsPerTurn } = provider;
  return {
    model,
    lineage,
    can: { structured: true, tools: false },
    billing: 'credits',
    ...(creditsPerTurn === undefined ? {} : { creditsPerTurn }),
    keyId: keyIdOf(provider),
    async turn(turn, turnOptions) {
      const { runTurn } = await import('./call.ts');
      return runTurn(turn, turnOptions, {
        provider,
        modelId: apiModelId(model, provider.name),
        deadlineMs: options.deadlineMs ?? DEADLINE_MS,
        fetch: options.fetch ?? globalThis.fetch,
      });
    },
  };
}
