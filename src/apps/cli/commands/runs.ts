import { openSession } from '../../../compose/compose.ts';
import type { RunRecord } from '../../../contract/outcome.ts';
import { showUsd } from '../../../pricing/usd.ts';
import { cleanLine } from '../../../report/clean.ts';
import { columns } from '../columns.ts';
import { type CommonOptions, type Io, paletteOf, print, printJson, say } from '../io.ts';
import { sayMoved } from '../say-moved.ts';

/** `tercet runs`: the runs of this repository, newest first. */
export async function runs(io: Io, options: CommonOptions & { limit?: number }): Promise<number> {
  const session = await openSession(io);
  try {
    sayMoved(io, session);
    const records = await session.store.list((file, why) =>
      say(io, `tercet: ${cleanLine(file, 1_000)} cannot be read (${cleanLine(why)}); it is left as it is.`),
    );
    const shown = records.slice(0, options.limit ?? 20);
    if (options.json === true) {
      const runs = shown.map(({ id, version: _, ...record }) => ({ run: id, ...record }));
      printJson(io, { total: records.length, runs });
      return 0;
    }
    if (records.length === 0) print(io, 'No runs in this repository yet. Start one: tercet run "…"');
    else if (shown.length > 0) print(io, tableOf(shown, io).join('\n'));
    if (records.length > shown.length) print(io, `… and ${records.length - shown.length} older (--limit).`);
    return 0;
  } finally {
    await session.close();
  }
}

function tableOf(records: readonly RunRecord[], io: Io): string[] {
  const rows = records.map((record) => [
    record.id,
    record.kind,
    record.outcome.replaceAll('_', ' '),
    record.result === null ? '' : showUsd(record.result.cost.usd),
    cleanLine(record.request.text, 60),
  ]);
  const [head = '', ...lines] = columns([['run', 'kind', 'outcome', 'cost', 'request'], ...rows], 'lllrl');
  return [paletteOf(io).dim(head), ...lines];
}
