import type { PlannerAnswer } from '../../src/contract/plan.ts';
import type { ReviewerAnswer, ReviewerFinding } from '../../src/contract/review.ts';
import type { ScriptCall } from './model-server/types.ts';

type PlannedTask = PlannerAnswer['tasks'][number];

/** A task as a planner answers it; only what the test is about has to be said. */
export function aTask(id: string, task: Partial<PlannedTask> & Pick<PlannedTask, 'title' | 'files'>): PlannedTask {
  return {
    behaviour: `${task.title}: percentOf(1000, 25) gives 250 and percentOf(1000, 0) gives 0.`,
    symbols: [],
    criteria: [{ id: `${id}.1`, text: 'percentOf(1000, 25) returns 250', command: null }],
    dependsOn: [],
    read: [],
    ...task,
    id,
  };
}

export function aPlan(tasks: readonly PlannedTask[], more: Partial<PlannerAnswer> = {}): PlannerAnswer {
  return {
    title: tasks[0]?.title ?? 'A plan',
    summary: '',
    tasks: [...tasks],
    risks: [],
    nonGoals: [],
    questions: [],
    needs: [],
    ...more,
  };
}

/** A review that finds every one of these criteria met. */
export function approval(criteria: readonly string[], more: Partial<ReviewerAnswer> = {}): ReviewerAnswer {
  return {
    criteria: criteria.map((id) => ({ id, met: 'yes' as const, evidence: 'the diff shows it' })),
    findings: [],
    fixed: [],
    ...more,
  };
}

/** A finding at the line of the numbered diff that `quote` stands in, as a reviewer that can read would report it. */
export function aFinding(
  call: ScriptCall,
  finding: Partial<ReviewerFinding> & Pick<ReviewerFinding, 'path' | 'quote'>,
): ReviewerFinding {
  return {
    title: 'The result is wrong',
    severity: 'major',
    category: 'bug',
    line: lineInDiff(call, finding.quote),
    why: 'The value is not what the plan asks for.',
    fix: 'Return the value the plan asks for.',
    confidence: 'high',
    criterion: null,
    ...finding,
  };
}

/** The number the diff of a review prompt gives the line that holds `quote`. Throws when the reviewer was not shown it. */
export function lineInDiff(call: ScriptCall, quote: string): number {
  const prompt = call.messages.at(-1)?.text ?? '';
  const line = prompt.split('\n').findLast((each) => each.includes(quote));
  const number = Number(/\d+/.exec(line ?? '')?.[0]);
  if (!Number.isInteger(number) || number < 1) throw new Error(`the reviewer was not shown: ${quote}`);
  return number;
}

/** A search/replace answer of an executor. */
export function edit(path: string, search: string, replace: string): string {
  return `${path}\n<<<<<<< SEARCH\n${search}\n=======\n${replace}\n>>>>>>> REPLACE\n`;
}

/** A whole-file answer of an executor. */
export function file(path: string, content: string): string {
  return `${path}\n<<<<<<< FILE\n${content.replace(/\n$/, '')}\n>>>>>>> FILE\n`;
}
