import type { Agent, Turn, TurnMessage } from '../../ports/agent.ts';
import { type PaidAnswer, pay } from '../calls/pay.ts';
import { TooLong } from '../calls/too-long.ts';
import type { RunContext } from '../run-context.ts';
import type { TaskRun } from './task-run.ts';

/**
 * Pays for a step of a task. One that is too long for the model is asked once more from the start: without what was said
 * before, and without the files that are only read. `restart` makes that conversation.
 * @returns the answer, and the conversation it answers.
 */
export async function payLean(
  ctx: RunContext,
  agent: Agent,
  run: TaskRun,
  turn: Turn,
  restart: () => Promise<TurnMessage[]>,
): Promise<{ answer: PaidAnswer; messages: TurnMessage[] }> {
  try {
    return { answer: await pay(ctx, agent, turn), messages: [...turn.messages] };
  } catch (error) {
    if (!(error instanceof TooLong) || run.lean) throw error;
    run.lean = true;
    const messages = await restart();
    // Nothing could be left out: the same words would be too long again.
    if (JSON.stringify(messages).length >= JSON.stringify(turn.messages).length) throw error;
    const how = 'the files it changes only, from the start';
    ctx.emit({ type: 'context.compacted', role: 'executor', task: run.task.id, how });
    return { answer: await pay(ctx, agent, { ...turn, messages }), messages };
  }
}
