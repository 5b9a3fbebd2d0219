import { z } from 'zod';

/**
 * The plan: what the planner hands to the executor. A file people read and edit (`plan.yaml`),
 * linted by code against the repository before one execution token is spent.
 */
export const PlannedFile = z.strictObject({
  path: z.string().min(1).describe('path from the repository root, with /'),
  action: z.enum(['create', 'modify', 'delete']),
});
export type PlannedFile = z.infer<typeof PlannedFile>;

export const PlannedSymbol = z.strictObject({
  path: z.string().min(1),
  name: z.string().min(1).describe('function, class, type or constant'),
  action: z.enum(['add', 'change', 'remove', 'use']),
  signature: z.string().describe('the signature after the change; empty for remove and use'),
});
export type PlannedSymbol = z.infer<typeof PlannedSymbol>;

export const Criterion = z.strictObject({
  id: z.string().min(1).describe('task id, dot, number: T1.1'),
  text: z.string().min(1).describe('what can be observed when it is met'),
  command: z.string().nullable().default(null).describe('a command that exits 0 when it is met, or null'),
});
export type Criterion = z.infer<typeof Criterion>;

export const Task = z.strictObject({
  id: z.string().regex(/^T[1-9][0-9]*$/, 'a task id is T and a number'),
  title: z.string().min(1),
  behaviour: z.string().min(1).describe('what the code does afterwards, edge cases included'),
  files: z.array(PlannedFile),
  symbols: z.array(PlannedSymbol).default([]),
  criteria: z.array(Criterion),
  dependsOn: z.array(z.string()).default([]),
  read: z.array(z.string()).default([]).describe('files to show the executor that it does not change'),
});
export type Task = z.infer<typeof Task>;

export const Plan = z.strictObject({
  version: z.literal(1).default(1),
  title: z.string().min(1).describe('one line, as a commit subject'),
  summary: z.string().default(''),
  tasks: z.array(Task).min(1, 'a plan has at least one task'),
  risks: z.array(z.string()).default([]),
  nonGoals: z.array(z.string()).default([]),
  assumptions: z.array(z.string()).default([]),
});
export type Plan = z.infer<typeof Plan>;

/** A question to the person; `assumption` is what holds when nobody answers. */
export const Question = z.strictObject({ question: z.string().min(1), assumption: z.string().min(1) });
export type Question = z.infer<typeof Question>;

/**
 * What a planner answers. `needs` (paths or symbol names it wants to see) asks for another round;
 * `questions` go to the person; otherwise the rest is the plan.
 */
export const PlannerAnswer = z.strictObject({
  title: z.string(),
  summary: z.string(),
  tasks: z.array(
    Task.extend({
      symbols: z.array(PlannedSymbol),
      criteria: z.array(
        Criterion.extend({ command: z.string().nullable().describe('exits 0 when it is met, or null') }),
      ),
      dependsOn: z.array(z.string()),
      read: z.array(z.string()).describe('files to show the executor that it does not change'),
    }),
  ),
  risks: z.array(z.string()),
  nonGoals: z.array(z.string()),
  questions: z.array(Question),
  needs: z.array(z.string()),
});
export type PlannerAnswer = z.infer<typeof PlannerAnswer>;

/** One broken rule of a plan. `rule` is stable and documented in docs/plan-rules.md. */
export interface LintIssue {
  rule: string;
  severity: 'error' | 'warning';
  /** Where in the plan: `tasks[0].files[1]`, or '' for the whole. */
  at: string;
  task: string | null;
  message: string;
}

/** What an executor hands back when the plan does not fit the code. Never silent re-planning. */
export const ChangeRequest = z.strictObject({
  task: z.string(),
  kind: z.enum(['needs-file', 'plan-mismatch', 'criterion-impossible']),
  paths: z.array(z.string()),
  reason: z.string().min(1),
});
export type ChangeRequest = z.infer<typeof ChangeRequest>;

/** The planner's answer to a change request. `task` is the task as it now stands when it is revised. */
export const ChangeDecision = z.strictObject({
  decision: z.enum(['allow', 'revise', 'deny']),
  reason: z.string(),
  task: PlannerAnswer.shape.tasks.element.nullable(),
});
export type ChangeDecision = z.infer<typeof ChangeDecision>;
