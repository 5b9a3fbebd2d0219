import { TercetError } from '../../contract/errors.ts';

/** Why a metered model without a price is not called under `unpriced: refuse`. */
export function noPrice(model: string): TercetError {
  return new TercetError('config', `There is no price for ${model}, so no budget can hold its calls.`, {
    hint: 'Add the exact id under `prices:` in your user configuration, or set `unpriced: allow` to call it without one.',
  });
}

/** Why an agent paid in credits is not called under `unpriced: refuse` when it does not say how many a turn takes. */
export function noCredits(model: string): TercetError {
  return new TercetError('config', `${model} is paid in credits, and nobody says how many a turn takes at most.`, {
    hint: 'Say `providers.mindstudio.creditsPerTurn` in your own configuration, give an agent of your own `creditsPerTurn`, or set `unpriced: allow` to call it without a hold.',
  });
}
