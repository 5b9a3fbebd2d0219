import { askKey } from '../../../compose/ask.ts';
import { openSession, type Session } from '../../../compose/compose.ts';
import { listTrust, recordTrust, revokeTrust, type Trust, trustOf } from '../../../compose/config/trust.ts';
import { foldersOf } from '../../../compose/folders.ts';
import { EXIT, TercetError } from '../../../contract/errors.ts';
import type { TrustRecord } from '../../../contract/trust.ts';
import { cleanLine } from '../../../report/clean.ts';
import { trustShown } from '../ask-trust.ts';
import { type CommonOptions, canAsk, type Io, print, printJson } from '../io.ts';

export interface TrustOptions extends CommonOptions {
  yes?: boolean;
  /** Digest of the settings that may be trusted; others are refused. */
  expect?: string;
  revoke?: boolean;
  list?: boolean;
}

/** `tercet trust`: shows what the repository's tercet.yaml asks for, and takes the person's word for it. */
export async function trust(io: Io, options: TrustOptions): Promise<number> {
  if (options.list === true) return list(io, options);
  if (options.revoke === true) return revoke(io, options);
  const session = await openSession(io);
  try {
    return await show(io, session, options);
  } finally {
    await session.close();
  }
}

async function show(io: Io, session: Session, options: TrustOptions): Promise<number> {
  const found = await trustOf(session);
  if (options.expect !== undefined && options.expect !== found.sha256) {
    throw new TercetError(
      'config',
      `The settings here are ${found.sha256}, not what --expect names. Nothing was recorded.`,
      {
        hint: 'Look at them with `tercet trust` where you trust what you see, and put the new digest into your script.',
      },
    );
  }
  if (found.state === 'nothing') {
    if (options.json === true) printJson(io, shape(session, found));
    else print(io, 'tercet.yaml asks for nothing that needs your trust.');
    return EXIT.approved;
  }
  if (options.json !== true) print(io, `${trustShown(io, session, found, io.stdout)}\nsha256 ${found.sha256}`);
  if (found.state !== 'trusted' && options.yes !== true) {
    if (!canAsk(io)) {
      throw new TercetError(
        'config',
        'These settings are not trusted, and there is no terminal to ask at. Nothing was recorded.',
        {
          hint: `In a script: tercet trust --yes --expect ${found.sha256}`,
        },
      );
    }
    if (options.json === true) io.stderr.write(trustShown(io, session, found, io.stderr));
    if ((await askKey(io, 'Trust these settings? [y]es, [n]o > ', ['y', 'n'])) !== 'y')
      throw new TercetError('cancelled', 'Not trusted; nothing was recorded.');
  }
  const record = found.state === 'trusted' ? found.record : await recordTrust(session);
  if (options.json === true) printJson(io, shape(session, { ...found, state: 'trusted', record }));
  else
    print(io, found.state === 'trusted' ? `Trusted since ${record?.at}.` : 'Trusted. It asks again when they change.');
  return EXIT.approved;
}

function shape({ repository }: Session, { state, sha256, settings, record }: Trust) {
  const at = state === 'trusted' ? (record?.at ?? null) : null;
  return { repository: repository.key, root: repository.root, state, sha256, at, settings };
}

async function revoke(io: Io, options: TrustOptions): Promise<number> {
  const session = await openSession(io);
  try {
    const forgotten = await revokeTrust(session);
    if (options.json === true) printJson(io, { repository: session.repository.key, forgotten });
    else print(io, forgotten === 0 ? 'Nothing was trusted here.' : 'Forgotten: the next run asks again.');
    return EXIT.approved;
  } finally {
    await session.close();
  }
}

async function list(io: Io, options: TrustOptions): Promise<number> {
  const records = await listTrust(foldersOf(io.env));
  if (options.json === true) printJson(io, { trusted: records });
  else if (records.length === 0) print(io, 'No repository is trusted.');
  else for (const record of records) print(io, line(record));
  return EXIT.approved;
}

function line({ root, at, sha256, settings }: TrustRecord): string {
  const asks = settings.map((setting) => setting.key).join(', ');
  return `${cleanLine(at, 30)}  ${sha256.slice(0, 12)}  ${cleanLine(root, 500)}  ${cleanLine(asks, 500)}`;
}
