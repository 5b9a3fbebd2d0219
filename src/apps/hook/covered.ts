import type { Reviewed } from '../../compose/sessions/reviews.ts';
import type { Why } from '../../compose/sessions/watch.ts';

/** What a session has to show for its change. */
export type Standing = { reviewed: true } | { reviewed: false; why: Why; by: Reviewed | null };

/**
 * Whether reviews lead from where a session began to the tree that stands now. Each covers the difference between two trees,
 * so they chain: what was reviewed, committed and changed again needs a review of the rest only.
 * `start`: trees the session began at. `covers`: whether a review reaches back behind them.
 */
export function standingOf(
  now: string,
  start: readonly string[],
  reviews: readonly Reviewed[],
  covers: (review: Reviewed) => boolean,
): Standing {
  const approved = reached(
    start,
    reviews.filter(({ verdict }) => verdict === 'approved'),
    covers,
  );
  if (approved.has(now)) return { reviewed: true };
  const trees = reached(start, reviews, covers);
  const ahead = leadingTo(now, reviews);
  // The newest on the way that did not approve speaks for all of it; what was said of another change does not.
  const by = reviews.findLast(
    (review) => review.verdict !== 'approved' && ahead.has(review.to) && (trees.has(review.from) || covers(review)),
  );
  if (!trees.has(now) || by === undefined) return { reviewed: false, why: 'unreviewed', by: null };
  return { reviewed: false, why: by.verdict === 'inconclusive' ? 'inconclusive' : 'changes_requested', by };
}

/** The trees from which reviews lead to one. */
function leadingTo(now: string, reviews: readonly Reviewed[]): Set<string> {
  const trees = new Set([now]);
  for (let grown = true; grown; ) {
    const before = trees.size;
    for (const review of reviews) if (trees.has(review.to)) trees.add(review.from);
    grown = trees.size > before;
  }
  return trees;
}

/** The trees that reviews lead to. */
export function reached(
  start: readonly string[],
  reviews: readonly Reviewed[],
  covers: (review: Reviewed) => boolean,
): Set<string> {
  const trees = new Set(start);
  for (let grown = true; grown; ) {
    const before = trees.size;
    for (const review of reviews) if (trees.has(review.from) || covers(review)) trees.add(review.to);
    grown = trees.size > before;
  }
  return trees;
}
