import type { Change, Commit, SensitiveFile, TaskResult } from './change.ts';
import { EXIT } from './errors.ts';
import type { RunOrder } from './order.ts';
import type { Plan } from './plan.ts';
import type { Request } from './request.ts';
import type { Finding, Review, Verdict } from './review.ts';
import type { CostSummary, Counterfactual } from './usage.ts';

export const OUTCOMES = [
  'approved',
  'planned',
  'changes_requested',
  'inconclusive',
  'parked',
  'failed',
  'cancelled',
] as const;
/** `planned` ends a run that was asked for a plan only. */
export type Outcome = (typeof OUTCOMES)[number];

const EXIT_OF_OUTCOME: Record<Outcome, number> = {
  approved: EXIT.approved,
  planned: EXIT.approved,
  failed: EXIT.failed,
  changes_requested: EXIT.changesRequested,
  inconclusive: EXIT.inconclusive,
  parked: EXIT.parked,
  cancelled: EXIT.cancelled,
};

/** The exit code of a process whose run ended with this outcome. */
export function exitCodeOf(outcome: Outcome): number {
  return EXIT_OF_OUTCOME[outcome];
}

/** How a run ended, for the library; {@link RunSummary} is its form for machines. */
export interface RunResult {
  run: string;
  outcome: Outcome;
  /** The process's exit code for it: 2 when the run failed for something the person has to configure. */
  exitCode: number;
  /** One or two sentences: why it ended so, and what to do next. */
  reason: string;
  /** When a parked run can go on, ISO 8601, where somebody said; null otherwise. */
  parkedUntil: string | null;
  request: Request;
  plan: Plan | null;
  implementation: (Change & { branch: string }) | null;
  review: Review | null;
  /** Files of the change that deserve a person's look before it is used. */
  sensitive: SensitiveFile[];
  cost: CostSummary;
  counterfactual: Counterfactual | null;
}

/** The one JSON object on the last line of stdout with `--json`. */
export interface RunSummary {
  run: string;
  outcome: Outcome;
  reason: string;
  verdict: Verdict | null;
  branch: string | null;
  base: string;
  commits: Commit[];
  tasks: TaskResult[];
  findings: Finding[];
  sensitive: SensitiveFile[];
  cost: {
    usd: string | null;
    basis: string;
    unknownCalls: number;
    byRole: Record<string, { usd: string | null; calls: number }>;
  };
  counterfactual: Counterfactual | null;
}

/** What the run store keeps of a run, next to its artefacts. */
export interface RunRecord {
  version: 1;
  id: string;
  repository: string;
  root: string;
  kind: 'run' | 'plan' | 'execute' | 'review';
  request: Request;
  branch: string | null;
  outcome: Outcome | 'running';
  reason: string;
  /** ISO 8601, UTC. */
  startedAt: string;
  endedAt: string | null;
  models: { planner: string | null; executor: string | null; reviewer: string | null };
  /** How commands are confined: the sandbox's name, `none (why)`, or `no commands`. */
  confinement: string;
  /** Hash of each role's prompt file: which instructions produced this run. */
  prompts: Record<string, string>;
  result: RunSummary | null;
  order: RunOrder;
  /** Why it waits, and until when (ISO 8601) where somebody said; null unless parked. */
  parked: { why: string; until: string | null } | null;
}
