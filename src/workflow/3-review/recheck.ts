import type { CheckResult, TaskResult } from '../../contract/change.ts';
import type { Worktree } from '../../ports/workspace.ts';
import { runCheck } from '../2-execute/prove.ts';
import type { RunContext } from '../run-context.ts';

/**
 * The commands that passed when their tasks were committed, once more where the branch stands now: a later task or a fix
 * may have undone what an earlier one showed. Gives the tasks with the new results in place of the old.
 * `fresh` has just passed on this very commit and is not run again.
 */
export async function recheck(
  ctx: RunContext,
  tasks: readonly TaskResult[],
  worktree: Worktree,
  round: number,
  fresh: readonly CheckResult[],
): Promise<TaskResult[]> {
  const known = new Set(fresh.map((check) => check.command));
  const stale = new Map(
    tasks.flatMap((task) =>
      task.checks.filter((check) => !known.has(check.command)).map((check) => [check.command, task.task] as const),
    ),
  );
  if (stale.size === 0) return [...tasks];
  const failed = await failing(ctx, stale, worktree, round);
  const now = new Map(failed.map((check) => [check.command, check]));
  return tasks.map((task) => ({
    ...task,
    checks: task.checks.map((check) => {
      const result = now.get(check.command);
      return result === undefined ? check : { ...result, criteria: check.criteria };
    }),
  }));
}

/** What failed is shown to a model: a resumed run and a replay have to show it the same. */
async function failing(
  ctx: RunContext,
  commands: ReadonlyMap<string, string>,
  worktree: Worktree,
  round: number,
): Promise<CheckResult[]> {
  const key = `failed:head:${round}:${await worktree.head()}`;
  const before = ctx.journal.recall(key) as CheckResult[] | undefined;
  if (before !== undefined) return before;
  const failed: CheckResult[] = [];
  for (const [command, task] of commands) {
    const check = await runCheck(ctx, worktree, task, { command, criteria: [] });
    if (check.exitCode !== 0) failed.push(check);
  }
  // Files that a command wrote are no part of the change.
  await worktree.restore();
  if (failed.length > 0) ctx.journal.record(key, failed);
  return failed;
}
