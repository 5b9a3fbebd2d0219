import path from 'node:path';
import { askKey } from '../../compose/ask.ts';
import type { Session } from '../../compose/compose.ts';
import { REPOSITORY_CONFIG } from '../../compose/config/read-config.ts';
import { recordTrust, type Trust, trustOf } from '../../compose/config/trust.ts';
import { TercetError } from '../../contract/errors.ts';
import { ANSI, PLAIN } from '../../report/palette.ts';
import { trustText } from '../../report/trust-text.ts';
import { canAsk, colours, type Io, say } from './io.ts';

/**
 * Before a run: where the repository asks for settings the person has not seen, and somebody is there, shows them and
 * asks. Returns whether the run goes on without them. Where nobody is there, the run itself refuses (see compose/trust).
 * @throws TercetError `cancelled` when the person says no.
 */
export async function askTrust(io: Io, session: Session, untrusted: boolean): Promise<boolean> {
  if (untrusted || !canAsk(io)) return untrusted;
  const trust = await trustOf(session);
  if (trust.state === 'nothing' || trust.state === 'trusted') return false;
  say(io, trustShown(io, session, trust, io.stderr));
  const key = await askKey(io, 'Trust these settings? [y]es, [w]ithout them this time, [n]o > ', ['y', 'w', 'n']);
  if (key === 'y') await recordTrust(session);
  if (key === 'y' || key === 'w') return key === 'w';
  throw new TercetError('cancelled', 'The repository’s settings were not trusted; nothing was begun.', {
    hint: '`--untrusted` goes on without them.',
  });
}

/** What the repository asks for, as a person reads it before they answer. */
export function trustShown(io: Io, session: Session, trust: Trust, stream: { isTTY?: boolean }): string {
  const before = trust.state === 'changed' ? trust.record : null;
  const file = path.join(session.repository.root, REPOSITORY_CONFIG);
  return trustText({ file, settings: trust.settings, before }, colours(io, stream) ? ANSI : PLAIN);
}
