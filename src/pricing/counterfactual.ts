import type { Counterfactual, Receipt, Usage } from '../contract/usage.ts';
import { type Catalogue, findPrice } from './catalogue.ts';
import { costOf } from './cost.ts';
import { savedShare } from './saved.ts';
import { knownUsd } from './sum.ts';
import { addUsd } from './usd.ts';

const REPRICING = "the same tokens at this model's prices: a repricing, not a measurement of what it would have used";

type Counted = Receipt & { usage: Usage };

/**
 * What the tokens of these calls would cost at the prices `model` has on `day` (`2026-11-22`).
 * Every call keeps its own tokens by kind (uncached, cache read, cache writes, output), each kind at that model's price
 * and in the tier that call's input reaches. What cannot be compared (calls without an answer or a count of tokens)
 * is left out of both sides, and the note says so. `saved` is null unless every compared call has a known cost.
 */
export function reprice(
  receipts: readonly Receipt[],
  model: string,
  catalogue: Catalogue,
  day: string,
): Counterfactual {
  const price = findPrice(catalogue, model, day);
  if (price === null) return { model, usd: null, saved: null, note: `${model} has no known price` };
  const counted = receipts.filter((receipt): receipt is Counted => receipt.state !== 'held' && receipt.usage !== null);
  if (counted.length === 0) return { model, usd: null, saved: null, note: 'no call has a count of tokens' };
  const costs = counted.map((receipt) => costOf(receipt.usage, price)).filter((usd) => usd !== null);
  if (costs.length < counted.length) {
    return { model, usd: null, saved: null, note: `${model} has no known price for 1-hour cache writes` };
  }
  const usd = addUsd(...costs);
  const spent = counted.map(knownUsd).filter((known) => known !== null);
  const compared = new Set<Receipt>(counted);
  // A call that certainly cost nothing (refused at the door) has no tokens to miss.
  const leftOut = receipts.filter((receipt) => !compared.has(receipt) && knownUsd(receipt) !== '0').length;
  return {
    model,
    usd,
    saved: spent.length < counted.length ? null : savedShare(addUsd(...spent), usd),
    note: leftOut === 0 ? REPRICING : `${REPRICING}; ${leftOut} of ${receipts.length} calls left out, tokens unknown`,
  };
}
