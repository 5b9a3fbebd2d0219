import type { LintIssue, Plan, Question } from '../contract/plan.ts';

/** The person at the terminal. Absent (null in the workflow) when there is none: then nothing ever waits. */
export interface Person {
  /** One answer per question; null leaves the assumption standing. */
  answer(questions: readonly Question[], signal: AbortSignal): Promise<(string | null)[]>;
  /**
   * Shows the plan file. `edited` means the file was changed and has to be read and linted again.
   * `problem` says what is wrong with the file as it stands, after an edit.
   */
  approve(proposal: PlanProposal, signal: AbortSignal): Promise<'approved' | 'rejected' | 'edited'>;
}

export interface PlanProposal {
  plan: Plan;
  file: string;
  warnings: readonly LintIssue[];
  problem: string | null;
}
