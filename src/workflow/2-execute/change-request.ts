import { ChangeDecision, type ChangeRequest, type LintIssue, type Plan, Task } from '../../contract/plan.ts';
import { explainLint } from '../../handoff/lint-plan.ts';
import { fence } from '../../handoff/prompt.ts';
import { lintHere, viewRepository } from '../1-plan/repository-view.ts';
import { writePlan } from '../1-plan/write-plan.ts';
import { ask } from '../calls/ask.ts';
import { sectionOf } from '../calls/section.ts';
import type { RunContext } from '../run-context.ts';
import type { TaskRun } from './task-run.ts';

/**
 * Puts an executor's change request to the planner, and carries out the answer: allow (the paths join the scope),
 * revise (the task is replaced, after the plan has been linted again), or deny.
 * @returns what the executor is told.
 */
export async function decideChangeRequest(ctx: RunContext, run: TaskRun, request: ChangeRequest): Promise<string> {
  ctx.emit({ type: 'change.requested', request });
  run.changeRequests.push(request);
  const deny = (reason: string) => {
    ctx.emit({ type: 'change.decided', task: run.task.id, decision: 'deny', reason });
    return `Your change request was denied: ${reason}\nDo the task within its files.`;
  };
  if (run.changeRequests.length > ctx.settings.changeRequests)
    return deny(`a task may ask ${ctx.settings.changeRequests} times`);

  const { value } = await ask(ctx, ctx.agents.planner, {
    role: 'planner',
    purpose: 'decide',
    task: run.task.id,
    system: `${sectionOf(ctx, 'planner', 'system')}\n\n${sectionOf(ctx, 'planner', 'decide')}`,
    messages: [{ role: 'user', text: await describe(run, request) }],
    name: 'decision',
    schema: ChangeDecision,
  });
  if (value.decision === 'deny') return deny(value.reason);

  const revise = value.decision === 'revise' && value.task !== null;
  const becomes = revise ? Task.parse({ ...value.task, id: run.task.id }) : await widened(run, request.paths);
  const errors = await lintRevision(ctx, run, becomes);
  if (errors.length > 0) return deny(`the task it would become breaks the plan’s rules: ${explainLint(errors)}`);
  if (revise) {
    run.task = becomes;
    run.plan = withTask(run.plan, becomes);
    await writePlan(ctx, run.plan);
  } else {
    run.granted.push(...request.paths);
  }
  ctx.emit({ type: 'change.decided', task: run.task.id, decision: value.decision, reason: value.reason });
  return `The planner answers your change request: ${value.reason}`;
}

/** The task as it would be with the paths it asked for among its files. */
async function widened(run: TaskRun, paths: readonly string[]): Promise<Task> {
  const known = new Set(run.task.files.map((file) => file.path));
  const files = [...run.task.files];
  for (const path of paths) {
    if (known.has(path)) continue;
    const there = await run.worktree
      .read(path)
      .then((text) => text !== null)
      .catch(() => false);
    files.push({ path, action: there ? 'modify' : 'create' });
  }
  return { ...run.task, files };
}

/** Errors of this task's own; tasks run one after the other, so that it may now share a file with another. */
async function lintRevision(ctx: RunContext, run: TaskRun, becomes: Task): Promise<LintIssue[]> {
  const plan = withTask(run.plan, becomes);
  const issues = await lintHere(ctx, await viewRepository(ctx), plan);
  return issues.filter(
    (issue) => issue.severity === 'error' && issue.task === run.task.id && issue.rule !== 'tasks-share-file',
  );
}

function withTask(plan: Plan, changed: Task): Plan {
  return { ...plan, tasks: plan.tasks.map((task) => (task.id === changed.id ? changed : task)) };
}

/** Lines of a named file that the planner sees when it decides. */
const LINES_SHOWN = 200;

async function describe(run: TaskRun, request: ChangeRequest): Promise<string> {
  const parts = [
    fence('task', JSON.stringify(run.task)),
    fence('change_request', `${request.kind}\n${request.reason}\npaths: ${request.paths.join(', ')}`),
  ];
  for (const path of request.paths.slice(0, 5)) {
    const text = await run.worktree.read(path).catch(() => null);
    parts.push(
      text === null
        ? `${path} does not exist or is not text.`
        : fence('file', `${path}\n${text.split('\n').slice(0, LINES_SHOWN).join('\n')}`),
    );
  }
  return parts.join('\n');
}
