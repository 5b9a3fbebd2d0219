import { TercetError } from '../../contract/errors.ts';
import type { Agent } from '../../ports/agent.ts';
import type { RunContext } from '../run-context.ts';
import { agentRung } from './agent.ts';
import { editRung } from './edit.ts';
import type { Step, TaskRun } from './task-run.ts';
import { toolsRung } from './tools.ts';

/**
 * Climbs from cheap to dear until the task is proven: edit (with repairs), tools, stronger model. A coding agent does the
 * first two by itself.
 * Each rung starts from the reason the last one failed; a stronger model starts from clean files.
 */
export async function climb(ctx: RunContext, run: TaskRun): Promise<Step> {
  const { executor } = ctx.agents;
  const alone = executor.can.worktree === true;
  let step = alone
    ? await tryRung(ctx, run, executor, 'agent', () => agentRung(ctx, executor, run, 'agent'))
    : await tryRung(ctx, run, executor, 'edit', () => editRung(ctx, executor, run, 'edit'));
  if (!step.done && !alone && executor.can.tools) {
    const why = step.reason;
    step = await tryRung(ctx, run, executor, 'tools', () => toolsRung(ctx, executor, run, why));
  }
  const { stronger } = ctx;
  if (!step.done && stronger !== null) {
    await run.worktree.restore();
    const rung = stronger.can.worktree === true ? agentRung : editRung;
    step = await tryRung(ctx, run, stronger, 'stronger', () => rung(ctx, stronger, run, 'stronger'));
  }
  return step;
}

/** A model that fails on one rung may succeed on the next; anything else (budget, key, cancel) ends the climb. */
async function tryRung(
  ctx: RunContext,
  run: TaskRun,
  agent: Agent,
  rung: 'edit' | 'tools' | 'agent' | 'stronger',
  go: () => Promise<Step>,
): Promise<Step> {
  try {
    return await go();
  } catch (error) {
    if (!(error instanceof TercetError) || error.code !== 'agent-failed') throw error;
    const attempt = { rung, model: agent.model, outcome: 'agent-failed' as const, detail: error.message };
    run.attempts.push(attempt);
    ctx.emit({ type: 'task.attempted', task: run.task.id, attempt });
    return { done: false, reason: error.message };
  }
}
