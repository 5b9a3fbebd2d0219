import { openSession } from '../../../compose/compose.ts';
import type { RunRecord } from '../../../contract/outcome.ts';
import { showUsd } from '../../../pricing/usd.ts';
import { cleanLine } from '../../../report/clean.ts';
import { type CommonOptions, type Io, print } from '../io.ts';
import { sayMoved } from '../say-moved.ts';

/** `tercet runs`: the runs of this repository, newest first. */
export async function runs(io: Io, options: CommonOptions & { limit?: number }): Promise<number> {
  const session = await openSession(io);
  try {
    sayMoved(io, session);
    const records = await session.store.list((file, why) =>
      io.stderr.write(`tercet: ${file} cannot be read (${why}); it is left as it is.\n`),
    );
    const shown = records.slice(0, options.limit ?? 20);
    if (options.json === true) for (const record of shown) print(io, JSON.stringify(record));
    else if (shown.length === 0) print(io, 'No runs in this repository yet. Start one: tercet run "…"');
    else for (const record of shown) print(io, line(record));
    if (options.json !== true && records.length > shown.length)
      print(io, `… and ${records.length - shown.length} older (--limit).`);
    return 0;
  } finally {
    await session.close();
  }
}

function line(record: RunRecord): string {
  const cost = record.result === null ? '' : showUsd(record.result.cost.usd);
  const text = cleanLine(record.request.text, 60);
  return `${record.id}  ${record.kind.padEnd(7)}  ${record.outcome.padEnd(17)}  ${cost.padStart(8)}  ${text}`;
}
