import type { Attempt } from '../../contract/change.ts';
import { renderBrief } from '../../handoff/brief.ts';
import { fence } from '../../handoff/prompt.ts';
import type { Agent, ToolCall, ToolResult, Turn, TurnMessage } from '../../ports/agent.ts';
import { sectionOf } from '../calls/section.ts';
import type { RunContext } from '../run-context.ts';
import { makeBrief } from './brief.ts';
import { payLean } from './pay-lean.ts';
import { proveTask } from './prove.ts';
import type { Step, TaskRun } from './task-run.ts';
import { isMalformed, TOOLS, useTool } from './tool-box.ts';

/** Calls of one step beyond this are answered with an error: a model that fans out this far is lost. */
const CALLS_PER_STEP = 16;

/** How often in a row a model may mend arguments that do not parse or break their schema. */
const MALFORMED_REPAIRS = 2;

const STEPS_LEFT_OUT = 'Earlier steps are left out, because they no longer fit; the files are as they are now.';

/**
 * The tools strategy: a small loop in which the executor reads, edits and runs the checks itself. Every step is a paid
 * call with a receipt; the scope guard sits in the tools.
 */
export async function toolsRung(ctx: RunContext, agent: Agent, run: TaskRun, why: string): Promise<Step> {
  const system = `${sectionOf(ctx, 'executor', 'system')}\n\n${sectionOf(ctx, 'executor', 'tools')}`;
  const start = async (ending: string): Promise<TurnMessage[]> => {
    const brief = renderBrief(await makeBrief(ctx, run));
    return [{ role: 'user', text: ending === '' ? brief : `${brief}\n${ending}`, cache: true }];
  };
  let messages = await start(why === '' ? '' : `An earlier attempt ended with:\n${fence('result', why)}`);
  let malformed = 0;
  for (let step = 0; step < ctx.settings.toolSteps; step++) {
    const turn: Turn = {
      role: 'executor',
      purpose: 'tools',
      task: run.task.id,
      system,
      messages,
      output: null,
      tools: TOOLS,
      effort: ctx.settings.roles.executor.effort,
      maxOutputTokens: ctx.settings.roles.executor.maxOutputTokens,
    };
    const paid = await payLean(ctx, agent, run, turn, () => start(STEPS_LEFT_OUT));
    const { answer } = paid;
    messages = paid.messages;
    run.servedModel = answer.servedModel ?? answer.model;
    const said: TurnMessage = { role: 'assistant', text: answer.text, toolCalls: answer.toolCalls, raw: answer.raw };
    if (answer.toolCalls.length > 0) {
      if (!answer.toolCalls.some(isMalformed)) malformed = 0;
      else if (++malformed > MALFORMED_REPAIRS) {
        const reason = `Its tool calls had malformed arguments ${malformed} times in a row.`;
        return record(ctx, run, agent, 'edit-failed', reason, { done: false, reason });
      }
      messages = [...messages, said, { role: 'tool', results: await answerCalls(ctx, run, answer.toolCalls) }];
      continue;
    }
    run.claim = answer.text;
    const proof =
      answer.finish === 'length'
        ? { done: false as const, reason: 'Your answer was cut off.' }
        : await proveTask(ctx, run);
    if (proof.done) return record(ctx, run, agent, 'done', '', proof);
    messages = [...messages, said, { role: 'user', text: `The task is not done.\n${fence('result', proof.reason)}` }];
  }
  // Code decides, not the model's last word: it may have used its last step for the edit that does the task.
  const proof = await proveTask(ctx, run);
  if (proof.done) return record(ctx, run, agent, 'done', `proven after all ${ctx.settings.toolSteps} steps`, proof);
  const reason = `${ctx.settings.toolSteps} steps were not enough. ${proof.reason}`;
  return record(ctx, run, agent, 'checks-failed', reason, { done: false, reason });
}

function record(
  ctx: RunContext,
  run: TaskRun,
  agent: Agent,
  outcome: Attempt['outcome'],
  detail: string,
  step: Step,
): Step {
  const attempt: Attempt = { rung: 'tools', model: agent.model, outcome, detail };
  run.attempts.push(attempt);
  ctx.emit({ type: 'task.attempted', task: run.task.id, attempt });
  return step;
}

async function answerCalls(ctx: RunContext, run: TaskRun, calls: readonly ToolCall[]): Promise<ToolResult[]> {
  const results: ToolResult[] = [];
  for (const [index, call] of calls.entries()) {
    const answer =
      index < CALLS_PER_STEP
        ? await useTool(ctx, run, call)
        : { text: `at most ${CALLS_PER_STEP} calls at once`, isError: true };
    results.push({ id: call.id, name: call.name, ...answer });
  }
  return results;
}
