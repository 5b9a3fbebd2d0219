import { agentContract, type Scripted } from '../../../ports/agent.contract.ts';
import type { FakeTurn } from '../../../support/fake-agent/install.ts';
import { fakeAcp, KINDS, type Kind } from './setup.ts';

function turnOf(scripted: Scripted): FakeTurn {
  if ('overloaded' in scripted) return { error: { code: -32603, message: 'Internal error: 529 overloaded' } };
  if ('hang' in scripted) return { hang: true };
  if ('toolCalls' in scripted) throw new Error('a coding agent has tools of its own');
  return { answer: 'text' in scripted ? scripted.text : scripted.object };
}

for (const kind of Object.keys(KINDS) as Kind[]) {
  agentContract(`${kind} over ACP`, async (script) => {
    const turns = script.filter((each) => !('toolCalls' in each)).map(turnOf);
    const made = fakeAcp(kind, turns);
    return {
      agent: made.agent,
      requests: () => made.fake.calls().length,
      close: async () => made[Symbol.dispose](),
    };
  });
}
