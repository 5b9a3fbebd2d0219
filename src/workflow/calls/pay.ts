import { TercetError } from '../../contract/errors.ts';
import type { Cost, Receipt, Usage } from '../../contract/usage.ts';
import type { Agent, Turn, TurnAnswer, TurnFailure } from '../../ports/agent.ts';
import { findPrice } from '../../pricing/catalogue.ts';
import { priceUsage, worstCase } from '../../pricing/cost.ts';
import { type Bytes, estimateUsage } from '../../pricing/plausible.ts';
import { showUsd } from '../../pricing/usd.ts';
import { digest, type RunContext } from '../run-context.ts';
import { parkOrThrow, waitBeforeRetry } from './retry.ts';
import { checkServed } from './served-model.ts';
import { noPrice } from './unpriced.ts';

/** An answer that has been paid for and booked. */
export interface PaidAnswer extends TurnAnswer {
  callId: string;
}

/**
 * The only way a run spends money. Looks the call up among the receipts first, holds its worst case against
 * the budget, calls, books the receipt durably, and only then hands the answer on. Failed calls are booked too,
 * and tried again by the policy in retry.ts, visibly.
 *
 * @throws TercetError `budget` when the hold does not fit, `parked`, `agent-failed`, `served-model`, `cancelled`.
 */
export async function pay(ctx: RunContext, agent: Agent, asked: Turn, salt = 0): Promise<PaidAnswer> {
  const turn = withinLimit(ctx, agent, asked);
  const request = salt === 0 ? digest(ctx.run, agent.model, turn) : digest(ctx.run, agent.model, turn, salt);
  for (let failures = 0; ; ) {
    if (ctx.signal.aborted) throw cancelled(ctx.signal);
    const attempt = (ctx.attempts.get(request) ?? 0) + 1;
    ctx.attempts.set(request, attempt);
    const callId = digest(request, attempt).slice(0, 32);
    const known = await ctx.ledger.find(callId);
    if (known?.state === 'settled') return reuse(ctx, agent, known);
    // A held or failed receipt from before a crash: it may have been billed, so it keeps its row and we take the next id.
    if (known !== null) continue;

    const held = hold(ctx, agent, turn, callId);
    await grant(ctx, held);
    ctx.emit({
      type: 'call.started',
      callId,
      role: turn.role,
      purpose: turn.purpose,
      task: turn.task,
      model: agent.model,
      heldUsd: held.heldUsd,
    });
    const started = ctx.clock.now().getTime();
    const result = await agent.turn(turn, {
      signal: ctx.signal,
      callId,
      onProgress: (outputChars) => ctx.emit({ type: 'call.progressed', callId, outputChars }),
    });
    const ms = ctx.clock.now().getTime() - started;
    if (result.ok) return settle(ctx, agent, turn, held, result, ms);

    await bookFailure(ctx, agent, turn, held, result, ms);
    if (ctx.signal.aborted || result.kind === 'cancelled') throw cancelled(ctx.signal);
    const wait = waitBeforeRetry(result, failures);
    ctx.emit({
      type: 'call.failed',
      callId,
      role: turn.role,
      purpose: turn.purpose,
      model: agent.model,
      kind: result.kind,
      message: result.message,
      willRetryInMs: wait,
    });
    if (wait === null) throw parkOrThrow(result, agent.model, turn.role);
    failures++;
    await ctx.clock.sleep(wait, ctx.signal).catch(() => {
      throw cancelled(ctx.signal);
    });
  }
}

/** The end of a run that was stopped, in the words of who stopped it. */
export function cancelled(signal: AbortSignal): TercetError {
  const why = signal.reason instanceof TercetError ? signal.reason.message : 'Cancelled.';
  return new TercetError('cancelled', why, { hint: 'What was committed stays on the run’s branch.' });
}

/** A provider refuses a call that asks for more output than its model can give; where the limit is known, it is kept. */
function withinLimit(ctx: RunContext, agent: Agent, turn: Turn): Turn {
  const most = findPrice(ctx.catalogue, agent.model, today(ctx))?.maxOutput ?? turn.maxOutputTokens;
  return most < turn.maxOutputTokens ? { ...turn, maxOutputTokens: most } : turn;
}

function today(ctx: RunContext): string {
  return ctx.clock.now().toISOString().slice(0, 10);
}

/** The receipt as booked before the call, with its worst-case hold. */
function hold(ctx: RunContext, agent: Agent, turn: Turn, callId: string): Receipt {
  const startedAt = ctx.clock.now().toISOString();
  const price = agent.billing === 'local' ? null : findPrice(ctx.catalogue, agent.model, startedAt.slice(0, 10));
  if (price === null && agent.billing !== 'local' && ctx.settings.unpriced === 'refuse') {
    throw noPrice(agent.model);
  }
  return {
    callId,
    run: ctx.run,
    repository: ctx.repository.key,
    role: turn.role,
    purpose: turn.purpose,
    task: turn.task,
    requestedModel: agent.model,
    servedModel: null,
    state: 'held',
    usage: null,
    cost: { usd: null, basis: 'unpriced', price: null },
    heldUsd:
      agent.billing === 'local'
        ? '0'
        : price === null
          ? null
          : worstCase(mostInputTokens(turn), turn.maxOutputTokens, price),
    startedAt,
    ms: null,
    promptHash: digest(ctx.prompts[turn.role].hash, agent.model, turn.effort, turn.maxOutputTokens),
    answer: null,
    requestId: null,
    error: null,
  };
}

