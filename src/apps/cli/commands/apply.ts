import { askKey } from '../../../compose/ask.ts';
import { openSession, type Session } from '../../../compose/compose.ts';
import type { SensitiveFile } from '../../../contract/change.ts';
import { TercetError } from '../../../contract/errors.ts';
import { describeSensitive } from '../../../handoff/sensitive-changes.ts';
import { cleanLine } from '../../../report/clean.ts';
import { count } from '../../../report/phrases.ts';
import { findSensitive } from '../../../workflow/find-sensitive.ts';
import { type CommonOptions, canAsk, type Io, print, printJson, say } from '../io.ts';

export interface ApplyOptions extends CommonOptions {
  force?: boolean;
  yes?: boolean;
}

/** Outcomes whose change was not approved: applied only when the person insists. */
const NEEDS_FORCE = new Set(['changes_requested', 'inconclusive', 'failed', 'parked', 'cancelled']);

/** `tercet apply RUN`: brings the change of a run into the working tree; all of it or nothing. */
export async function apply(io: Io, id: string, options: ApplyOptions): Promise<number> {
  const session = await openSession(io);
  try {
    const record = await session.store.get(id);
    const { branch, result } = record;
    if (branch === null || result === null || result.commits.length === 0) {
      throw new TercetError('usage', `Run ${record.id} has no change to apply (${record.outcome}).`);
    }
    if (NEEDS_FORCE.has(record.outcome) && options.force !== true) {
      throw new TercetError('usage', `Run ${record.id} was not approved (${record.outcome}): ${record.reason}`, {
        hint: `Read it with \`tercet show ${record.id}\`; \`tercet apply ${record.id} --force\` applies it as it is.`,
      });
    }
    const { base } = record.request;
    const head = await session.repository.resolve(branch);
    const sensitive = await lookAt(io, session, { run: record.id, base, head }, options.yes === true);
    const { files } = await session.repository.apply(base, head);
    if (options.json === true) printJson(io, { run: record.id, branch, files, sensitive });
    else
      print(
        io,
        `Applied ${count(result.commits.length, 'commit')} of ${cleanLine(branch)} to the working tree, uncommitted:\n${files.map((file) => `  ${cleanLine(file)}`).join('\n')}\nYour index is as it was. To merge with history instead: git merge ${cleanLine(branch)}`,
      );
    return 0;
  } finally {
    await session.close();
  }
}

/**
 * Says which files of the change run code elsewhere or steer tools, as the branch stands now, and goes on only when
 * the person says so. Returns them.
 */
async function lookAt(
  io: Io,
  session: Session,
  change: { run: string; base: string; head: string },
  yes: boolean,
): Promise<SensitiveFile[]> {
  const diffs = await session.repository.diff(change.base, change.head);
  const files = diffs.map((diff) => diff.file);
  const sensitive = await findSensitive(session.repository, change.base, change.head, files);
  if (sensitive.length === 0) return sensitive;
  const rows = sensitive.map((file) => `  ${cleanLine(file.path)}  ${cleanLine(describeSensitive(file), 600)}`);
  say(io, `This change touches files that run code elsewhere or steer tools:\n${rows.join('\n')}`);
  if (yes) return sensitive;
  if (!canAsk(io)) {
    throw new TercetError('usage', 'Nothing was applied: these files need a person’s word, and nobody can be asked.', {
      hint: `Read them with \`tercet show ${change.run} --diff\`; \`tercet apply ${change.run} --yes\` applies them.`,
    });
  }
  if ((await askKey(io, 'Apply them? [y]es, [n]o > ', ['y', 'n'])) === 'y') return sensitive;
  throw new TercetError('cancelled', 'Nothing was applied.');
}
