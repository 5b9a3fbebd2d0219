import type { FailureKind, Receipt } from '../../contract/usage.ts';
import type { Agent, Turn } from '../../ports/agent.ts';
import { findPrice } from '../../pricing/catalogue.ts';
import { digest, type RunContext } from '../run-context.ts';

/** One way to an answer: which model is asked, and in which words. */
export interface Route {
  agent: Agent;
  turn: Turn;
  /** The role's own model, when this one stands in for it. */
  insteadOf: string | null;
  nudged: boolean;
  /** Tells apart calls that ask the same on purpose. */
  salt: number;
}

/** The role's own model. A provider refuses a call for more output than its model can give, so a known limit is kept. */
export function routeOf(ctx: RunContext, agent: Agent, turn: Turn, salt: number): Route {
  const most = findPrice(ctx.catalogue, agent.model, ctx.clock.now().toISOString().slice(0, 10))?.maxOutput;
  const fits = most === undefined || most === null || most >= turn.maxOutputTokens;
  return { agent, turn: fits ? turn : { ...turn, maxOutputTokens: most }, insteadOf: null, nudged: false, salt };
}

/** The same request with a word to a model that answered nothing. It does not become part of the conversation. */
export function nudge(route: Route): Route {
  const word = { role: 'user', text: 'Your answer was empty. Answer now, in the form that was asked for.' } as const;
  return { ...route, nudged: true, turn: { ...route.turn, messages: [...route.turn.messages, word] } };
}

/** The same request to the role's fallback; null when there is none, or it is already asked. */
export function fallbackOf(ctx: RunContext, route: Route): Route | null {
  const { agent, turn, salt } = route;
  const other = ctx.fallbacks[turn.role];
  if (other === null || agent !== ctx.agents[turn.role]) return null;
  return { ...routeOf(ctx, other, turn, salt), insteadOf: agent.model, nudged: route.nudged };
}

/**
 * Where a call stands: its id, and what is known of it. `skipped`: tries of an earlier process brought nothing.
 * `final`: the same words, said before, failed in a way that they would fail again.
 */
export interface Looked {
  callId: string;
  settled: Receipt | null;
  skipped: boolean;
  final: Receipt | null;
}

const FINAL: ReadonlySet<FailureKind | null> = new Set<FailureKind>(['refused', 'too-long']);

/** Finds the next try of a request among the receipts. A held or failed one may have been billed: it keeps its row and id. */
export async function lookUp(ctx: RunContext, route: Route): Promise<Looked> {
  const request = requestOf(ctx, route);
  const find = (attempt: number) => ctx.ledger.find(idOf(request, attempt));
  const earlier = ctx.attempts.get(request) ?? 0;
  for (let skipped = false; ; skipped = true) {
    const attempt = (ctx.attempts.get(request) ?? 0) + 1;
    // Taken before anything is awaited: the same request may be made twice at once.
    ctx.attempts.set(request, attempt);
    const known = await find(attempt);
    if (known !== null && known.state !== 'settled') continue;
    const last = skipped || earlier > 0 ? await find(attempt - 1) : null;
    const final = last !== null && FINAL.has(last.failure) ? last : null;
    return { callId: idOf(request, attempt), settled: known, skipped, final };
  }
}

function idOf(request: string, attempt: number): string {
  return digest(request, attempt).slice(0, 32);
}

/**
 * The answer that an earlier process was given another way, after this one had failed: by the fallback, or when it was
 * asked again in other words. null when there is none.
 */
export async function answeredElsewhere(
  ctx: RunContext,
  route: Route,
): Promise<{ route: Route; receipt: Receipt } | null> {
  const other = fallbackOf(ctx, route);
  const ways = [route.nudged ? null : nudge(route), other, other === null || other.nudged ? null : nudge(other)];
  for (const way of ways) {
    if (way === null) continue;
    const request = requestOf(ctx, way);
    for (let attempt = (ctx.attempts.get(request) ?? 0) + 1; ; attempt++) {
      const known = await ctx.ledger.find(idOf(request, attempt));
      if (known === null) break;
      if (known.state !== 'settled') continue;
      ctx.attempts.set(request, attempt);
      return { route: way, receipt: known };
    }
  }
  return null;
}

function requestOf(ctx: RunContext, { agent, turn, salt }: Route): string {
  return salt === 0 ? digest(ctx.run, agent.model, turn) : digest(ctx.run, agent.model, turn, salt);
}
