import type { TaskResult } from '../../../src/contract/change.ts';
import type { Plan } from '../../../src/contract/plan.ts';
import type { Turn } from '../../../src/ports/agent.ts';
import { scriptedAgent } from '../../../src/testing/scripted-agent.ts';
import { executePlan } from '../../../src/workflow/2-execute/execute-plan.ts';
import { aPlan, aTask, type ContextOptions, MATH, makeContext, type Script } from '../../support/run-context.ts';

export const FILES = { 'src/math.js': MATH, 'README.md': '# Sample\n', 'src/other.js': 'export const other = 1;\n' };

/** A plan about to be executed in a worktree of a real repository. */
export async function executing(script: Script, options: ContextOptions & { plan?: Plan } = {}) {
  const executor = scriptedAgent('executor', script, { model: 'test/executor', tools: options.tools ?? false });
  const run = await makeContext({ files: FILES, ...options, executor });
  const worktree = await run.ctx.repository.openWorktree({
    run: run.ctx.run,
    branch: 'tercet/work',
    base: run.ctx.request.base,
  });
  let noted: TaskResult[] = [];
  const git = (...args: string[]) => run.repo.git(...args);
  return {
    run,
    worktree,
    git,
    execute: () => executePlan(run.ctx, options.plan ?? aPlan(aTask()), worktree, ({ tasks }) => (noted = tasks)),
    /** The results as they were noted last. */
    noted: () => noted,
    turns: executor.turns,
    /** The last message of the nth turn. */
    said: (n: number) => lastText(executor.turns[n]),
    /** The text of a file on the branch. */
    onBranch: (path: string) => git('show', `tercet/work:${path}`),
    outcomes: () => run.of('task.attempted').map(({ attempt }) => `${attempt.rung} ${attempt.outcome}`),
    [Symbol.dispose]: () => run.repo.remove(),
  };
}

export function lastText(turn: Turn | undefined): string {
  const last = turn?.messages.at(-1);
  if (last === undefined) return '';
  return last.role === 'tool' ? last.results.map(({ text }) => text).join('\n') : last.text;
}
