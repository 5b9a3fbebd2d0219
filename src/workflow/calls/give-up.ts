import { TercetError } from '../../contract/errors.ts';
import type { Turn, TurnFailure } from '../../ports/agent.ts';
import type { RefusedKey } from '../../ports/refused-keys.ts';
import { findPrice } from '../../pricing/catalogue.ts';
import { estimateUsage } from '../../pricing/plausible.ts';
import type { RunContext } from '../run-context.ts';
import { providerOf } from './breaker.ts';
import type { Route } from './route.ts';
import { bytesOf } from './size.ts';
import { TooLong } from './too-long.ts';

/** The end of a run that was stopped, in the words of who stopped it. */
export function cancelled(signal: AbortSignal): TercetError {
  const why = signal.reason instanceof TercetError ? signal.reason.message : 'Cancelled.';
  return new TercetError('cancelled', why, { hint: 'What was committed stays on the run’s branch.' });
}

/**
 * What the person reads when a call has failed for good. Kinds that pass by waiting, by paying or by a new key park the
 * run; the others fail it.
 */
export function giveUp(ctx: RunContext, { agent, turn }: Route, failure: TurnFailure): TercetError {
  const { model } = agent;
  const what = `${model} (${turn.role}) failed: ${failure.message}`;
  const resume = `\`tercet resume ${ctx.run}\``;
  switch (failure.kind) {
    case 'rate-limit': {
      const { retryAfterMs } = failure;
      const asks = retryAfterMs === null ? '' : ` It asks to wait ${Math.ceil(retryAfterMs / 1000)} s.`;
      const until = retryAfterMs === null ? {} : { until: after(ctx, retryAfterMs) };
      const when = until.until === undefined ? 'later' : `from ${until.until} on`;
      return new TercetError('parked', `${what}${asks}`, {
        hint: `Go on ${when} with ${resume}, ${orElse(ctx, turn)}`,
        ...until,
      });
    }
    case 'quota':
      return new TercetError('parked', what, {
        hint: `The account’s quota or credit is used up: top it up, then ${resume}, ${orElse(ctx, turn)}`,
      });
    case 'bad-key': {
      const login = `Log in with the program itself, or set its key in the environment. Then ${resume}.`;
      return new TercetError('parked', what, { hint: agent.can.worktree === true ? login : mendKey(ctx) });
    }
    case 'unknown-model':
      return new TercetError('config', what, { hint: '`tercet models` lists the ids Tercet knows; ids are exact.' });
    case 'bad-request':
      return new TercetError('agent-failed', what, {
        hint: 'The provider refuses the call as it is made: try another effort or model for this role, or report it.',
      });
    case 'too-long':
      return new TooLong('agent-failed', `${what} ${sizes(ctx, model, turn)}`, {
        hint: 'Split the request, or choose a model with a larger context.',
      });
    case 'too-large':
      return new TercetError('agent-failed', what, {
        hint: 'A model that does not stop is paid for all the same: choose another one for this role.',
      });
    case 'refused':
      return new TercetError('agent-failed', what, {
        hint: `The model declined, and the same words would be declined again: rephrase the request, choose another model, or set roles.${turn.role}.fallback.`,
      });
    case 'garbled':
      return new TercetError('agent-failed', `Cannot talk to ${providerOf(model)}. ${what}`, {
        hint: 'Something else seems to answer in its place (a proxy, a sign-in page), or its base URL is wrong. What the calls cost is unknown, so what they hold stays held.',
      });
    case 'cancelled':
      return cancelled(ctx.signal);
    default:
      return new TercetError('agent-failed', what, {
        hint: `${resume} tries again; what was paid for so far is in \`tercet costs\`.`,
      });
  }
}

/** A provider that wants no call for longer than anybody should wait. */
export function providerShut(
  ctx: RunContext,
  { agent, turn }: Route,
  why: 'rate-limit' | 'out-of-order',
  waitMs: number,
): TercetError {
  const until = after(ctx, waitMs);
  const hint = `Go on from ${until} on with \`tercet resume ${ctx.run}\`, ${orElse(ctx, turn)}`;
  return why === 'rate-limit'
    ? new TercetError('parked', `${providerOf(agent.model)} wants no call before ${until}.`, { hint, until })
    : new TercetError('agent-failed', `${providerOf(agent.model)} does not answer; it is not asked before ${until}.`, {
        hint,
      });
}

/** A key that this run, or another one, was refused with. No call is made with it. */
export function keyRefused(ctx: RunContext, { agent, turn }: Route, { message, since }: RefusedKey): TercetError {
  return new TercetError(
    'parked',
    `The key for ${agent.model} (${turn.role}) was refused at ${since}, so no call was made with it: ${message}`,
    { hint: mendKey(ctx) },
  );
}

function mendKey(ctx: RunContext): string {
  return `The key in your environment is not accepted: is it whole, still valid, and of this provider? \`tercet doctor\` says which variable is read, and lets the same key be tried again; a new one is used at once. Then \`tercet resume ${ctx.run}\`.`;
}

function orElse({ fallbacks }: RunContext, { role }: Turn): string {
  const { [role]: fallback } = fallbacks;
  const set = `set roles.${role}.fallback for the next time`;
  return `or now with another model: add \`--${role} ${fallback?.model ?? 'provider/model'}\`${fallback === null ? `, or ${set}` : ''}.`;
}

function after(ctx: RunContext, ms: number): string {
  return new Date(Math.ceil((ctx.clock.now().getTime() + ms) / 1000) * 1000).toISOString().replace('.000Z', 'Z');
}

function sizes(ctx: RunContext, model: string, turn: Turn): string {
  const price = findPrice(ctx.catalogue, model, ctx.clock.now().toISOString().slice(0, 10));
  const has = `The request has about ${estimateUsage(bytesOf(turn, '')).inputUncached} tokens (estimated), and up to ${turn.maxOutputTokens} of output`;
  return price?.context ? `${has}; the model takes ${price.context} in all.` : `${has}.`;
}
