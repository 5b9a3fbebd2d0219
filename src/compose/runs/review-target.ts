import { TercetError } from '../../contract/errors.ts';
import type { Repository } from '../../ports/workspace.ts';

/** What is compared with what, by commits and trees. */
export interface ReviewTarget {
  base: string;
  from: string;
  to: string;
  what: string;
}

/** A change somebody else made: a patch, what is staged, what HEAD has beyond `base`, or else the working tree. */
export interface ReviewSubject {
  base?: string | undefined;
  staged?: boolean | undefined;
  /** `name` says where the patch came from. */
  patch?: { text: string; name: string } | undefined;
}

/** Finds what is to be reviewed. @throws TercetError `usage` when that is nothing, or a name git does not know. */
export async function reviewTarget(repository: Repository, subject: ReviewSubject): Promise<ReviewTarget> {
  const target = await targetOf(repository, subject);
  if ((await repository.diff(target.from, target.to)).length > 0) return target;
  throw new TercetError('usage', `There is nothing to review: ${target.what} is empty.`, {
    hint: 'Choose another change with --base REF, --staged or --diff FILE.',
  });
}

async function targetOf(repository: Repository, { base: named, staged, patch }: ReviewSubject): Promise<ReviewTarget> {
  if (patch !== undefined) {
    const base = await repository.resolve(named ?? 'HEAD');
    const { tree } = await repository.snapshot({ of: 'patch', patch: patch.text, base });
    return { base, from: base, to: tree, what: `the diff ${patch.name}` };
  }
  if (staged === true) {
    const { tree, base } = await repository.snapshot({ of: 'staged' });
    const from = named === undefined ? base : await repository.resolve(named);
    return { base, from, to: tree, what: 'what is staged' };
  }
  if (named !== undefined) {
    const head = await repository.resolve('HEAD');
    const base = await repository.mergeBase(await repository.resolve(named), head);
    return { base, from: base, to: head, what: `${named}...HEAD` };
  }
  const { tree, base } = await repository.snapshot({ of: 'worktree' });
  return { base, from: base, to: tree, what: 'the working tree against HEAD' };
}
