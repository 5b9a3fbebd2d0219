import { ChangeDecision, type ChangeRequest, type LintIssue, type Plan, Task } from '../../contract/plan.ts';
import { explainLint } from '../../handoff/lint-plan.ts';
import { fence } from '../../handoff/prompt.ts';
import { lintAgainst } from '../1-plan/repository-view.ts';
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
    at: await run.worktree.head(),
    schema: ChangeDecision,
  });
  if (value.decision === 'deny') return deny(value.reason);

  const revise = value.decision === 'revise';
  if (revise && value.task === null) return deny(`the planner wants to revise the task and gave none: ${value.reason}`);
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

/**
 * Errors of the task by itself, against the files as the tasks before it left them: tasks run one after the other, so
 * that it may use and share what the others changed.
 */
async function lintRevision(ctx: RunContext, run: TaskRun, becomes: Task): Promise<LintIssue[]> {
  const head = await run.worktree.head();
  const task = run.findings.length === 0 ? becomes : await asFix(ctx, head, becomes);
  const issues = await lintAgainst(ctx.repository, head, { ...run.plan, tasks: [{ ...task, dependsOn: [] }] });
  return issues.filter((issue) => issue.severity === 'error');
}

/** A task whose commit is made: what it created is there to be modified, what it deleted is gone, its symbols are in. */
async function asFix(ctx: RunContext, head: string, task: Task): Promise<Task> {
  const there = new Set((await ctx.repository.tree(head)).map((entry) => entry.path));
  const files = task.files.flatMap(({ path, action }): Task['files'] => {
    if (there.has(path)) return [{ path, action: 'modify' }];
    return action === 'create' ? [{ path, action }] : [];
  });
  return { ...task, files, symbols: [], read: task.read.filter((path) => there.has(path)) };
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
