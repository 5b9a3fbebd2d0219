import { TercetError } from '../../contract/errors.ts';

/** Why a metered model without a price is not called under `unpriced: refuse`. */
export function noPrice(model: string): TercetError {
  return new TercetError('config', `There is no price for ${model}, so no budget can hold its calls.`, {
    hint: 'Add the exact id under `prices:` in your user configuration, or set `unpriced: allow` to call it without one.',
  });
}
