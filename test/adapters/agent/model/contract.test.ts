import { agentContract, type Scripted } from '../../../ports/agent.contract.ts';
import { type Reply, startModelServer } from '../../../support/model-server/server.ts';
import { agentOn, inOrder, KINDS } from './setup.ts';

function replyTo(scripted: Scripted): Reply {
  if ('overloaded' in scripted) return { fault: { kind: 'status', status: 529 } };
  if ('hang' in scripted) return { delayMs: 60_000 };
  return scripted;
}

for (const kind of KINDS) {
  agentContract(`model over ${kind}`, async (script) => {
    const server = await startModelServer(inOrder(script.map(replyTo)));
    return { agent: agentOn(server, kind), requests: () => server.log.length, close: () => server.close() };
  });
}

agentContract('model over openai-compatible without structured output', async (script) => {
  const server = await startModelServer(inOrder(script.map(replyTo)));
  const agent = agentOn(server, 'openai-compatible', { provider: { structured: false, apiKey: null, local: true } });
  return { agent, requests: () => server.log.length, close: () => server.close() };
});
