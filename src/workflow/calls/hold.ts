import type { Receipt } from '../../contract/usage.ts';
import type { HoldAnswer } from '../../ports/ledger.ts';
import { capsOf, neededOf } from '../../pricing/caps.ts';
import { findPrice } from '../../pricing/catalogue.ts';
import { worstCase } from '../../pricing/cost.ts';
import { parseUsd } from '../../pricing/usd.ts';
import { digest, type RunContext } from '../run-context.ts';
import { cancelled } from './give-up.ts';
import { overBudget } from './over-budget.ts';
import type { Route } from './route.ts';
import { mostInputTokens } from './size.ts';
import { noCredits, noPrice } from './unpriced.ts';

/** How long a call waits for what other runs hold, and how often it looks, in ms. */
const LONGEST_MS = 60_000;
const FIRST_LOOK_MS = 100;
const LAST_LOOK_MS = 2_000;

/**
 * The receipt as booked before the call, with its worst case held, in the unit the agent is paid in.
 * @throws TercetError `config` when nobody knows what it can cost, under `unpriced: refuse`.
 */
export function receiptBefore(ctx: RunContext, route: Route, callId: string): Receipt {
  const { agent, turn, insteadOf } = route;
  return {
    callId,
    run: ctx.run,
    repository: ctx.repository.key,
    role: turn.role,
    purpose: turn.purpose,
    task: turn.task,
    requestedModel: agent.model,
    servedModel: null,
    insteadOf,
    state: 'held',
    usage: null,
    ...worstOf(ctx, route),
    startedAt: ctx.clock.now().toISOString(),
    ms: null,
    promptHash: digest(ctx.prompts[turn.role].hash, agent.model, turn.effort, turn.maxOutputTokens),
    answer: null,
    requestId: null,
    error: null,
    failure: null,
  };
}

function worstOf(ctx: RunContext, { agent, turn }: Route): Pick<Receipt, 'unit' | 'cost' | 'heldUsd' | 'quantity'> {
  const unknown = { usd: null, price: null } as const;
  const dollars = { unit: 'usd', cost: { ...unknown, basis: 'unpriced' }, quantity: null } as const;
  switch (agent.billing) {
    case 'local':
      return { ...dollars, heldUsd: '0' };
    case 'credits': {
      if (agent.creditsPerTurn === undefined && ctx.settings.unpriced === 'refuse') throw noCredits(agent.model);
      const quantity = { held: agent.creditsPerTurn ?? '0', taken: null };
      return { unit: 'credits', cost: { ...unknown, basis: 'credits' }, heldUsd: null, quantity };
    }
    case 'subscription': {
      const quantity = { held: '1', taken: null };
      return { unit: 'subscription-calls', cost: { ...unknown, basis: 'subscription' }, heldUsd: null, quantity };
    }
    case 'metered': {
      if (agent.usdPerTurn !== undefined) return { ...dollars, heldUsd: agent.usdPerTurn };
      const price = findPrice(ctx.catalogue, agent.model, ctx.clock.now().toISOString().slice(0, 10));
      if (price === null && ctx.settings.unpriced === 'refuse') throw noPrice(agent.model);
      const most = price === null ? null : worstCase(mostInputTokens(turn), turn.maxOutputTokens, price);
      return { ...dollars, heldUsd: most };
    }
  }
}

/**
 * Holds the worst case under every cap at once. Where it would fit if calls under way in other runs cost less than they
 * hold, it waits for them, a minute at most and visibly.
 * @returns the receipt as held: a call that had to wait starts, and counts, when it is held.
 * @throws TercetError `budget` when a cap has no room for it, `cancelled`.
 */
export async function grant(ctx: RunContext, asked: Receipt): Promise<Receipt> {
  let waited = 0;
  for (let look = FIRST_LOOK_MS; ; look = Math.min(look * 2, LAST_LOOK_MS)) {
    const receipt = waited === 0 ? asked : { ...asked, startedAt: ctx.clock.now().toISOString() };
    const answer = await ctx.ledger.hold(receipt, capsOf(ctx.settings, ctx.run, receipt.unit, receipt.startedAt));
    if (answer.granted) return receipt;
    if (waited >= LONGEST_MS || !mayFitLater(receipt, answer)) throw overBudget(receipt, answer);
    if (waited === 0) sayWaiting(ctx, receipt, answer);
    await ctx.clock.sleep(look, ctx.signal).catch(() => {
      throw cancelled(ctx.signal);
    });
    waited += look;
  }
}

type Refused = Extract<HoldAnswer, { granted: false }>;

function mayFitLater(receipt: Receipt, { cap, spent, held, releasable }: Refused): boolean {
  const stays = parseUsd(spent) + parseUsd(held) - parseUsd(releasable);
  return stays + parseUsd(neededOf(receipt) ?? '0') <= parseUsd(cap.amount);
}

function sayWaiting(ctx: RunContext, receipt: Receipt, { cap, spent, held }: Refused): void {
  const { role, purpose } = receipt;
  const { scope, unit, amount } = cap;
  const needed = neededOf(receipt) ?? '0';
  ctx.emit({
    type: 'budget.awaited',
    role,
    purpose,
    scope,
    unit,
    cap: amount,
    needed,
    spent,
    held,
    mostMs: LONGEST_MS,
  });
}
