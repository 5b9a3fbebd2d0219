import { openSession } from '../../../compose/compose.ts';
import { TercetError } from '../../../contract/errors.ts';
import type { RunResult } from '../../../contract/outcome.ts';
import type { Artefact } from '../../../ports/store.ts';
import { clean, cleanLine } from '../../../report/clean.ts';
import { summaryOf } from '../../../report/json.ts';
import { reportText } from '../follow.ts';
import { type CommonOptions, type Io, print, printJson } from '../io.ts';

export interface ShowOptions extends CommonOptions {
  plan?: boolean;
  diff?: boolean;
  report?: boolean;
}

/** `tercet show RUN`: one run whole, or one of its artefacts. */
export async function show(io: Io, id: string, options: ShowOptions): Promise<number> {
  const session = await openSession(io);
  try {
    const record = await session.store.get(id);
    const wanted: Artefact | null =
      options.plan === true
        ? 'plan.yaml'
        : options.diff === true
          ? 'change.diff'
          : options.report === true
            ? 'report.md'
            : null;
    const text = await session.store.read(record.id, wanted ?? 'result.json');
    if (wanted !== null) {
      if (text === null)
        throw new TercetError(
          'usage',
          `Run ${record.id} has no ${wanted}: it ended (${record.outcome}) before there was one.`,
        );
      print(io, io.stdout.isTTY === true ? clean(text, text.length) : text);
      return 0;
    }
    if (text === null) {
      if (options.json === true) printJson(io, record);
      else
        print(
          io,
          `${record.id}  ${record.outcome}\n${clean(record.reason)}\nFiles: ${cleanLine(session.store.folder(record.id), 1_000)}`,
        );
      return 0;
    }
    // A run of an earlier version says nothing of sensitive files.
    const result = { sensitive: [], ...(JSON.parse(text) as object) } as unknown as RunResult;
    if (options.json === true) printJson(io, summaryOf(result));
    else print(io, `${reportText(io, result)}Files: ${cleanLine(session.store.folder(record.id), 1_000)}`);
    return 0;
  } finally {
    await session.close();
  }
}
