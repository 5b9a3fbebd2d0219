import { openSession, type Session } from '../../../compose/compose.ts';
import { TercetError } from '../../../contract/errors.ts';
import type { RunRecord, RunResult, RunSummary } from '../../../contract/outcome.ts';
import type { Artefact } from '../../../ports/store.ts';
import { summarise } from '../../../pricing/sum.ts';
import { showUsd } from '../../../pricing/usd.ts';
import { clean, cleanLine } from '../../../report/clean.ts';
import { summaryOf } from '../../../report/json.ts';
import { spentOf } from '../../../report/phrases.ts';
import { reportText } from '../follow.ts';
import { type CommonOptions, type Io, print, printJson } from '../io.ts';

export interface ShowOptions extends CommonOptions {
  plan?: boolean;
  diff?: boolean;
  report?: boolean;
}

/** `tercet show RUN`: one run whole, or one of its files. */
export async function show(io: Io, id: string, options: ShowOptions): Promise<number> {
  const session = await openSession(io);
  try {
    const record = await session.store.get(id);
    const wanted = artefactOf(options);
    if (wanted !== null) await showFile(io, session, record, wanted, options);
    else await showRun(io, session, record, options);
    return 0;
  } finally {
    await session.close();
  }
}

function artefactOf(options: ShowOptions): Artefact | null {
  if (options.plan === true) return 'plan.yaml';
  if (options.diff === true) return 'change.diff';
  return options.report === true ? 'report.md' : null;
}

async function showFile(
  io: Io,
  { store }: Session,
  record: RunRecord,
  name: Artefact,
  options: ShowOptions,
): Promise<void> {
  const text = await store.read(record.id, name);
  if (text === null) {
    const why = record.outcome === 'running' ? 'it has not come that far' : `it ended (${record.outcome}) without one`;
    throw new TercetError('usage', `Run ${record.id} has no ${name}: ${why}.`, {
      hint: `\`tercet show ${record.id}\` says what it has.`,
    });
  }
  if (options.json === true) printJson(io, { run: record.id, file: name, text });
  else print(io, io.stdout.isTTY === true ? clean(text, text.length) : text);
}

async function showRun(io: Io, session: Session, record: RunRecord, options: ShowOptions): Promise<void> {
  const text = await session.store.read(record.id, 'result.json');
  const folder = cleanLine(session.store.folder(record.id), 1_000);
  if (text !== null) {
    // A run of an earlier version says nothing of sensitive files.
    const result = { sensitive: [], ...(JSON.parse(text) as object) } as unknown as RunResult;
    if (options.json === true) printJson(io, summaryOf(result));
    else print(io, `${await reportText(io, result)}\nFiles  ${folder}`);
    return;
  }
  const cost = summarise(await session.ledger.list({ run: record.id }));
  if (options.json === true) {
    printJson(io, unfinished(record, cost));
    return;
  }
  const running = record.outcome === 'running';
  const reason = running
    ? 'It has no end yet: it is still at work, or its process was stopped.'
    : clean(record.reason, 2_000);
  print(
    io,
    `${record.id}  ${record.kind}, ${record.outcome.replaceAll('_', ' ')}, started ${record.startedAt}
  ${clean(record.request.text, 500)}
  ${reason}
Cost   ${spentOf({ ...cost, bases: [cost.basis] }, showUsd)}
Files  ${folder}`,
  );
}

/** A run without a result, in the form of one that has: what it has spent is in the ledger, call by call. */
function unfinished(record: RunRecord, cost: RunResult['cost']): Omit<RunSummary, 'outcome'> & { outcome: string } {
  return {
    run: record.id,
    outcome: record.outcome,
    reason: record.reason,
    verdict: null,
    branch: record.branch,
    base: record.request.base,
    commits: [],
    tasks: [],
    findings: [],
    sensitive: [],
    cost: {
      usd: cost.usd,
      basis: cost.basis,
      unknownCalls: cost.unknownCalls,
      byRole: Object.fromEntries(cost.byRole.map((line) => [line.key, { usd: line.usd, calls: line.calls }])),
    },
    counterfactual: null,
  };
}
