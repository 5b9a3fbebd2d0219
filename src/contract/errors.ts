/**
 * Errors a person reads. Every error says what happened, where, and what to do next,
 * and carries the exit code a shell sees.
 */

/** Process exit codes, documented in docs/exit-codes.md and in `tercet --help`. */
export const EXIT = {
  approved: 0,
  failed: 1,
  usage: 2,
  changesRequested: 3,
  inconclusive: 4,
  parked: 5,
  cancelled: 130,
} as const;

/** Stable codes that machines may switch on; the message is for people. */
export type ErrorCode =
  | 'usage'
  | 'config'
  | 'plan-rejected'
  | 'task-failed'
  | 'lineage'
  | 'served-model'
  | 'agent-failed'
  | 'budget'
  | 'parked'
  | 'repository'
  | 'storage'
  | 'cancelled'
  | 'internal';

const EXIT_OF: Record<ErrorCode, number> = {
  usage: EXIT.usage,
  config: EXIT.usage,
  lineage: EXIT.usage,
  'plan-rejected': EXIT.failed,
  'task-failed': EXIT.failed,
  'served-model': EXIT.failed,
  'agent-failed': EXIT.failed,
  budget: EXIT.parked,
  parked: EXIT.parked,
  repository: EXIT.failed,
  storage: EXIT.failed,
  cancelled: EXIT.cancelled,
  internal: EXIT.failed,
};

/** An error with a next step. `hint` is one sentence that says what to do now. */
export class TercetError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  /** For what passes by waiting: when, ISO 8601. */
  readonly until: string | undefined;

  constructor(code: ErrorCode, message: string, options: { hint?: string; until?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'TercetError';
    this.code = code;
    this.hint = options.hint;
    this.until = options.until;
  }

  /** What happened and what to do next, as one text: sentences, or lines where the message has several. */
  get words(): string {
    if (this.hint === undefined) return this.message;
    if (this.message.includes('\n')) return `${this.message}\n${this.hint}`;
    return `${this.message}${/[.!?:]$/.test(this.message) ? '' : '.'} ${this.hint}`;
  }

  /** The exit code of a process that ends with this error. */
  get exitCode(): number {
    return EXIT_OF[this.code];
  }
}
