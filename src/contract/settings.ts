import type { Severity } from './review.ts';
import type { Effort, Role } from './role.ts';
import type { Unit } from './usage.ts';

/** A cap besides the run's own in dollars. Days and months are UTC, and shared by all runs of this person's ledger. */
export interface Budget {
  scope: 'run' | 'day' | 'month';
  unit: Unit;
  /** Decimal string. */
  amount: string;
}

/** What a run is allowed and told to do, after configuration, trio and flags are merged. */
export interface Settings {
  /** The most a run may spend, USD as a decimal string. There is always one. */
  budgetUsd: string;
  /** Every other cap that was set; none when empty. */
  budgets: readonly Budget[];
  /** Whether a model without a price may be called although no budget can hold it. */
  unpriced: 'refuse' | 'allow';
  /** `auto` takes the short path for a request that a rule finds small enough; `never` takes it always. */
  planning: 'auto' | 'always' | 'never';
  /** Whether somebody has to approve the plan before it is executed. */
  approval: 'ask' | 'skip';
  /** Rounds in which a planner mends lint errors, and in which it asks for more of the code. */
  planRounds: number;
  /** Tokens of repository context in the first planning call. */
  contextTokens: number;
  /** Repairs of one task's edits before the next rung. */
  repairs: number;
  /** Steps of the tool loop for one task. */
  toolSteps: number;
  /** Change requests the planner answers for one task. */
  changeRequests: number;
  /** Rounds of fix and re-review. */
  fixRounds: number;
  /** Tokens of diff in one review call; larger changes are split. */
  reviewTokens: number;
  /** Severities that block approval. */
  blocking: Severity[];
  /** What to do when reviewer and executor are of one lineage. */
  lineage: 'require' | 'warn' | 'off';
  /** What to do when another model served a call than the one asked for. */
  servedModel: 'require' | 'warn';
  roles: Record<Role, { effort: Effort; maxOutputTokens: number }>;
  /** Commands that must pass after every task. */
  checks: string[];
  /** One sentence each; shown to the executor. */
  conventions: string[];
  commandTimeoutMs: number;
  /** How commands are confined. Only the person loosens it; a repository may ask for `require`. */
  sandbox: {
    /** `auto` where there is a sandbox, else the person is asked; `require` never without; `off` never. */
    mode: 'auto' | 'require' | 'off';
    /** Whether commands inside reach the network. */
    network: boolean;
    /** Folders that commands inside may read, beside the system's and those of PATH; absolute or `~/…`. */
    read: readonly string[];
  };
}

/** Where the figures come from: each is explained in docs/configuration.md. */
export const DEFAULT_SETTINGS: Settings = {
  budgetUsd: '5',
  budgets: [],
  unpriced: 'refuse',
  planning: 'auto',
  approval: 'ask',
  planRounds: 2,
  contextTokens: 2500,
  repairs: 2,
  toolSteps: 20,
  changeRequests: 2,
  fixRounds: 2,
  reviewTokens: 24_000,
  blocking: ['blocker', 'major'],
  lineage: 'require',
  servedModel: 'require',
  roles: {
    planner: { effort: 'high', maxOutputTokens: 16_000 },
    executor: { effort: 'low', maxOutputTokens: 16_000 },
    reviewer: { effort: 'medium', maxOutputTokens: 16_000 },
  },
  checks: [],
  conventions: [],
  commandTimeoutMs: 300_000,
  sandbox: { mode: 'auto', network: false, read: [] },
};
