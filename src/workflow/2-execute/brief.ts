import type { Brief, BriefFile } from '../../contract/change.ts';
import type { RunContext } from '../run-context.ts';
import { textOrRefusal } from './apply-to.ts';
import type { TaskRun } from './task-run.ts';

/** The brief of a task as its files stand now: the task, exactly the files it needs, and the checks it must pass. */
export async function makeBrief(ctx: RunContext, run: TaskRun): Promise<Brief> {
  const { task, worktree } = run;
  const files: BriefFile[] = [];
  const seen = new Set<string>();
  const add = async (path: string, action: BriefFile['action']) => {
    if (seen.has(path)) return;
    seen.add(path);
    files.push({ path, action, content: (await textOrRefusal(worktree, path)) ?? null });
  };
  for (const file of task.files) await add(file.path, file.action);
  for (const path of run.granted) await add(path, 'modify');
  for (const finding of run.findings) await add(finding.path, 'modify');
  if (!run.lean) for (const path of task.read) await add(path, 'read');
  return {
    task: task.id,
    title: task.title,
    behaviour: task.behaviour,
    criteria: task.criteria,
    symbols: task.symbols,
    files,
    conventions: ctx.settings.conventions,
    checks: checksOf(ctx, run).map((check) => check.command),
    findings: [...run.findings],
  };
}

/** The commands that show a task is done: its criteria's own, then the project's; each once. */
export function checksOf(ctx: RunContext, run: TaskRun): { command: string; criteria: string[] }[] {
  const checks = new Map<string, string[]>();
  for (const { id, command } of run.task.criteria) {
    if (command !== null && command.trim() !== '') checks.set(command, [...(checks.get(command) ?? []), id]);
  }
  for (const command of ctx.settings.checks) if (!checks.has(command)) checks.set(command, []);
  return [...checks].map(([command, criteria]) => ({ command, criteria }));
}
