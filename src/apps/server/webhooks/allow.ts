import { TercetError } from '../../../contract/errors.ts';
import type { WebhookRules } from '../host.ts';
import { Problem } from '../problem.ts';

/** An address as it is compared: parsed, without a fragment. @throws TercetError `usage` for what is none. */
export function webhookRule(given: string): string {
  const url = URL.canParse(given) ? new URL(given) : null;
  const local = url !== null && /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname);
  if (url === null || url.username !== '' || !(url.protocol === 'https:' || (url.protocol === 'http:' && local))) {
    throw new TercetError('usage', `${JSON.stringify(given)} is not an address for --webhook-url.`, {
      hint: 'Give an https address; one that ends in / allows all below it. http only on this machine.',
    });
  }
  url.hash = '';
  return url.href;
}

/**
 * The address a run may tell its end to. Only what the server was started with counts, compared after parsing, so that no
 * spelling leads elsewhere. @throws Problem `invalid`.
 */
export function allowedWebhook(given: string | undefined, { urls }: WebhookRules): string | null {
  if (given === undefined) return null;
  const url = new URL(given);
  url.hash = '';
  const allowed =
    url.username === '' && urls.some((rule) => url.href === rule || (rule.endsWith('/') && url.href.startsWith(rule)));
  if (allowed) return url.href;
  throw new Problem('invalid', 'The server does not send webhooks to this address.', {
    hint: 'It sends them only where it was started with --webhook-url.',
  });
}
