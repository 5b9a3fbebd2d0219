import type { CheckResult } from '../../contract/change.ts';
import { outOfScope, scopeOf } from '../../handoff/scope.ts';
import type { Worktree } from '../../ports/workspace.ts';
import { cancelled } from '../calls/give-up.ts';
import { digest, type RunContext } from '../run-context.ts';
import { isThere, textOrRefusal } from './apply-to.ts';
import { checksOf } from './brief.ts';
import type { Step, TaskRun } from './task-run.ts';

/** Output of a command that goes back to the executor, bytes: the failing lines, not the log. */
const OUTPUT_FOR_MODEL = 4000;

/**
 * A task is done when code proves it: its files changed as planned, and its commands pass.
 * What is missing comes back as the exact text the executor gets.
 */
export async function proveTask(ctx: RunContext, run: TaskRun): Promise<Step> {
  const changed = await changedInScope(run);
  const unproven = await filesAsPlanned(run, changed);
  if (unproven !== null) return { done: false, reason: unproven };
  // What a failed command printed went to a model: a resumed run has to tell it the same, or it would pay again;
  // but only about the same files, as another executor may have been given the task since.
  const state = await Promise.all([...changed].map(async (path) => [path, await textOrRefusal(run.worktree, path)]));
  const key = `failed:${run.key}:${++run.proofs}:${digest(state, checksOf(ctx, run)).slice(0, 16)}`;
  const before = ctx.journal.recall(key) as { checks: CheckResult[]; reason: string } | undefined;
  if (before !== undefined) {
    run.checks = before.checks;
    return { done: false, reason: before.reason };
  }
  const reason = await runChecks(ctx, run);
  if (reason !== null) {
    ctx.journal.record(key, { checks: run.checks, reason });
    return { done: false, reason };
  }
  run.proven = await dropStrays(ctx, run);
  return { done: true };
}

/** Runs the checks up to the first that fails; the text about it, or null when all pass. */
async function runChecks(ctx: RunContext, run: TaskRun): Promise<string | null> {
  run.checks = [];
  for (const asked of checksOf(ctx, run)) {
    const check = await runCheck(ctx, run.worktree, run.task.id, asked);
    run.checks.push(check);
    if (check.exitCode !== 0) return explainCheck(check);
  }
  return null;
}

/** Runs one command in the run's working tree and says how it ended. */
export async function runCheck(
  ctx: RunContext,
  worktree: Worktree,
  task: string,
  { command, criteria }: Pick<CheckResult, 'command' | 'criteria'>,
): Promise<CheckResult> {
  const result = await ctx.commands.run(command, {
    cwd: worktree.path,
    timeoutMs: ctx.settings.commandTimeoutMs,
    maxOutputBytes: OUTPUT_FOR_MODEL,
    signal: ctx.signal,
  });
  if (ctx.signal.aborted) throw cancelled(ctx.signal);
  const check: CheckResult = { command, criteria, ...result };
  ctx.emit({ type: 'check.finished', task, check });
  return check;
}

/** What a command left elsewhere is no work on the task. */
async function changedInScope(run: TaskRun): Promise<Set<string>> {
  const all = await run.worktree.changed();
  const strays = new Set(outOfScope(scopeOfRun(run), all).map((stray) => stray.path));
  return new Set(all.filter((path) => !strays.has(path)));
}

async function filesAsPlanned(run: TaskRun, changed: ReadonlySet<string>): Promise<string | null> {
  if (changed.size === 0) return 'Nothing was changed: the task is not done.';
  if (run.findings.length > 0) return null;
  for (const { path, action } of run.task.files) {
    const there = await isThere(run.worktree, path);
    if (action === 'create' && !there) return `${path} is to be created, and it does not exist.`;
    if (action === 'delete' && there) return `${path} is to be deleted, and it is still there.`;
    if (action === 'modify' && !changed.has(path)) {
      return `${path} is to be modified, and it is unchanged. Change it, or answer with a CHANGE REQUEST that says why it need not change.`;
    }
  }
  return null;
}

/** Files that a command wrote (build output that git does not ignore) are no part of the task. Gives those that are. */
async function dropStrays(ctx: RunContext, run: TaskRun): Promise<string[]> {
  const changed = await run.worktree.changed();
  const strays = outOfScope(scopeOfRun(run), changed).map((stray) => stray.path);
  if (strays.length === 0) return changed;
  await run.worktree.restore(strays);
  const shown = strays.slice(0, 5).join(', ') + (strays.length > 5 ? ` and ${strays.length - 5} more` : '');
  ctx.emit({
    type: 'warning.raised',
    code: 'stray-files',
    message: `${run.task.id}: its commands changed files outside the task; put back: ${shown}`,
  });
  const put = new Set(strays);
  return changed.filter((path) => !put.has(path));
}

/** What a task may write: its planned files, what the planner granted, and the places of the findings it mends. */
export function scopeOfRun(run: TaskRun) {
  return scopeOf(run.task, [...run.granted, ...run.findings.map((finding) => finding.path)]);
}

function explainCheck(check: CheckResult): string {
  const how = check.timedOut
    ? 'ran into its deadline'
    : check.exitCode === null
      ? 'was killed'
      : `exited ${check.exitCode}`;
  return `\`${check.command}\` ${how}:\n${check.output}`;
}
