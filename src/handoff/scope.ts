import type { PlannedFile, Task } from '../contract/plan.ts';
import { foldPath, pathProblem } from './paths.ts';

export { isSensitive } from './sensitive.ts';

/** What one task may write: its planned files, and what a change request has granted since. */
export interface Scope {
  readonly task: string;
  readonly planned: ReadonlyMap<string, PlannedFile['action']>;
  readonly granted: ReadonlySet<string>;
  /** Permitted paths by folded form: how a path that only looks permitted is told apart. */
  readonly byFold: ReadonlyMap<string, string>;
}

/** What is about to be done to a file; `any` when only its having changed is known. */
export type WriteAction = PlannedFile['action'] | 'any';

/** The scope of a task. Granted paths that are unsafe stay refused. */
export function scopeOf(task: Pick<Task, 'id' | 'files'>, granted: readonly string[]): Scope {
  const planned = new Map(task.files.map((file) => [file.path, file.action]));
  const permitted = [...planned.keys(), ...granted];
  return {
    task: task.id,
    planned,
    granted: new Set(granted),
    byFold: new Map(permitted.map((path) => [foldPath(path), path])),
  };
}

/**
 * Why a write is refused, or null when it is permitted. Paths are compared exactly: one that differs from a permitted
 * path only in case or Unicode form is refused, because some file systems would open another file than was planned.
 * The reason is one sentence for the executor and says the way out.
 */
export function refuse(scope: Scope, path: string, action: WriteAction): string | null {
  const problem = pathProblem(path);
  if (problem) return `The path ${JSON.stringify(path)} ${problem}.`;
  if (scope.granted.has(path)) return null;
  const planned = scope.planned.get(path);
  if (planned) return mismatch(scope.task, path, planned, action);
  const alike = scope.byFold.get(foldPath(path));
  if (alike) {
    return `${JSON.stringify(path)} differs from ${JSON.stringify(alike)} only in case or Unicode form; write ${JSON.stringify(alike)}.`;
  }
  const files = [...scope.planned.keys(), ...scope.granted].join(', ') || 'none';
  return `${JSON.stringify(path)} is not among the files of ${scope.task} (${files}). If it is needed, ask for it with a change request.`;
}

/** Of the paths that changed in the tree, those the scope does not permit, each with the reason. In the order given. */
export function outOfScope(scope: Scope, changedPaths: readonly string[]): { path: string; reason: string }[] {
  return changedPaths.flatMap((path) => {
    const reason = refuse(scope, path, 'any');
    return reason ? [{ path, reason }] : [];
  });
}

function mismatch(task: string, path: string, planned: PlannedFile['action'], action: WriteAction): string | null {
  if (action === 'any' || (planned === 'delete') === (action === 'delete')) return null;
  return `${task} is to ${planned} ${JSON.stringify(path)}, not to ${action} it. If that does not fit, hand back a change request.`;
}
