import { setTimeout as pause } from 'node:timers/promises';
import { openSession } from '../../../compose/compose.ts';
import { TercetError } from '../../../contract/errors.ts';
import { type CommonOptions, type Io, print } from '../io.ts';

/** Time a running process gets to stop cleanly, ms: its current call is aborted, its worktree closed. */
const PATIENCE_MS = 15_000;

/** `tercet cancel RUN`: stops a run, wherever it is carried on; its branch and its receipts stay. */
export async function cancel(io: Io, id: string, options: CommonOptions): Promise<number> {
  const session = await openSession(io);
  try {
    const record = await session.store.get(id);
    const owner = await session.store.ownerOf(record.id);
    if (owner !== null) {
      process.kill(owner.pid, 'SIGTERM');
      const until = Date.now() + PATIENCE_MS;
      while ((await session.store.ownerOf(record.id)) !== null) {
        if (Date.now() > until) {
          throw new TercetError(
            'usage',
            `Run ${record.id} did not stop within ${PATIENCE_MS / 1000} s (process ${owner.pid}).`,
            {
              hint: `End it with: kill -9 ${owner.pid}; then \`tercet resume ${record.id}\` or \`tercet cancel ${record.id}\`.`,
            },
          );
        }
        await pause(100);
      }
    } else if (!['running', 'parked'].includes(record.outcome)) {
      throw new TercetError('usage', `Run ${record.id} has ended already (${record.outcome}).`);
    } else {
      const reason = 'Cancelled by `tercet cancel`.';
      await session.store.save({
        ...record,
        outcome: 'cancelled',
        parked: null,
        reason,
        endedAt: new Date().toISOString(),
      });
    }
    if (options.json === true) print(io, JSON.stringify({ run: record.id, outcome: 'cancelled' }));
    else print(io, `Run ${record.id} is cancelled. \`tercet resume ${record.id}\` goes on with it all the same.`);
    return 0;
  } finally {
    await session.close();
  }
}
