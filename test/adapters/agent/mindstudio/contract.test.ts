import { agentContract, type Scripted } from '../../../ports/agent.contract.ts';
import type { MindStudioReply } from '../../../support/mindstudio-server.ts';
import { agentOn, inOrder } from './setup.ts';

function replyTo(scripted: Scripted): MindStudioReply {
  if ('overloaded' in scripted) return { fault: { kind: 'status', status: 503 } };
  if ('hang' in scripted) return { delayMs: 60_000 };
  return scripted;
}

agentContract('MindStudio', async (script) => {
  const server = await inOrder(...script.map(replyTo));
  return { agent: agentOn(server), requests: () => server.log.length, close: () => server.close() };
});
