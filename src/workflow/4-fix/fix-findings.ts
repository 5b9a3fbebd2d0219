import type { TaskResult } from '../../contract/change.ts';
import type { Plan, Task } from '../../contract/plan.ts';
import type { Finding, Review } from '../../contract/review.ts';
import type { Worktree } from '../../ports/workspace.ts';
import { executeTask } from '../2-execute/execute-plan.ts';
import { resultOf, startTask } from '../2-execute/task-run.ts';
import type { RunContext } from '../run-context.ts';

/** What one round of fixing came to: the plan as the planner may have revised it, and why a fix could not be made. */
export interface Fixes {
  plan: Plan;
  results: TaskResult[];
  failure: string | null;
}

/**
 * Blocking findings, and criteria that are not met, become briefs: one per task that owns their files.
 * `note` is told after every fix, and before an error ends the round, so that no result is lost.
 */
export async function fixFindings(
  ctx: RunContext,
  plan: Plan,
  review: Review,
  worktree: Worktree,
  note: (soFar: Pick<Fixes, 'plan' | 'results'>) => void = () => {},
): Promise<Fixes> {
  const groups = new Map<string, Finding[]>();
  for (const finding of [...review.findings.filter(isBlocking), ...unmetCriteria(plan, review)]) {
    const owner = ownerOf(plan, finding).id;
    groups.set(owner, [...(groups.get(owner) ?? []), finding]);
  }
  let current = plan;
  const results: TaskResult[] = [];
  for (const [id, findings] of groups) {
    const task = current.tasks.find((candidate) => candidate.id === id) as Task;
    const run = startTask(`${id}/fix${review.round}`, current, task, worktree, findings);
    try {
      const { result, failure } = await executeTask(ctx, run);
      current = run.plan;
      results.push(result);
      if (failure !== null) return { plan: current, results, failure };
    } catch (error) {
      results.push(resultOf(run, 'failed', null));
      throw error;
    } finally {
      note({ plan: run.plan, results: [...results] });
    }
  }
  return { plan: current, results, failure: null };
}

function isBlocking(finding: Finding): boolean {
  return finding.blocking && finding.status === 'open';
}

/** The task whose criterion the finding breaks, else the last one that plans its file, else the last task. */
function ownerOf(plan: Plan, finding: Finding): Task {
  const byCriterion = plan.tasks.find((task) => task.criteria.some((criterion) => criterion.id === finding.criterion));
  const byFile = plan.tasks.findLast((task) => task.files.some((file) => file.path === finding.path));
  return byCriterion ?? byFile ?? (plan.tasks[plan.tasks.length - 1] as Task);
}

/** A criterion the reviewer says is not met, without a finding that explains it, is put to the executor as one. */
function unmetCriteria(plan: Plan, review: Review): Finding[] {
  const explained = new Set(review.findings.filter(isBlocking).map((finding) => finding.criterion));
  return review.criteria
    .filter((verdict) => verdict.met === 'no' && !explained.has(verdict.id))
    .map((verdict): Finding => {
      const task = plan.tasks.find((candidate) => candidate.criteria.some((criterion) => criterion.id === verdict.id));
      return {
        id: verdict.id,
        title: `criterion ${verdict.id} is not met`,
        severity: 'major',
        category: 'spec',
        path: task?.files[0]?.path ?? '',
        line: null,
        claimedLine: 0,
        quote: '',
        why: verdict.evidence,
        fix: task?.criteria.find((criterion) => criterion.id === verdict.id)?.text ?? '',
        confidence: 'medium',
        criterion: verdict.id,
        anchor: 'unlocated',
        onChange: false,
        blocking: true,
        status: 'open',
        round: review.round,
        note: '',
      };
    });
}
