import type { Agent, Door, Turn, TurnOptions, TurnResult, Work } from '../../ports/agent.ts';
import type { Worktree } from '../../ports/workspace.ts';
import type { RunContext } from '../run-context.ts';
import { doorToCommit, doorToWorktree } from './door.ts';

/**
 * Where a coding agent works during a call. `worktree`: the run's own, to write in; `look` says what of it is the
 * task's, `refuse` beforehand what is not. `at`: a commit or tree, checked out for this one turn, only to read.
 */
export type Place = { worktree: Worktree; look: () => Promise<Work>; refuse: Door['refuse'] } | { at: string };

/** Key of the journal: where the branch stands while a coding agent is at work; null when none is. */
const WORKING = 'working';

/** Paths named in a warning; the rest is counted. */
const NAMED = 5;

/** A turn of any agent; around one of a coding agent the tree is compared and put back. */
export async function turnAt(
  ctx: RunContext,
  agent: Agent,
  turn: Turn,
  given: Place | undefined,
  options: TurnOptions,
): Promise<TurnResult> {
  if (agent.can.worktree !== true) return agent.turn(turn, options);
  const place = given ?? { at: ctx.request.base };
  return 'at' in place ? readOnly(ctx, agent, turn, place.at, options) : inWorktree(ctx, agent, turn, place, options);
}

/** Asking it not to write is not enough: whatever it wrote is found and gone, and the answer stands by itself. */
async function readOnly(
  ctx: RunContext,
  agent: Agent,
  turn: Turn,
  at: string,
  options: TurnOptions,
): Promise<TurnResult> {
  const checkout = await ctx.repository.openCheckout({ run: ctx.run, treeish: at });
  const door = doorToCommit(ctx, at, turn.role);
  try {
    const result = await agent.turn(turn, { ...options, folder: { path: checkout.path, write: false, door } });
    const written = await checkout.changed();
    if (written.length > 0) {
      const message = `The ${turn.role} (${agent.model}) is only to read, and wrote ${named(written)}; undone.`;
      ctx.emit({ type: 'warning.raised', code: 'read-only', message });
    }
    return result;
  } finally {
    await checkout.close();
  }
}

/** After the turn the tree holds the task's files and nothing else; after a failed turn it is as it was. */
async function inWorktree(
  ctx: RunContext,
  agent: Agent,
  turn: Turn,
  { worktree, look, refuse }: Extract<Place, { worktree: Worktree }>,
  options: TurnOptions,
): Promise<TurnResult> {
  const before = await look();
  // What the commands of an earlier round left is not this turn's doing.
  if (before.refused.length > 0) await putWork(worktree, before);
  ctx.journal.record(WORKING, await worktree.head());
  const door = doorToWorktree(ctx, worktree, refuse);
  const result = await agent.turn(turn, { ...options, folder: { path: worktree.path, write: true, door } });
  const commits = await worktree.takeBack();
  ctx.journal.record(WORKING, null);
  if (commits > 0) {
    const message = `${agent.model} committed by itself (${commits}); the commits are folded into the task's own.`;
    ctx.emit({ type: 'warning.raised', code: 'own-commits', message });
  }
  // A cancelled run keeps what there is: it is rescued under a ref when the run ends.
  if (ctx.signal.aborted) return result;
  if (!result.ok) {
    await putWork(worktree, before);
    return result;
  }
  const work = ctx.redactor.literals(await look());
  await putWork(worktree, work);
  return { ...result, work };
}

/**
 * Undoes a turn that this run's process did not live to the end of: the agent may have committed by itself meanwhile,
 * and the branch would be taken for ours as it stands.
 */
export async function undoInterrupted(ctx: RunContext, worktree: Worktree): Promise<void> {
  const head = ctx.journal.recall(WORKING);
  if (typeof head !== 'string') return;
  await worktree.takeBack(head);
  await worktree.restore();
  ctx.journal.record(WORKING, null);
}

/** Makes the worktree HEAD and these files, through the same guarded door that every other write takes. */
export async function putWork(worktree: Worktree, { files }: Work): Promise<void> {
  await worktree.restore();
  for (const { path, text, executable } of files) {
    if (text === null) await worktree.remove(path);
    else await worktree.write(path, text, executable);
  }
}

function named(paths: readonly string[]): string {
  const more = paths.length - NAMED;
  return paths.slice(0, NAMED).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
