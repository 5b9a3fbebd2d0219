import { openSession, type Session } from '../../../compose/compose.ts';
import { replaysOf } from '../../../compose/runs/replay.ts';
import { EXIT, TercetError } from '../../../contract/errors.ts';
import { forMachines, sweepText } from '../clean/show.ts';
import { lookAround, REPLAY, type Sweep } from '../clean/sweep.ts';
import { type CommonOptions, canAsk, type Io, print, printJson, say as sayAside } from '../io.ts';

export interface CleanOptions extends CommonOptions {
  olderThan?: string;
  branches?: boolean;
  refs?: boolean;
  dryRun?: boolean;
  yes?: boolean;
}

/** `tercet clean`: removes what runs have left. Uncommitted work is saved under a ref first; what was spent is kept. */
export async function clean(io: Io, options: CleanOptions): Promise<number> {
  const before = new Date(Date.now() - ageOf(options.olderThan ?? '30d'));
  const session = await openSession(io);
  try {
    const sweep = await lookAround(session, before, options);
    const empty = sweep.worktrees.length + sweep.records.length + sweep.branches.length + sweep.refs.length === 0;
    // With --json stdout has the object alone; who is asked still has to see what for.
    const say = (text: string) => (options.json === true ? sayAside(io, text) : print(io, text));
    say(sweepText(sweep, empty));
    if (options.dryRun === true || empty) {
      if (options.json === true) printJson(io, forMachines(sweep, [], false));
      return EXIT.approved;
    }
    if (options.yes !== true && !(await confirmed(io))) {
      if (options.json === true) printJson(io, forMachines(sweep, [], false));
      say('Nothing was removed.');
      return EXIT.cancelled;
    }
    const rescued = await remove(session, sweep);
    if (options.json === true) printJson(io, forMachines(sweep, rescued, true));
    for (const ref of rescued) say(`Saved as ${ref}; look at it with: git show --stat ${ref}`);
    say('Removed. What was spent is still in `tercet costs`.');
    return EXIT.approved;
  } finally {
    await session.close();
  }
}

/** Milliseconds of `30d`, `12h` or `2w`. */
function ageOf(text: string): number {
  const [, count = '', unit = ''] = /^(\d{1,5})([hdw])$/.exec(text.trim()) ?? [];
  const hours = { h: 1, d: 24, w: 168 }[unit];
  if (hours !== undefined) return Number(count) * hours * 3_600_000;
  throw new TercetError('usage', `"${text}" is not an age.`, {
    hint: 'Give hours, days or weeks: 12h, 30d, 2w.',
  });
}

async function remove(session: Session, sweep: Sweep): Promise<string[]> {
  const { repository, store } = session;
  const rescued: string[] = [];
  for (const { run, path } of sweep.worktrees) {
    // Owned while it is removed: a resume that starts now waits its turn, or has been first.
    const isReplay = REPLAY.test(run);
    const owned = await (isReplay ? replaysOf(session) : store).own(run);
    try {
      rescued.push(...(await repository.leftovers.removeWorktree(path)).rescued);
    } finally {
      owned.release();
    }
    if (isReplay) await replaysOf(session).remove(run);
  }
  for (const ref of [...sweep.branches, ...sweep.refs]) await repository.leftovers.removeRef(ref);
  for (const { id } of sweep.records) await store.remove(id);
  return rescued;
}

/** @throws TercetError `usage` where nobody can be asked. */
async function confirmed(io: Io): Promise<boolean> {
  if (!canAsk(io)) {
    throw new TercetError('usage', 'Nothing was removed: there is no terminal to ask at.', {
      hint: 'Say --yes to remove it, or --dry-run to only list it.',
    });
  }
  const { createInterface } = await import('node:readline/promises');
  const reader = createInterface({ input: io.stdin, output: io.stderr });
  try {
    return /^y(es)?$/i.test((await reader.question('Remove these? [y/N] ')).trim());
  } finally {
    reader.close();
  }
}
