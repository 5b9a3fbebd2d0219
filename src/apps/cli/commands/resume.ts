import { openSession, type Session } from '../../../compose/compose.ts';
import { ENDED, resumptionOf } from '../../../compose/runs/resumption.ts';
import { TercetError } from '../../../contract/errors.ts';
import type { RunRecord } from '../../../contract/outcome.ts';
import { follow, type ModelOptions } from '../follow.ts';
import type { Io } from '../io.ts';
import { sayMoved } from '../say-moved.ts';

/** `tercet resume`: carries an interrupted, parked or failed run on. What was paid for, answered and committed stands. */
export async function resume(io: Io, id: string | undefined, options: ModelOptions): Promise<number> {
  const session = await openSession(io);
  try {
    sayMoved(io, session);
    const record = id === undefined ? await newest(session) : await session.store.get(id);
    const { casting, work } = resumptionOf(record);
    const { plan, subject } = record.order;
    return await follow(io, session, options, { ...casting, plan, subject }, work);
  } finally {
    await session.close();
  }
}

async function newest(session: Session): Promise<RunRecord> {
  const records = await session.store.list(() => {});
  const record = records.find(({ outcome }) => !ENDED.has(outcome) && outcome !== 'cancelled');
  if (record !== undefined) return record;
  throw new TercetError('usage', 'No run of this repository waits to be resumed.', {
    hint: '`tercet runs` lists them; name one to resume it all the same.',
  });
}
