import type { Plan } from './plan.ts';
import type { Effort, Role } from './role.ts';

/** What flags or library options say of a run; they win over both configuration files. */
export interface Overrides {
  trio?: string | undefined;
  models?: Partial<Record<Role, string>>;
  efforts?: Partial<Record<Role, Effort>>;
  /** Decimal string. */
  budgetUsd?: string | undefined;
  fixRounds?: number | undefined;
  planning?: 'auto' | 'always' | 'never' | undefined;
  approval?: 'ask' | 'skip' | undefined;
  /** Go on without what the repository's file may not say untrusted, instead of refusing. */
  untrusted?: boolean | undefined;
}

/** What it takes to carry a run on as it was begun. */
export interface RunOrder {
  overrides: Overrides;
  /** A plan that came from outside; null when the run makes its own. */
  plan: Plan | null;
  /** What a run that only reviews compares: commits or trees. */
  subject: { from: string; to: string } | null;
}
