import { openSession } from '../../../compose/compose.ts';
import { TercetError } from '../../../contract/errors.ts';
import { cleanLine } from '../../../report/clean.ts';
import { count } from '../../../report/phrases.ts';
import { type CommonOptions, type Io, print, printJson } from '../io.ts';

/** Outcomes whose change was not approved: applied only when the person insists. */
const NEEDS_FORCE = new Set(['changes_requested', 'inconclusive', 'failed', 'parked', 'cancelled']);

/** `tercet apply RUN`: brings the change of a run into the working tree; all of it or nothing. */
export async function apply(io: Io, id: string, options: CommonOptions & { force?: boolean }): Promise<number> {
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
    const { files } = await session.repository.apply(record.request.base, await session.repository.resolve(branch));
    if (options.json === true) printJson(io, { run: record.id, branch, files });
    else
      print(
        io,
        `Applied ${count(result.commits.length, 'commit')} of ${branch} to the working tree, uncommitted:\n${files.map((file) => `  ${cleanLine(file)}`).join('\n')}\nYour index is as it was. To merge with history instead: git merge ${branch}`,
      );
    return 0;
  } finally {
    await session.close();
  }
}