async function grant(ctx: RunContext, receipt: Receipt): Promise<void> {
  const answer = await ctx.ledger.hold(receipt, [{ scope: 'run', key: ctx.run, usd: ctx.settings.budgetUsd }]);
  if (answer.granted) return;
  throw new TercetError(
    'budget',
    `The budget of ${showUsd(answer.cap.usd)} cannot hold the next call: ${receipt.requestedModel} (${receipt.role}, ${receipt.purpose}) could cost up to ` +
      `${showUsd(receipt.heldUsd)}; spent ${showUsd(answer.spent)}, held by calls under way ${showUsd(answer.held)}. The call was not made.`,
    { hint: 'Give a larger --budget, or a smaller roles.<role>.maxOutputTokens in tercet.yaml.' },
  );
}

async function settle(
  ctx: RunContext,
  agent: Agent,
  turn: Turn,
  held: Receipt,
  answer: TurnAnswer,
  ms: number,
): Promise<PaidAnswer> {
  const bytes = bytesOf(turn, answer.text + JSON.stringify(answer.toolCalls));
  const usage = answer.usage ?? estimateUsage(bytes);
  const cost = priceOf(ctx, agent, held, { usage: answer.usage, reportedUsd: answer.reportedUsd, bytes });
  const receipt: Receipt = {
    ...held,
    state: 'settled',
    servedModel: answer.servedModel,
    usage,
    cost,
    ms,
    answer,
    requestId: answer.requestId,
  };
  await ctx.ledger.settle(receipt);
  emitSettled(ctx, receipt, false);
  checkServed(ctx, agent, answer.servedModel);
  return { ...answer, callId: held.callId };
}

function reuse(ctx: RunContext, agent: Agent, receipt: Receipt): PaidAnswer {
  emitSettled(ctx, receipt, true);
  const answer = receipt.answer as TurnAnswer;
  checkServed(ctx, agent, answer.servedModel);
  return { ...answer, callId: receipt.callId };
}

async function bookFailure(
  ctx: RunContext,
  agent: Agent,
  turn: Turn,
  held: Receipt,
  failure: TurnFailure,
  ms: number,
): Promise<void> {
  // Nobody can know what an answer we could not read has cost: the hold stays, and the ledger says "maybe billed".
  if (failure.kind === 'garbled') return;
  const { usage, cost } = billOf(ctx, agent, turn, held, failure);
  const { servedModel, requestId, message } = failure;
  await ctx.ledger.settle({ ...held, state: 'failed', servedModel, usage, cost, ms, requestId, error: message });
}

/** What a failed call has used and cost. What a broken answer used is never known exactly: its output was counted from what arrived. */
function billOf(
  ctx: RunContext,
  agent: Agent,
  turn: Turn,
  held: Receipt,
  failure: TurnFailure,
): { usage: Usage | null; cost: Cost } {
  if (failure.billed === 'no') return { usage: null, cost: { usd: '0', basis: 'computed', price: null } };
  if (failure.billed === 'maybe' && failure.usage === null && agent.billing !== 'local') {
    // Nothing is known: an unknown cost, under which the hold keeps counting.
    return { usage: null, cost: { usd: null, basis: 'unpriced', price: null } };
  }
  const bytes = bytesOf(turn, '');
  const cost = priceOf(ctx, agent, held, { usage: failure.usage, reportedUsd: null, bytes });
  return {
    usage: failure.usage ?? estimateUsage(bytes),
    cost: cost.basis === 'computed' ? { ...cost, basis: 'estimated' } : cost,
  };
}

function priceOf(
  ctx: RunContext,
  agent: Agent,
  held: Receipt,
  call: { usage: Usage | null; reportedUsd: string | null; bytes: Bytes },
): Cost {
  return priceUsage({
    billing: agent.billing,
    price: findPrice(ctx.catalogue, agent.model, held.startedAt.slice(0, 10)),
    ...call,
  });
}

/** What certainly counts as tokens. A provider's own content (`raw`) repeats the text, and its signatures are billed otherwise. */
function bytesOf(turn: Turn, output: string): Bytes {
  const messages = turn.messages.map((message) => (message.role === 'assistant' ? { ...message, raw: null } : message));
  return { input: inputBytes({ ...turn, messages }), output: Buffer.byteLength(output) };
}

function inputBytes(turn: Turn): number {
  return Buffer.byteLength(turn.system + JSON.stringify([turn.messages, turn.tools, turn.output]));
}

/** A bound for the hold: no tokenizer in use makes more than a token of every two bytes of text, and providers add a little of their own. */
function mostInputTokens(turn: Turn): number {
  return Math.ceil(inputBytes(turn) / 2) + 500;
}

function emitSettled(ctx: RunContext, receipt: Receipt, reused: boolean): void {
  const { callId, role, purpose, task, requestedModel: model, servedModel, usage, cost } = receipt;
  ctx.emit({
    type: 'call.settled',
    callId,
    role,
    purpose,
    task,
    model,
    servedModel,
    usage,
    cost,
    ms: receipt.ms ?? 0,
    reused,
  });
}
