import type { Spending } from '../ports/ledger.ts';
import { leftOf, resetOf } from '../pricing/caps.ts';
import { amountOf, type Money } from './phrases.ts';

/** One line a cap: `Budget of the day 2026-11-22 (UTC): $3.20 of $20.00 spent, $0.40 held, $16.40 left; …`. */
export function budgetLines(budgets: readonly Spending[], money: Money): string[] {
  return budgets.map((spending) => {
    const { cap, spent, held } = spending;
    const show = (amount: string) => amountOf(cap.unit, amount, money);
    const figures = `${show(spent)} of ${show(cap.amount)} spent, ${show(held)} held, ${show(leftOf(spending))} left`;
    const reset = resetOf(cap);
    return `Budget of the ${cap.scope} ${cap.key} (UTC): ${figures}${reset === null ? '' : `; begins anew at ${reset}`}.`;
  });
}
