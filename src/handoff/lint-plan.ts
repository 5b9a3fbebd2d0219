import type { LintIssue, Plan } from '../contract/plan.ts';
import { oneLine } from './hidden.ts';
import { criteriaRules } from './plan-rules/criteria.ts';
import { graphRules } from './plan-rules/graph.ts';
import { pathRules } from './plan-rules/paths.ts';
import { type RepositoryFacts, type Rule, subjectOf } from './plan-rules/rule.ts';
import { sizeRules } from './plan-rules/size.ts';
import { symbolRules } from './plan-rules/symbols.ts';
import { vagueRules } from './plan-rules/vague.ts';

export { topologicalOrder } from './order.ts';
export type { RepositoryFacts } from './plan-rules/rule.ts';

const RULES: readonly Rule[] = [
  ...pathRules,
  ...symbolRules,
  ...graphRules,
  ...sizeRules,
  ...criteriaRules,
  ...vagueRules,
];

/** Every rule of the lint, in the order of docs/plan-rules.md. Ids are stable. */
export const PLAN_RULES: readonly { id: string; severity: LintIssue['severity']; summary: string }[] = RULES.map(
  ({ id, severity, summary }) => ({ id, severity, summary }),
);

/**
 * Holds a plan against the repository, before an execution token is spent. Issues come errors first, then in the order
 * of the plan. A plan may be executed when none of them is an error. Throws nothing of its own; what `facts` throws
 * passes through.
 */
export function lintPlan(plan: Plan, facts: RepositoryFacts): LintIssue[] {
  const subject = subjectOf(plan, facts);
  const issues = RULES.flatMap(({ id, severity, check }) =>
    [...check(subject)].map(({ at, task, message }) => ({
      rule: id,
      severity,
      at,
      task: task?.id ?? null,
      message: oneLine(message, 600),
    })),
  );
  const rank = (issue: LintIssue) => (issue.severity === 'error' ? 0 : 1);
  const collator = new Intl.Collator('en', { numeric: true });
  return issues.sort((a, b) => rank(a) - rank(b) || collator.compare(a.at, b.at));
}

/** One line per issue, for the planner's next round and for the terminal; '' when there is none. */
export function explainLint(issues: readonly LintIssue[]): string {
  const wide = (pick: (issue: LintIssue) => string) => Math.max(0, ...issues.map((issue) => pick(issue).length));
  const rule = wide((issue) => issue.rule);
  const at = wide((issue) => issue.at);
  return issues
    .map((issue) => `${issue.severity.padEnd(7)}  ${issue.rule.padEnd(rule)}  ${issue.at.padEnd(at)}  ${issue.message}`)
    .join('\n');
}
