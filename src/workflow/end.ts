import { EXIT, TercetError } from '../contract/errors.ts';
import { exitCodeOf, type Outcome } from '../contract/outcome.ts';
import { cancelled } from './calls/give-up.ts';
import type { RunContext } from './run-context.ts';

/** How a run ends: its outcome, the exit code of its process, and why in words. */
export interface End {
  outcome: Outcome;
  exitCode: number;
  reason: string;
  /** When a parked run can go on, ISO 8601; null when nobody said. */
  parkedUntil: string | null;
}

export function endWith(outcome: Outcome, reason: string): End {
  return { outcome, exitCode: exitCodeOf(outcome), reason, parkedUntil: null };
}

/** Which end an error stands for. Anything but a TercetError is a defect of ours: said as one, and the work is kept. */
export function endOf(ctx: RunContext, error: unknown): End {
  if (!(error instanceof TercetError)) {
    // What a signal interrupts may reject with the signal's own reason.
    if (ctx.signal.aborted && (error === ctx.signal.reason || (error as Error | null)?.name === 'AbortError'))
      return endOf(ctx, cancelled(ctx.signal));
    const message = error instanceof Error ? error.message : String(error);
    ctx.emit({
      type: 'warning.raised',
      code: 'internal',
      message: error instanceof Error ? (error.stack ?? message) : message,
    });
    return endWith('failed', `Tercet itself failed: ${message}. Please report it with the run’s events.`);
  }
  const reason = error.words;
  if (error.code === 'cancelled') return endWith('cancelled', reason);
  if (error.exitCode === EXIT.parked) return { ...endWith('parked', reason), parkedUntil: error.until ?? null };
  return { ...endWith('failed', reason), exitCode: error.exitCode };
}
