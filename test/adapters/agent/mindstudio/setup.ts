import { mindStudioAgent } from '../../../../src/adapters/agent/mindstudio/agent.ts';
import type { MindStudioAgentOptions } from '../../../../src/adapters/agent/mindstudio/settings.ts';
import type { Agent } from '../../../../src/ports/agent.ts';
import {
  MINDSTUDIO_KEY,
  type MindStudioReply,
  type MindStudioServer,
  startMindStudio,
} from '../../../support/mindstudio-server.ts';

type Given = Partial<Omit<MindStudioAgentOptions, 'provider'>> & {
  provider?: Partial<MindStudioAgentOptions['provider']>;
};

/** The real agent with the real SDK, pointed at the server. */
export function agentOn(server: { url: string }, { provider, ...rest }: Given = {}): Agent {
  return mindStudioAgent({
    model: 'mindstudio/claude-haiku-5-5',
    lineage: null,
    ...rest,
    provider: {
      kind: 'mindstudio',
      name: 'mindstudio',
      baseUrl: server.url,
      apiKey: MINDSTUDIO_KEY,
      local: false,
      ...provider,
    },
  });
}

/** A server that gives these answers in order. */
export function inOrder(...replies: MindStudioReply[]): Promise<MindStudioServer> {
  return startMindStudio(({ index }) => replies[index] ?? { text: `no reply is scripted for call ${index}` });
}
