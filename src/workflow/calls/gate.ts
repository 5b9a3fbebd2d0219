import type { FailureKind } from '../../contract/usage.ts';
import type { RunContext } from '../run-context.ts';
import { providerOf } from './breaker.ts';
import { cancelled, keyRefused, providerShut } from './give-up.ts';
import { LONGEST_WAIT_MS } from './retry.ts';
import { fallbackOf, type Route } from './route.ts';

/** Shorter waits are the rest of one that was said before: a timer may fire early. */
const UNSAID_MS = 100;

/**
 * Waits until a call may go to its provider: past a moment before which it wants none, past a row of failures, and not
 * with a key it has refused.
 * @returns null when it may go; otherwise why the fallback should answer instead.
 * @throws TercetError `parked` for a refused key and for a wait of over a minute, `agent-failed`, `cancelled`.
 */
export async function enter(ctx: RunContext, route: Route): Promise<string | null> {
  const { agent, turn } = route;
  const refused = agent.keyId == null ? null : ctx.refusedKeys.find(agent.keyId);
  if (refused !== null) throw keyRefused(ctx, route, refused);
  for (let told = false; ; told = true) {
    const pass = ctx.providers.of(agent.model).ask(ctx.clock.now().getTime());
    if (pass.go) return null;
    const { waitMs, why } = pass;
    const long = waitMs > LONGEST_WAIT_MS;
    const name = providerOf(agent.model);
    const words = why === 'rate-limit' ? `${name} has asked for it` : `${name} failed again and again`;
    if (fallbackKind(ctx, route) === 'other-provider' && (long || why === 'out-of-order')) return words;
    if (long) throw providerShut(ctx, route, why, waitMs);
    if (!told && waitMs > UNSAID_MS) {
      const { role, purpose } = turn;
      ctx.emit({ type: 'call.delayed', role, purpose, model: agent.model, why: words, waitMs });
    }
    await ctx.clock.sleep(waitMs, ctx.signal).catch(() => {
      throw cancelled(ctx.signal);
    });
  }
}

/** Tells all runs of this process how the provider is, and all runs of this person when it has refused the key. */
export function report(ctx: RunContext, { agent }: Route, failure: Failure | null, waitMs: number | null): void {
  const { keyId, model } = agent;
  const now = ctx.clock.now();
  const gate = ctx.providers.of(model);
  if (failure === null) gate.answered();
  else gate.failed(failure.kind, now.getTime(), failure.retryAfterMs ?? waitMs);
  // An answer clears no mark: no call begins under one, so it was begun before the key was refused.
  if (keyId != null && failure?.kind === 'bad-key')
    ctx.refusedKeys.mark(keyId, { message: failure.message, since: now.toISOString() });
}

interface Failure {
  kind: FailureKind;
  retryAfterMs: number | null;
  message: string;
}

/** Whose model would stand in. What is wrong with a provider is wrong with all its models. */
export function fallbackKind(ctx: RunContext, route: Route): 'none' | 'same-provider' | 'other-provider' {
  const other = fallbackOf(ctx, route);
  if (other === null) return 'none';
  return providerOf(other.agent.model) === providerOf(route.agent.model) ? 'same-provider' : 'other-provider';
}
