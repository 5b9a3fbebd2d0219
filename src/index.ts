/** The library: the same workflow the CLI runs, as a function. */

export type { Change, CheckResult, Commit, TaskResult } from './contract/change.ts';
export { type ErrorCode, EXIT, TercetError } from './contract/errors.ts';
export type { RecordedEvent, RunEvent } from './contract/event.ts';
export type { Outcome, RunResult, RunSummary } from './contract/outcome.ts';
export { type LintIssue, Plan, PlannerAnswer, Task } from './contract/plan.ts';
export { type Finding, type Review, ReviewerAnswer, type Verdict } from './contract/review.ts';
export type { Effort, Lineage, Role } from './contract/role.ts';
export type { Cost, CostSummary, Counterfactual, Receipt, Usage } from './contract/usage.ts';
export { type RunHandle, runCodingWorkflow, type WorkflowOptions } from './library.ts';
export type { Agent, Turn, TurnAnswer, TurnFailure, TurnMessage, TurnOptions, TurnResult } from './ports/agent.ts';
