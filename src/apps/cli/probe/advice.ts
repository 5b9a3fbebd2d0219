import type { FailureKind } from '../../../contract/usage.ts';
import type { Probed } from '../../../workflow/probe.ts';

const ADVICE: Readonly<Record<FailureKind, string>> = {
  'rate-limit': 'Wait, then probe again. A run waits by itself, or parks.',
  quota: 'The account’s quota or credit is used up: top it up, or choose another model for this role.',
  overloaded: 'Probe again later; a run tries again by itself, then the role’s fallback.',
  network: 'Is this machine online, and the address right (docs/models.md)? A server of your own has to run.',
  stalled: 'It began and fell silent: probe again; a local model may still have been loading.',
  'cut-off': 'The connection broke: probe again.',
  'too-large': 'It does not stop: choose another model for this role.',
  garbled: 'Something else answers in its place (a proxy, a sign-in page), or its base URL is wrong.',
  refused: 'The model declined to say ok: choose another model for this role.',
  empty: 'It answered nothing: choose another model for this role, or probe again.',
  'too-long': 'A few words are too long for it: its context is wrongly configured.',
  'unknown-model':
    'Ids are exact: `tercet models` lists those with a price, `tercet models --from PROVIDER` what one has.',
  'bad-key': 'Is the key whole, still valid, and of this provider? `tercet doctor` says which variable is read.',
  'bad-request': 'The provider refuses the call as it is made: choose another model for this role, or report it.',
  cancelled: 'Probe again.',
};

/** What to do about a call that failed. A run's own advice is to resume it; there is no run here. */
export function adviceOf({ kind, hint }: NonNullable<Probed['failure']>, login: string | null): string {
  if (kind === 'bad-key' && login !== null) return `Log in: ${login}`;
  if (kind !== null) return ADVICE[kind];
  return hint === null || hint.includes('tercet resume')
    ? 'Raise the budget in your configuration, or wait until it begins anew: `tercet costs` shows what is left.'
    : hint;
}
