import { openSession } from '../../../compose/compose.ts';
import type { RunRecord } from '../../../contract/outcome.ts';
import { showUsd } from '../../../pricing/usd.ts';
import { cleanLine } from '../../../report/clean.ts';
import { type CommonOptions, type Io, print, printJson, say } from '../io.ts';

/** `tercet runs`: the runs of this repository, newest first. */
export async function runs(io: Io, options: CommonOptions & { limit?: number }): Promise<number> {
  const session = await openSession(io);
  try {
    const records = await session.store.list((file, why) =>
      say(io, `tercet: ${cleanLine(file, 1_000)} cannot be read (${cleanLine(why)}); it is left as it is.`),
    );
    const shown = records.slice(0, options.limit ?? 20);
    if (options.json === true) for (const record of shown) printJson(io, record);
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
  return `${record.id}  ${cleanLine(String(record.kind), 7).padEnd(7)}  ${record.outcome.padEnd(17)}  ${cost.padStart(8)}  ${text}`;
}
