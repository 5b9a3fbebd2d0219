import { openSession } from '../../compose/compose.ts';
import { trustOf } from '../../compose/config/trust.ts';
import { TercetError } from '../../contract/errors.ts';
import type { Check } from './check.ts';
import type { Io } from './io.ts';

/** How what this repository asks for stands with the person; for `tercet doctor`. */
export async function checkTrust(io: Io): Promise<Check> {
  const name = 'trust';
  const session = await openSession(io);
  try {
    const { state, settings, record } = await trustOf(session);
    if (state === 'nothing')
      return { name, state: 'ok', detail: 'tercet.yaml asks for nothing that needs it', fix: null };
    const keys = settings.map((setting) => setting.key).join(', ');
    if (state === 'trusted') return { name, state: 'ok', detail: `${keys}: since ${record?.at}`, fix: null };
    const changed = state === 'changed' ? ', changed since you trusted it' : '';
    const detail = `tercet.yaml asks for ${keys}${changed}; no run begins before you have seen it`;
    return { name, state: 'warning', detail, fix: '`tercet trust` shows it and asks you.' };
  } catch (error) {
    if (!(error instanceof TercetError)) throw error;
    return { name, state: 'problem', detail: error.message, fix: error.hint ?? null };
  } finally {
    await session.close();
  }
}
