import { TercetError } from '../../contract/errors.ts';

/** The amount that `--budget` says, US dollars. @throws TercetError `usage`. */
export function budgetOf(value: string): string {
  const amount = value.trim().replace(/^\$/, '');
  if (/^\d+(\.\d{1,12})?$/.test(amount)) return amount;
  throw new TercetError('usage', `"${value}" is not an amount for --budget.`, {
    hint: 'Give US dollars, e.g. --budget 0.50.',
  });
}
