import { TercetError } from '../../contract/errors.ts';
import type { Agent } from '../../ports/agent.ts';
import { sameModel } from '../../pricing/served.ts';
import type { RunContext } from '../run-context.ts';

/**
 * Compares the model that served a call with the one that was asked for. A dated snapshot of the same id is the same.
 * @throws TercetError `served-model` under `servedModel: require`.
 */
export function checkServed(ctx: RunContext, agent: Agent, served: string | null): void {
  const match = sameModel(agent.model, served);
  if (match === 'same' || match === 'snapshot') return;
  if (match === 'unknown') {
    ctx.emit({
      type: 'warning.raised',
      code: 'served-unknown',
      message: `${agent.model} did not say which model served the call.`,
    });
    return;
  }
  const message = `Asked for ${agent.model}, but ${served} served the call. It is booked; its answer was not used.`;
  if (ctx.settings.servedModel === 'warn') {
    ctx.emit({ type: 'warning.raised', code: 'served-model', message: message.replace('was not used', 'is used') });
    return;
  }
  throw new TercetError('served-model', message, {
    hint: 'Ask for the model by its exact id, or accept others with `servedModel: warn` in tercet.yaml.',
  });
}
