import { type Agent, Plan, runCodingWorkflow, type Turn, type TurnResult } from 'tercet';

/** An agent that answers with a function of your own: a model in your process, a queue, a person. */
export function agentFrom(model: string, lineage: string, answer: (turn: Turn) => Promise<string>): Agent {
  return {
    model,
    lineage,
    // `local` costs nothing. `metered` needs a price for exactly this id.
    billing: 'local',
    can: { structured: true, tools: false },
    async turn(turn, { signal }): Promise<TurnResult> {
      // Failure is data: a turn never throws for what a provider does, and never retries by itself.
      const none = { usage: null, servedModel: null, requestId: null };
      if (signal.aborted)
        return { ok: false, kind: 'cancelled', message: 'cancelled', retryAfterMs: null, billed: 'no', ...none };
      const text = await answer(turn);
      return {
        ok: true,
        text,
        // `output` asks for an object; the workflow checks it against the schema.
        object: turn.output === null ? null : JSON.parse(text),
        toolCalls: [],
        finish: 'stop',
        raw: null,
        reportedUsd: null,
        ...none,
        servedModel: model,
      };
    },
  };
}

if (import.meta.main) {
  const plan = Plan.parse({
    title: 'Say who wrote it',
    tasks: [
      {
        id: 'T1',
        title: 'Say who wrote it',
        behaviour: 'AUTHORS.md names Ada Lovelace on its only line.',
        files: [{ path: 'AUTHORS.md', action: 'create' }],
        criteria: [
          { id: 'T1.1', text: 'AUTHORS.md contains "Ada Lovelace"', command: 'grep -q "Ada Lovelace" AUTHORS.md' },
        ],
      },
    ],
  });
  const { outcome, implementation } = await runCodingWorkflow({
    plan,
    executor: agentFrom(
      'mine/writer',
      'me',
      async () => 'AUTHORS.md\n<<<<<<< FILE\nAda Lovelace\n>>>>>>> FILE\nNamed her.',
    ),
    reviewer: agentFrom('theirs/reader', 'them', async () =>
      JSON.stringify({ criteria: [{ id: 'T1.1', met: 'yes', evidence: 'line 1' }], findings: [], fixed: [] }),
    ),
  });
  console.log(outcome, implementation?.branch);
}
