import { TercetError } from '../contract/errors.ts';
import type { Role } from '../contract/role.ts';
import type { FailureKind, Receipt } from '../contract/usage.ts';
import type { Turn } from '../ports/agent.ts';
import { receiptBefore } from './calls/hold.ts';
import { pay } from './calls/pay.ts';
import { routeOf } from './calls/route.ts';
import type { RunContext } from './run-context.ts';

/** Room for a word and for what a model thinks before it, in tokens: a model that is cut off has answered all the same. */
const MOST_TOKENS = 2_000;

/** What became of one role's call. `receipt` is null when it was not made. */
export interface Probed {
  receipt: Receipt | null;
  /** null when it answered. `kind` is null for what is not the provider's doing. */
  failure: { kind: FailureKind | null; message: string; hint: string | null } | null;
  warnings: string[];
}

/** What the smallest call of a role could cost, as it is held before it. @throws TercetError `config` without a price. */
export function mostOfProbe(ctx: RunContext, role: Role): Pick<Receipt, 'unit' | 'heldUsd' | 'quantity'> {
  const { unit, heldUsd, quantity } = receiptBefore(ctx, routeOf(ctx, ctx.agents[role], turnFor(role), 0), '');
  return { unit, heldUsd, quantity };
}

/**
 * Asks a role's own model for one word: once, held against the budgets and booked like any call. A coding agent is asked
 * in a checkout to read, whatever its role.
 * @throws TercetError `cancelled`.
 */
export async function probe(ctx: RunContext, role: Role): Promise<Probed> {
  const warnings: string[] = [];
  const failures: { kind: FailureKind; message: string }[] = [];
  const listening: RunContext = {
    ...ctx,
    emit: (event) => {
      if (event.type === 'warning.raised') warnings.push(event.message);
      if (event.type === 'call.failed') failures.push({ kind: event.kind as FailureKind, message: event.message });
      ctx.emit(event);
    },
  };
  const booked = async () => (await ctx.ledger.list({ run: ctx.run })).findLast((receipt) => receipt.role === role);
  try {
    const { callId } = await pay(listening, ctx.agents[role], turnFor(role), { once: true });
    return { receipt: await ctx.ledger.find(callId), failure: null, warnings };
  } catch (error) {
    if (!(error instanceof TercetError) || error.code === 'cancelled') throw error;
    const { kind, message } = failures.at(-1) ?? { kind: null, message: error.message };
    return { receipt: (await booked()) ?? null, failure: { kind, message, hint: error.hint ?? null }, warnings };
  }
}

function turnFor(role: Role): Turn {
  return {
    role,
    purpose: 'probe',
    task: null,
    system: 'Somebody tests whether you answer. Use no tool. Answer with the word ok, and nothing else.',
    messages: [{ role: 'user', text: 'Say ok.' }],
    output: null,
    tools: [],
    effort: 'low',
    maxOutputTokens: MOST_TOKENS,
  };
}
