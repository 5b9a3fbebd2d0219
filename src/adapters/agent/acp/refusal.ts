import type { Failed } from '../cli/profile.ts';

/** What we answer an agent with instead of a result. The numbers are the protocol's. */
export class Refusal extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }

  static invalid(message: string): Refusal {
    return new Refusal(-32602, message);
  }

  static notFound(what: string): Refusal {
    return new Refusal(-32002, `Resource not found: ${what}`);
  }
}

/** Why a turn cannot go on, found out by us in the conversation. */
export class Halt extends Error {
  readonly failed: Failed;

  constructor(kind: Failed['kind'], message: string) {
    super(message);
    this.failed = { kind, message, billed: 'no', retryAfterMs: null };
  }
}
