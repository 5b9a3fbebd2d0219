import { modelAgent } from '../../../../src/adapters/agent/model/agent.ts';
import type { ModelAgentOptions, ProviderKind } from '../../../../src/adapters/agent/model/settings.ts';
import type { Agent } from '../../../../src/ports/agent.ts';
import { type ModelServer, type Reply, type Script, startModelServer } from '../../../support/model-server/server.ts';

/** Not a key of anyone. */
export const KEY = 'sk-ant-test-0123456789abcdefghij';

export const KINDS: ProviderKind[] = ['anthropic', 'openai', 'google', 'openai-compatible'];

const MODELS: Record<ProviderKind, { model: string; path: string }> = {
  anthropic: { model: 'anthropic/claude-haiku-5-5', path: '/v1' },
  openai: { model: 'openai/gpt-6.1-sol', path: '/v1' },
  google: { model: 'google/gemini-3.8-flash', path: '/v1beta' },
  'openai-compatible': { model: 'local/qwen3-coder', path: '/v1' },
};

type Given = Partial<Omit<ModelAgentOptions, 'provider'>> & { provider?: Partial<ModelAgentOptions['provider']> };

/** The real agent with the real SDK, pointed at the model server. */
export function agentOn(server: { url: string }, kind: ProviderKind, given: Given = {}): Agent {
  const { model, path } = MODELS[kind];
  const { provider, ...rest } = given;
  const id = rest.model ?? model;
  return modelAgent({
    model: id,
    lineage: null,
    ...rest,
    provider: {
      kind,
      name: id.slice(0, id.indexOf('/')),
      baseUrl: server.url + path,
      apiKey: KEY,
      structured: true,
      ...provider,
    },
  });
}

/** Runs `use` on a server that answers with `replies` in order, and then closes it. */
export async function withServer<T>(script: Reply[] | Script, use: (server: ModelServer) => Promise<T>): Promise<T> {
  const answers = Array.isArray(script) ? inOrder(script) : script;
  const server = await startModelServer(answers);
  try {
    return await use(server);
  } finally {
    await server.close();
  }
}

export function inOrder(replies: Reply[]): Script {
  return ({ index }) => replies[index] ?? { text: `no reply is scripted for call ${index}` };
}

export function live(): { signal: AbortSignal } {
  return { signal: new AbortController().signal };
}
