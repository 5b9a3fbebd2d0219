import type { FailureKind, Receipt } from '../../contract/usage.ts';
import type { Agent, Turn, TurnAnswer, TurnFailure, TurnResult } from '../../ports/agent.ts';
import type { RunContext } from '../run-context.ts';
import { enter, fallbackKind, report } from './gate.ts';
import { cancelled, giveUp } from './give-up.ts';
import { grant, receiptBefore } from './hold.ts';
import { type Place, turnAt } from './place.ts';
import { decide } from './retry.ts';
import { answeredElsewhere, fallbackOf, lookUp, nudge, type Route, routeOf } from './route.ts';
import { checkServed } from './served-model.ts';
import { bookFailure, emitSettled, settle } from './settle.ts';

/**
 * How a call is made: `salt` tells apart calls that ask the same on purpose; `place` is where a coding agent works, the
 * run's base unless told; `once` ends at the first failure instead of trying again.
 */
export interface How {
  salt?: number | undefined;
  place?: Place | undefined;
  once?: boolean;
}

/** An answer that has been paid for and booked. */
export interface PaidAnswer extends TurnAnswer {
  callId: string;
  /** The model that was asked: the role's own, or its fallback. */
  model: string;
}

/**
 * The only way a run spends money. Looks the call up among the receipts first, holds its worst case against
 * the budgets, calls, books the receipt durably, and only then hands the answer on. Failed calls are booked too, and
 * tried again by the policy in retry.ts, visibly: by the same model, in other words, or by the role's fallback.
 *
 * @throws TercetError `budget` when the hold does not fit, `parked`, `agent-failed`, `config`, `served-model`, `cancelled`.
 */
export async function pay(ctx: RunContext, agent: Agent, turn: Turn, how: How = {}): Promise<PaidAnswer> {
  const failures = new Map<FailureKind, number>();
  const { salt = 0, place, once = false } = how;
  for (let route = routeOf(ctx, agent, turn, salt); ; ) {
    if (ctx.signal.aborted) throw cancelled(ctx.signal);
    const { callId, settled, skipped, final } = await lookUp(ctx, route);
    if (settled !== null) return reuse(ctx, route, settled);
    // While its circuit is open a model leaves no trace of its own: only the fallback's answer tells that it was passed over.
    if (skipped || fallbackOf(ctx, route) !== null) {
      const known = await answeredElsewhere(ctx, route);
      if (known !== null) return reuse(ctx, known.route, known.receipt);
    }
    const result = final === null ? await call(ctx, route, callId, place) : asFailed(final);
    if ('reroute' in result) {
      route = reroute(ctx, route, callId, result.reroute);
      continue;
    }
    if (result.ok) {
      checkServed(ctx, route.agent, result.servedModel);
      return { ...result, callId, model: route.agent.model };
    }
    const next = decide(result, failures, fallbackKind(ctx, route));
    const waitMs = next.do === 'retry' && !once ? next.waitMs : null;
    if (final === null) report(ctx, route, result, waitMs);
    sayFailed(ctx, route, final?.callId ?? callId, result, waitMs);
    if (next.do === 'give-up' || once) throw giveUp(ctx, route, result);
    if (next.do === 'reroute') {
      route = reroute(ctx, route, final?.callId ?? callId, result.message);
      failures.clear();
      continue;
    }
    failures.set(result.kind, (failures.get(result.kind) ?? 0) + 1);
    if (next.nudge) route = nudge(route);
    await ctx.clock.sleep(next.waitMs, ctx.signal).catch(() => {
      throw cancelled(ctx.signal);
    });
  }
}

/** One call, held before and booked after. */
async function call(
  ctx: RunContext,
  route: Route,
  callId: string,
  place: Place | undefined,
): Promise<TurnResult | { reroute: string }> {
  const { agent, turn } = route;
  const shut = await enter(ctx, route);
  if (shut !== null) return { reroute: shut };
  try {
    const held = await grant(ctx, receiptBefore(ctx, route, callId));
    const { role, purpose, task } = turn;
    ctx.emit({ type: 'call.started', callId, role, purpose, task, model: agent.model, heldUsd: held.heldUsd });
    const started = ctx.clock.now().getTime();
    let chars = 0;
    const result = await turnAt(ctx, agent, turn, place, {
      signal: ctx.signal,
      callId,
      onProgress: (outputChars) => {
        chars = outputChars;
        ctx.emit({ type: 'call.progressed', callId, outputChars });
      },
    });
    const ms = ctx.clock.now().getTime() - started;
    if (result.ok) {
      await settle(ctx, route, held, result, ms);
      report(ctx, route, null, null);
      return result;
    }
    await bookFailure(ctx, route, held, result, { ms, chars });
    if (ctx.signal.aborted || result.kind === 'cancelled') throw cancelled(ctx.signal);
    return result;
  } catch (error) {
    ctx.providers.of(agent.model).abandoned(ctx.clock.now().getTime());
    throw error;
  }
}

function sayFailed(ctx: RunContext, route: Route, callId: string, failure: TurnFailure, wait: number | null): void {
  const { role, purpose } = route.turn;
  const { kind, message } = failure;
  const { model } = route.agent;
  ctx.emit({ type: 'call.failed', callId, role, purpose, model, kind, message, willRetryInMs: wait });
}

function reroute(ctx: RunContext, route: Route, callId: string, why: string): Route {
  const other = fallbackOf(ctx, route) ?? route;
  const { role, purpose } = route.turn;
  ctx.emit({ type: 'call.rerouted', callId, role, purpose, from: route.agent.model, to: other.agent.model, why });
  return other;
}

function reuse(ctx: RunContext, { agent }: Route, receipt: Receipt): PaidAnswer {
  emitSettled(ctx, receipt, true);
  const answer = receipt.answer as TurnAnswer;
  checkServed(ctx, agent, answer.servedModel);
  return { ...answer, callId: receipt.callId, model: agent.model };
}

/** A failure that the same words would only bring again, as an earlier process booked it. */
function asFailed({ failure, error, usage, servedModel, requestId }: Receipt): TurnFailure {
  const seen = { usage, servedModel, requestId };
  return { ok: false, kind: failure ?? 'refused', message: error ?? '', retryAfterMs: null, billed: 'no', ...seen };
}
