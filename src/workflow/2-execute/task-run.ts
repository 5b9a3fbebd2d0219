import type { Attempt, CheckResult, TaskResult } from '../../contract/change.ts';
import type { ChangeRequest, Plan, Task } from '../../contract/plan.ts';
import type { Finding } from '../../contract/review.ts';
import type { CallPurpose } from '../../contract/usage.ts';
import type { Worktree } from '../../ports/workspace.ts';

/** One task on its way up the ladder. `task` changes when the planner revises it; the rest only grows. */
export interface TaskRun {
  /** Names this task, or this fix of it, in the journal: `T1`, `T1/fix2`. */
  key: string;
  /** The model takes no more than what the task changes: files it only reads are left out. */
  lean: boolean;
  /** Proofs tried so far. */
  proofs: number;
  /** The changed files of the task when it was proven: what is committed. */
  proven: string[];
  plan: Plan;
  task: Task;
  worktree: Worktree;
  /** Paths the planner granted beyond the task's own. */
  granted: string[];
  /** Blocking findings to mend; empty outside of fix rounds. */
  findings: readonly Finding[];
  purpose: Extract<CallPurpose, 'edit' | 'fix'>;
  attempts: Attempt[];
  checks: CheckResult[];
  changeRequests: ChangeRequest[];
  claim: string;
  servedModel: string | null;
}

/** How an attempt at a rung ended. `retry` carries the exact reason, for the next rung to start from. */
export type Step = { done: true } | { done: false; reason: string };

/** A task (or, with `findings`, a fix of it) before its first attempt. */
export function startTask(
  key: string,
  plan: Plan,
  task: Task,
  worktree: Worktree,
  findings: readonly Finding[],
): TaskRun {
  return {
    key,
    lean: false,
    proofs: 0,
    proven: [],
    plan,
    task,
    worktree,
    granted: [],
    findings,
    purpose: findings.length > 0 ? 'fix' : 'edit',
    attempts: [],
    checks: [],
    changeRequests: [],
    claim: '',
    servedModel: null,
  };
}

/** What the task has come to by now. */
export function resultOf(run: TaskRun, status: TaskResult['status'], commit: string | null): TaskResult {
  const { task, attempts, checks, changeRequests, claim } = run;
  return { task: task.id, status, commit, attempts, checks, changeRequests, claim };
}
