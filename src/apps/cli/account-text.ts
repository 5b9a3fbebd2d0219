import type { FoundAgent } from '../../compose/setup/survey.ts';

/** How a coding agent would be paid, and whether it is logged in, as far as it tells. */
export function accountText(account: FoundAgent['account'], key: string | null): string {
  if (key !== null) return `${key}, paid by token`;
  if (account === null) return 'not here';
  return account.state === 'in' ? `logged in: ${account.detail}` : account.detail;
}
