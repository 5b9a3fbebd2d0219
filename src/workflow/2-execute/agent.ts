import type { Attempt, Rung } from '../../contract/change.ts';
import { parseAnswer } from '../../edits/parse-answer.ts';
import { renderBrief } from '../../handoff/brief.ts';
import { fence } from '../../handoff/prompt.ts';
import { refuse } from '../../handoff/scope.ts';
import type { Agent, Door, Turn, TurnAnswer, Work, WorkFile } from '../../ports/agent.ts';
import { pay } from '../calls/pay.ts';
import { putWork, undoInterrupted } from '../calls/place.ts';
import { sectionOf } from '../calls/section.ts';
import type { RunContext } from '../run-context.ts';
import { textOrRefusal } from './apply-to.ts';
import { makeBrief } from './brief.ts';
import { decideChangeRequest } from './change-request.ts';
import { proveTask, scopeOfRun } from './prove.ts';
import type { Step, TaskRun } from './task-run.ts';

/** Paths put back that a person and the agent are told of, in one turn. */
const REFUSED_TOLD = 10;

/**
 * The strategy of coding agents: the brief, and the agent works in the run's worktree by itself. After each turn the
 * scope guard compares the tree: what is not the task's is put back and answered with the reason. Then the same proof
 * as for every executor, and repairs with the exact errors. Every turn starts from the files, not from a conversation.
 */
export async function agentRung(ctx: RunContext, agent: Agent, run: TaskRun, first: Rung): Promise<Step> {
  const system = `${sectionOf(ctx, 'executor', 'system')}\n\n${sectionOf(ctx, 'executor', 'agent')}`;
  const { effort, maxOutputTokens } = ctx.settings.roles.executor;
  await undoInterrupted(ctx, run.worktree);
  let why = '';
  for (let round = 0, repairs = 0; repairs <= ctx.settings.repairs; round++) {
    const brief = renderBrief(await makeBrief(ctx, run));
    const turn: Turn = {
      role: 'executor',
      purpose: round === 0 ? run.purpose : 'repair',
      task: run.task.id,
      system,
      messages: [{ role: 'user', text: why === '' ? brief : `${brief}\n\nYour last turn:\n${why}` }],
      output: null,
      tools: [],
      effort,
      maxOutputTokens,
    };
    const place = { worktree: run.worktree, look: () => lookAt(run), refuse: guardOf(ctx, run) };
    const answer = await pay(ctx, agent, turn, { place });
    const rung = round === 0 ? first : 'repair';
    const tried = await tryWork(ctx, run, answer);
    const attempt: Attempt = { rung, model: answer.model, outcome: tried.outcome, detail: tried.reason };
    run.attempts.push(attempt);
    ctx.emit({ type: 'task.attempted', task: run.task.id, attempt });
    if (tried.outcome === 'done') {
      run.servedModel = answer.servedModel ?? answer.model;
      return { done: true };
    }
    why = tried.reason;
    // As for edits: a change request that is decided uses up none of the repairs.
    const decided = tried.outcome === 'change-requested' && run.changeRequests.length <= ctx.settings.changeRequests;
    if (!decided) repairs++;
  }
  return { done: false, reason: why };
}

/** What an agent may not write, said at once where it asks; each path is told of once a turn. */
function guardOf(ctx: RunContext, run: TaskRun): Door['refuse'] {
  const told = new Set<string>();
  return (path, action) => {
    const reason = refuse(scopeOfRun(run), path, action);
    if (reason !== null && !told.has(path) && told.size < REFUSED_TOLD) {
      told.add(path);
      ctx.emit({ type: 'scope.refused', task: run.task.id, paths: [path], reason });
    }
    return reason;
  };
}

/** What of the worktree is the task's work, and what is out of its scope. */
async function lookAt(run: TaskRun): Promise<Work> {
  const scope = scopeOfRun(run);
  const files: WorkFile[] = [];
  const refused: { path: string; reason: string }[] = [];
  for (const path of await run.worktree.changed()) {
    const text = await textOrRefusal(run.worktree, path);
    const reason = refuse(scope, path, text === null ? 'delete' : 'modify');
    if (reason !== null) refused.push({ path, reason });
    else if (text === undefined) refused.push({ path, reason: `${JSON.stringify(path)} is no plain file of text.` });
    else if (text === null) files.push({ path, text });
    else files.push({ path, text, executable: await run.worktree.isExecutable(path) });
  }
  return { files, refused };
}

async function tryWork(
  ctx: RunContext,
  run: TaskRun,
  answer: TurnAnswer,
): Promise<{ outcome: Attempt['outcome']; reason: string }> {
  const { files, refused } = answer.work ?? { files: [], refused: [] };
  // An answer may come from a receipt: then the files are not there yet.
  await putWork(run.worktree, { files, refused });
  const { claim, changeRequest } = parseAnswer(answer.text, { known: new Set() });
  run.claim = claim === '' ? answer.text.trim() : claim;
  if (changeRequest !== null) {
    const reason = await decideChangeRequest(ctx, run, { ...changeRequest, task: run.task.id });
    return { outcome: 'change-requested', reason };
  }
  if (refused.length > 0) {
    const told = refused.slice(0, REFUSED_TOLD);
    const reason = told.map((one) => one.reason).join('\n');
    ctx.emit({ type: 'scope.refused', task: run.task.id, paths: told.map(({ path }) => path), reason });
    // A needless file beside a task that is done is no reason to pay again; the proof decides.
    const proof = files.length === 0 ? ({ done: false, reason: '' } as const) : await proveTask(ctx, run);
    if (proof.done) return { outcome: 'done', reason: `put back: ${reason}` };
    const missing = proof.reason === '' ? '' : `\n${fence('result', proof.reason)}`;
    return { outcome: 'out-of-scope', reason: `Writes outside of the task were put back:\n${reason}${missing}` };
  }
  if (files.length === 0) return { outcome: 'no-change', reason: 'Nothing was changed: the task is not done.' };
  const proof = await proveTask(ctx, run);
  if (proof.done) return { outcome: 'done', reason: '' };
  const cut = answer.finish === 'length' ? 'The turn ended at its limit. ' : '';
  return { outcome: 'checks-failed', reason: `${cut}The task is not done.\n${fence('result', proof.reason)}` };
}
