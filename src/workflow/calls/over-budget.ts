import { TercetError } from '../../contract/errors.ts';
import type { Receipt } from '../../contract/usage.ts';
import type { HoldAnswer } from '../../ports/ledger.ts';
import { neededOf, resetOf } from '../../pricing/caps.ts';
import { compareUsd, showUsd } from '../../pricing/usd.ts';
import { amountOf } from '../../report/phrases.ts';

/** Why a call was not made: which cap, what is spent and held under it, when it begins anew, and what to do. */
export function overBudget(receipt: Receipt, refused: Extract<HoldAnswer, { granted: false }>): TercetError {
  const { cap, spent, held } = refused;
  const { requestedModel, role, purpose, run } = receipt;
  const show = (amount: string | null) => (amount === null ? 'unknown' : amountOf(cap.unit, amount, showUsd));
  const needed = neededOf(receipt);
  const reset = resetOf(cap);
  const everFits = needed === null || compareUsd(needed, cap.amount) <= 0;
  const period = cap.scope === 'run' ? '' : ` for the ${cap.scope} ${cap.key} (UTC)`;
  const message =
    `The budget of ${show(cap.amount)}${period} cannot hold the next call: ${requestedModel} (${role}, ${purpose}) could cost up to ` +
    `${show(needed)}; spent ${show(spent)}, held by calls under way ${show(held)}. The call was not made.`;
  const smaller = `a smaller roles.${role}.maxOutputTokens`;
  const key = `budgets.${cap.unit === 'usd' ? '' : `${cap.unit}.`}${cap.scope}`;
  if (reset === null) {
    const raise = cap.unit === 'usd' ? 'a larger --budget' : `a larger \`${key}\``;
    return new TercetError('budget', message, {
      hint: `Go on with \`tercet resume ${run}\` and ${raise}, or ${smaller}.`,
    });
  }
  if (!everFits) {
    const hint = `A call of this size never fits: raise \`${key}\` in your configuration, or set ${smaller}; then \`tercet resume ${run}\`.`;
    return new TercetError('budget', message, { hint });
  }
  const hint = `Wait until then, or raise \`${key}\` in your configuration; either way go on with \`tercet resume ${run}\`.`;
  return new TercetError('budget', `${message} It begins anew at ${reset}.`, { hint, until: reset });
}
