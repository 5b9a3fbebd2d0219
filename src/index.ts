/** The library: the same workflow the CLI runs, as a function. */

export type {
  Attempt,
  Change,
  ChangedFile,
  CheckResult,
  Commit,
  SensitiveFile,
  TaskResult,
} from './contract/change.ts';
export { type ErrorCode, EXIT, TercetError } from './contract/errors.ts';
export type { RecordedEvent, RunEvent } from './contract/event.ts';
export type { Outcome, RunResult, RunSummary } from './contract/outcome.ts';
export { type ChangeRequest, type Criterion, type LintIssue, Plan, PlannerAnswer, Task } from './contract/plan.ts';
export {
  type Coverage,
  type CriterionVerdict,
  type Finding,
  type Review,
  ReviewerAnswer,
  type Verdict,
} from './contract/review.ts';
export type { Effort, Lineage, Role } from './contract/role.ts';
export type {
  CallPurpose,
  Cost,
  CostLine,
  CostSummary,
  Counterfactual,
  FailureKind,
  Receipt,
  Usage,
} from './contract/usage.ts';
export { type RunHandle, runCodingWorkflow, type WorkflowOptions } from './library.ts';
export type {
  Agent,
  JsonSchema,
  ToolCall,
  ToolResult,
  ToolSpec,
  Turn,
  TurnAnswer,
  TurnFailure,
  TurnMessage,
  TurnOptions,
  TurnResult,
} from './ports/agent.ts';
export type { Person, PlanProposal } from './ports/person.ts';
