import type { Attempt, Rung } from '../../contract/change.ts';
import type { EditProblem } from '../../edits/edit.ts';
import { explainProblems } from '../../edits/explain.ts';
import { parseAnswer } from '../../edits/parse-answer.ts';
import { renderBrief } from '../../handoff/brief.ts';
import { fence } from '../../handoff/prompt.ts';
import { refuse } from '../../handoff/scope.ts';
import type { Agent, Turn, TurnMessage } from '../../ports/agent.ts';
import { sectionOf } from '../calls/section.ts';
import type { RunContext } from '../run-context.ts';
import { applyTo } from './apply-to.ts';
import { makeBrief } from './brief.ts';
import { decideChangeRequest } from './change-request.ts';
import { payLean } from './pay-lean.ts';
import { proveTask, scopeOfRun } from './prove.ts';
import type { Step, TaskRun } from './task-run.ts';

/**
 * The edit strategy: one call, files in, edits out as text; then repairs with the exact errors.
 * Nothing of an answer is applied unless all of it can be.
 */
export async function editRung(ctx: RunContext, agent: Agent, run: TaskRun, first: Rung): Promise<Step> {
  const system = `${sectionOf(ctx, 'executor', 'system')}\n\n${sectionOf(ctx, 'executor', 'edit')}`;
  const start = async (): Promise<TurnMessage[]> => [{ role: 'user', text: renderBrief(await makeBrief(ctx, run)) }];
  let messages = await start();
  let last: Step = { done: false, reason: '' };
  // A change request that is decided uses up none of the repairs; how many there may be is bounded by itself.
  for (let round = 0, repairs = 0; repairs <= ctx.settings.repairs; round++) {
    const turn: Turn = {
      role: 'executor',
      purpose: round === 0 ? run.purpose : 'repair',
      task: run.task.id,
      system,
      messages,
      output: null,
      tools: [],
      effort: ctx.settings.roles.executor.effort,
      maxOutputTokens: ctx.settings.roles.executor.maxOutputTokens,
    };
    const why = last.done ? '' : last.reason;
    const restart = async () => [...(await start()), ...(why === '' ? [] : [{ role: 'user' as const, text: why }])];
    const paid = await payLean(ctx, agent, run, turn, restart);
    const { answer } = paid;
    messages = paid.messages;
    const rung = round === 0 ? first : 'repair';
    const tried = answer.finish === 'length' ? cutOff() : await tryAnswer(ctx, run, answer.text);
    const attempt: Attempt = { rung, model: answer.model, outcome: tried.outcome, detail: tried.reason };
    run.attempts.push(attempt);
    ctx.emit({ type: 'task.attempted', task: run.task.id, attempt });
    if (tried.outcome === 'done') {
      run.servedModel = answer.servedModel ?? answer.model;
      return { done: true };
    }
    last = { done: false, reason: tried.reason };
    if (tried.fresh) {
      if (run.changeRequests.length > ctx.settings.changeRequests) repairs++;
      messages = [...(await start()), { role: 'user', text: tried.say }];
      continue;
    }
    repairs++;
    messages = [
      ...messages,
      { role: 'assistant', text: answer.text, toolCalls: [], raw: answer.raw },
      { role: 'user', text: tried.say },
    ];
  }
  return last;
}

/**
 * How an answer fared: `reason` for people and the next rung, `say` for the model that gave it.
 * `fresh` starts the conversation anew, because the task or its files are others now.
 */
interface Tried {
  outcome: Attempt['outcome'];
  reason: string;
  say: string;
  fresh: boolean;
}

function cutOff(): Tried {
  const reason = 'The answer was cut off, so nothing was applied.';
  return { outcome: 'edit-failed', reason, say: `${reason} Answer with smaller edits.`, fresh: false };
}

async function tryAnswer(ctx: RunContext, run: TaskRun, text: string): Promise<Tried> {
  const scope = scopeOfRun(run);
  const parsed = parseAnswer(text, { known: new Set([...scope.planned.keys(), ...scope.granted]) });
  run.claim = parsed.claim;
  if (parsed.changeRequest !== null) {
    const decided = await decideChangeRequest(ctx, run, { ...parsed.changeRequest, task: run.task.id });
    return { outcome: 'change-requested', reason: decided, say: decided, fresh: true };
  }
  if (parsed.problems.length > 0) return unusable(parsed.problems);
  if (parsed.edits.length === 0) return failed('no-change', 'The answer holds no edits.');

  const refused = parsed.edits.flatMap((edit) => {
    const reason = refuse(scope, edit.path, edit.kind === 'delete' ? 'delete' : 'modify');
    return reason === null ? [] : [{ path: edit.path, reason }];
  });
  const [first] = refused;
  if (first !== undefined) {
    ctx.emit({
      type: 'scope.refused',
      task: run.task.id,
      paths: [...new Set(refused.map(({ path }) => path))],
      reason: first.reason,
    });
    return failed('out-of-scope', [...new Set(refused.map(({ reason }) => reason))].join('\n'));
  }

  const applied = await applyTo(run.worktree, parsed.edits);
  if (!applied.ok) return unusable(applied.problems);
  const proof = await proveTask(ctx, run);
  if (proof.done) return { outcome: 'done', reason: '', say: '', fresh: false };
  return {
    outcome: 'checks-failed',
    reason: proof.reason,
    say: `Your edits were applied. ${fence('result', proof.reason)}\nSend further edits against the files as they are now.`,
    fresh: false,
  };
}

/** Problems of an answer that are shown to a person: the first say what is wrong with it. */
const PROBLEMS_SHOWN = 5;

function unusable(problems: readonly EditProblem[]): Tried {
  const reason = problems
    .slice(0, PROBLEMS_SHOWN)
    .map(({ message }) => message)
    .join('\n');
  return { ...failed('edit-failed', explainProblems(problems)), reason };
}

function failed(outcome: Attempt['outcome'], reason: string): Tried {
  const say = `Nothing was applied.\n${reason}\nAnswer again with all edits of the task.`;
  return { outcome, reason, say, fresh: false };
}
