import type { Cost, Receipt, Usage } from '../../contract/usage.ts';
import type { TurnAnswer, TurnFailure } from '../../ports/agent.ts';
import { findPrice } from '../../pricing/catalogue.ts';
import { priceUsage } from '../../pricing/cost.ts';
import { type Bytes, estimateUsage } from '../../pricing/plausible.ts';
import { parseUsd } from '../../pricing/usd.ts';
import type { RunContext } from '../run-context.ts';
import type { Route } from './route.ts';
import { bytesOf } from './size.ts';

/** Books an answer durably. `ms` is what the call took. */
export async function settle(
  ctx: RunContext,
  route: Route,
  held: Receipt,
  answer: TurnAnswer,
  ms: number,
): Promise<void> {
  // A turn of a coding agent is many calls, whose bytes nobody sees: there is nothing to estimate or to doubt by.
  const seen = route.agent.can.worktree !== true;
  const bytes = seen ? bytesOf(route.turn, answer.text + JSON.stringify(answer.toolCalls)) : null;
  const { usage: counted, reportedUsd, servedModel, requestId } = answer;
  const asCounted = (cost: Cost): Cost =>
    answer.partial === true && cost.basis === 'computed' ? { ...cost, basis: 'estimated' } : cost;
  const receipt: Receipt = {
    ...held,
    state: 'settled',
    servedModel,
    usage: counted ?? (bytes === null ? null : estimateUsage(bytes)),
    cost:
      held.unit === 'usd' ? asCounted(priceOf(ctx, route, held, { usage: counted, reportedUsd, bytes })) : held.cost,
    quantity: takenBy(held, answer.reportedCredits ?? null),
    ms,
    answer,
    requestId,
  };
  await ctx.ledger.settle(receipt);
  emitSettled(ctx, receipt, false);
  for (const message of answer.notes ?? []) ctx.emit({ type: 'warning.raised', code: 'agent', message });
}

/** Books a failure durably, with what it may have cost. `seen.chars`: characters of output that had arrived. */
export async function bookFailure(
  ctx: RunContext,
  route: Route,
  held: Receipt,
  failure: TurnFailure,
  { ms, chars }: { ms: number; chars: number },
): Promise<void> {
  const { servedModel, requestId, message, kind, billed } = failure;
  const { usage, cost } = billOf(ctx, route, held, failure, chars);
  const certain = kind === 'garbled' ? 'maybe' : billed;
  const quantity = certain === 'no' ? takenBy(held, '0') : certain === 'yes' ? takenBy(held, null) : held.quantity;
  const booked = { usage, cost, quantity, servedModel, requestId, ms, error: message, failure: kind };
  await ctx.ledger.settle({ ...held, ...booked, state: 'failed' });
}

export function emitSettled(ctx: RunContext, receipt: Receipt, reused: boolean): void {
  const { callId, role, purpose, task, requestedModel: model, servedModel, usage, cost } = receipt;
  const ms = receipt.ms ?? 0;
  ctx.emit({ type: 'call.settled', callId, role, purpose, task, model, servedModel, usage, cost, ms, reused });
}

/** A turn of a subscription is one call. Credits are what the vendor says they are, and unknown when it says nothing. */
function takenBy({ unit, quantity }: Receipt, stated: string | null): Receipt['quantity'] {
  if (quantity === null) return null;
  if (unit === 'subscription-calls') return { ...quantity, taken: stated === '0' ? '0' : '1' };
  return { ...quantity, taken: isAmount(stated) ? stated : null };
}

function isAmount(text: string | null): text is string {
  try {
    return text !== null && parseUsd(text) >= 0n;
  } catch {
    return false;
  }
}

/** What a failed call has used and cost. What a broken answer used is never known exactly: its output was counted from what arrived. */
function billOf(
  ctx: RunContext,
  route: Route,
  held: Receipt,
  failure: TurnFailure,
  chars: number,
): { usage: Usage | null; cost: Cost } {
  const { usage: counted, billed } = failure;
  if (held.unit !== 'usd') return { usage: counted, cost: held.cost };
  if (billed === 'no') return { usage: null, cost: { usd: '0', basis: 'computed', price: null } };
  if (route.agent.can.worktree === true) {
    const { reportedUsd = null } = failure;
    return { usage: counted, cost: priceOf(ctx, route, held, { usage: counted, reportedUsd, bytes: null }) };
  }
  const unreadable = failure.kind === 'garbled';
  if ((unreadable || (billed === 'maybe' && counted === null)) && route.agent.billing !== 'local') {
    // Nothing is known: an unknown cost, under which the hold keeps counting. What a broken answer says of usage is no more to be trusted.
    return { usage: null, cost: { usd: null, basis: 'unpriced', price: null } };
  }
  const input = bytesOf(route.turn, '').input;
  const used = counted ?? estimateUsage({ input, output: chars });
  // No provider bills more output than was asked for, however much arrived.
  const usage = { ...used, output: Math.min(used.output, route.turn.maxOutputTokens) };
  const cost = priceOf(ctx, route, held, { usage, reportedUsd: null, bytes: { input, output: 0 } });
  return { usage, cost: cost.basis === 'computed' ? { ...cost, basis: 'estimated' } : cost };
}

function priceOf(
  ctx: RunContext,
  { agent }: Route,
  held: Receipt,
  { bytes, ...call }: { usage: Usage | null; reportedUsd: string | null; bytes: Bytes | null },
): Cost {
  const billing = agent.billing === 'local' ? 'local' : 'metered';
  const price = findPrice(ctx.catalogue, agent.pricedAs ?? agent.model, held.startedAt.slice(0, 10));
  return priceUsage({ billing, price, ...call, ...(bytes === null ? {} : { bytes }) });
}
