import { openSession } from '../../../compose/compose.ts';
import { openDisplays } from '../../../compose/displays.ts';
import { packageVersion } from '../../../compose/package-folder.ts';
import { type Replay, replayRun } from '../../../compose/runs/replay.ts';
import { EXIT } from '../../../contract/errors.ts';
import { clean, cleanLine } from '../../../report/clean.ts';
import { type CommonOptions, colours, type Io, onInterrupt, print, printJson } from '../io.ts';

export interface ReplayOptions extends CommonOptions {
  checks?: 'recorded' | 'run';
  keep?: boolean;
}

/** `tercet replay RUN`: a recorded run again, from its receipts alone; says of every commit whether it is the same. */
export async function replay(io: Io, id: string, options: ReplayOptions): Promise<number> {
  const session = await openSession(io);
  const interrupt = onInterrupt(io, 'Nothing of the run is touched.');
  try {
    const record = await session.store.get(id);
    const { reporters } = await openDisplays(io, {
      verbosity: options.verbose === true ? 'verbose' : 'quiet',
      colour: colours(io, io.stderr),
      ask: false,
      onInterrupt: interrupt.stop,
    });
    const replayed = await replayRun(session, record, {
      checks: options.checks ?? 'recorded',
      keep: options.keep === true,
      reporters,
      signal: interrupt.signal,
    });
    if (options.json === true) printJson(io, replayed);
    else print(io, replayText(replayed, packageVersion()));
    return replayed.same ? EXIT.approved : EXIT.failed;
  } finally {
    interrupt.done();
    await session.close();
  }
}

/** `version`: of the Tercet that replays. */
function replayText(replayed: Replay, version: string): string {
  const { commits, changedChecks, missing, recordedWith } = replayed;
  const lines = [`Replay of ${replayed.run}: no model was called, nothing was spent.`];
  for (const { task, subject, recorded, replayed: made, difference } of commits) {
    const sha = (recorded ?? made ?? '').slice(0, 12);
    const title = `${sha}  ${(task ?? '').padEnd(3)} ${cleanLine(subject, 80)}`;
    lines.push(
      difference === null ? `  same     ${title}` : `  differs  ${title}\n           ${cleanLine(difference)}`,
    );
  }
  for (const { command, exitCode, timedOut, output } of changedChecks) {
    const how = timedOut ? 'ran into its deadline' : exitCode === null ? 'was killed' : `exits ${exitCode}`;
    lines.push(`  differs  ${cleanLine(command, 100)} passed then and ${how} now:\n${clean(output, 2_000)}`);
  }
  if (missing !== null) {
    lines.push(
      replayed.same ? `The recording ends at ${cleanLine(missing)}.` : `There is no receipt for ${cleanLine(missing)}.`,
    );
    if (recordedWith !== version)
      lines.push(`It was recorded with Tercet ${recordedWith}; this is ${version}, which may ask differently.`);
  }
  const same = commits.filter(({ difference }) => difference === null).length;
  lines.push(commits.length === 0 ? 'There are no commits.' : `${same} of ${commits.length} commits are the same.`);
  if (replayed.branch !== null) lines.push(`Kept as ${replayed.branch}.`);
  return lines.join('\n');
}
