import type { Attempt, CheckResult, Commit, SensitiveFile } from './change.ts';
import type { Outcome } from './outcome.ts';
import type { ChangeDecision, ChangeRequest, LintIssue, Plan, Question } from './plan.ts';
import type { Finding, Review } from './review.ts';
import type { Role } from './role.ts';
import type { CallPurpose, Cost, CostSummary, Counterfactual, Unit, Usage } from './usage.ts';

export type Phase = 'plan' | 'execute' | 'review' | 'fix' | 'deliver';

/** Everything a run says. One closed union: status, ledger view, timeline and reports are folds over it. */
export type RunEvent =
  | {
      type: 'run.started';
      request: string;
      base: string;
      branch: string | null;
      models: Partial<Record<Role, string>>;
      budgetUsd: string | null;
    }
  | { type: 'phase.started'; phase: Phase; round: number }
  | { type: 'path.chosen'; path: 'planned' | 'short' | 'given'; why: string }
  | {
      type: 'call.started';
      callId: string;
      role: Role;
      purpose: CallPurpose;
      task: string | null;
      model: string;
      heldUsd: string | null;
    }
  | { type: 'call.progressed'; callId: string; outputChars: number }
  | {
      type: 'call.settled';
      callId: string;
      role: Role;
      purpose: CallPurpose;
      task: string | null;
      model: string;
      servedModel: string | null;
      usage: Usage | null;
      cost: Cost;
      ms: number;
      reused: boolean;
    }
  | {
      type: 'call.failed';
      callId: string;
      role: Role;
      purpose: CallPurpose;
      model: string;
      kind: string;
      message: string;
      willRetryInMs: number | null;
    }
  /** The call was not sent yet: its provider is slowed down or out of order. */
  | { type: 'call.delayed'; role: Role; purpose: CallPurpose; model: string; why: string; waitMs: number }
  /** Another model answers for the role's own, in this call. `callId`: the own model's call, which failed or was not made. */
  | {
      type: 'call.rerouted';
      callId: string;
      role: Role;
      purpose: CallPurpose;
      from: string;
      to: string;
      why: string;
    }
  /** The call fits no longer under a cap, and would again when calls of other runs give back what they hold. */
  | {
      type: 'budget.awaited';
      role: Role;
      purpose: CallPurpose;
      scope: 'run' | 'day' | 'month';
      unit: Unit;
      cap: string;
      needed: string;
      spent: string;
      held: string;
      mostMs: number;
    }
  | { type: 'context.compacted'; role: Role; task: string | null; how: string }
  | { type: 'plan.linted'; round: number; issues: LintIssue[] }
  | { type: 'context.requested'; needs: string[]; given: string[]; missing: string[] }
  | { type: 'question.asked'; question: Question }
  | { type: 'question.answered'; question: string; answer: string; by: 'person' | 'assumption' }
  | { type: 'plan.ready'; plan: Plan; file: string | null }
  | { type: 'plan.approved'; by: 'person' | 'flag' }
  | { type: 'task.started'; task: string; title: string; index: number; of: number }
  | { type: 'task.attempted'; task: string; attempt: Attempt }
  | { type: 'scope.refused'; task: string; paths: string[]; reason: string }
  | { type: 'change.requested'; request: ChangeRequest }
  | { type: 'change.decided'; task: string; decision: ChangeDecision['decision']; reason: string }
  | { type: 'check.finished'; task: string | null; check: CheckResult }
  | { type: 'task.committed'; task: string; commit: Commit }
  | { type: 'task.failed'; task: string; reason: string; rescueRef: string | null }
  | { type: 'finding.verified'; finding: Finding }
  | { type: 'sensitive.found'; files: SensitiveFile[] }
  | { type: 'review.finished'; review: Review }
  | { type: 'warning.raised'; code: string; message: string }
  | {
      type: 'run.finished';
      outcome: Outcome;
      reason: string;
      branch: string | null;
      cost: CostSummary;
      counterfactual: Counterfactual | null;
    };

/** An event as recorded: `v` is the version of the union, `seq` counts from 1 within a run, `at` is ISO 8601 UTC. */
export type RecordedEvent = { v: 1; seq: number; run: string; at: string } & RunEvent;
