import { agentContract, type Scripted } from '../../../ports/agent.contract.ts';
import type { FakeTurn } from '../../../support/fake-agent/install.ts';
import { fakeAgent, type KINDS } from './setup.ts';

type Kind = keyof typeof KINDS;

/** What each program prints for an answer. */
const SAYS: Record<Kind, (text: string) => object[]> = {
  claude: (text) => [{ type: 'result', subtype: 'success', is_error: false, result: text }],
  codex: (text) => [
    { type: 'item.completed', item: { type: 'agent_message', text } },
    { type: 'turn.completed', usage: { input_tokens: 10, cached_input_tokens: 4, output_tokens: 3 } },
  ],
  cursor: (text) => [{ type: 'result', subtype: 'success', is_error: false, result: text }],
};

const OVERLOADED: Record<Kind, FakeTurn> = {
  claude: { transcript: 'claude-error-529', exit: 1 },
  codex: { lines: [{ type: 'turn.failed', error: { message: 'server overloaded' } }], exit: 1 },
  cursor: { stderr: 'Error: 503 service unavailable', exit: 1 },
};

function turnOf(kind: Kind, scripted: Scripted): FakeTurn {
  if ('overloaded' in scripted) return OVERLOADED[kind];
  if ('hang' in scripted) return { hang: true };
  if ('toolCalls' in scripted) throw new Error('a coding agent has tools of its own');
  return { lines: SAYS[kind]('text' in scripted ? scripted.text : JSON.stringify(scripted.object)) };
}

for (const kind of ['claude', 'codex', 'cursor'] as const) {
  agentContract(kind, async (script) => {
    const turns = script.filter((each) => !('toolCalls' in each)).map((each) => turnOf(kind, each));
    const made = fakeAgent(kind, turns);
    return {
      agent: made.agent,
      requests: () => made.fake.calls().length,
      close: async () => made[Symbol.dispose](),
    };
  });
}
