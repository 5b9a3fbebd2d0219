import { TercetError } from '../../contract/errors.ts';
import type { Role } from '../../contract/role.ts';
import type { RunContext } from '../run-context.ts';

/** A request that is longer than its model takes. Whoever made it may make a shorter one, once. */
export class TooLong extends TercetError {}

/**
 * Does what fills a model's context; when that is too long, does it once more with a `share` below 1 of what can be left
 * out. What is too long even then fails, with the sizes in the message.
 */
export async function compactOnce<T>(
  ctx: Pick<RunContext, 'emit'>,
  what: { role: Role; task: string | null; how: string; share: number },
  work: (share: number) => Promise<T>,
): Promise<T> {
  try {
    return await work(1);
  } catch (error) {
    if (!(error instanceof TooLong)) throw error;
    const { role, task, how } = what;
    ctx.emit({ type: 'context.compacted', role, task, how });
    return work(what.share);
  }
}
