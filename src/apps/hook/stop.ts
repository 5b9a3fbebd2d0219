import type { Host } from '../../compose/compose.ts';
import {
  type LetGo,
  openWatched,
  type Place,
  readWatch,
  standing,
  type Watch,
  writeWatch,
} from '../../compose/sessions/watch.ts';
import type { Repository } from '../../ports/workspace.ts';
import { reached, type Standing, standingOf } from './covered.ts';
import type { Said, Told } from './events.ts';
import { farewellOf, type Missing, reasonOf } from './words.ts';

/**
 * The end of a turn, which may be the end of the session. It is held once for each state of the working tree that differs
 * from where the session began and that no review approves, with what to do; the person's word lets it go.
 */
export async function stop(host: Host, told: Told, now: Date): Promise<Said> {
  if (told.subagent) return null;
  const repository = await openWatched({ ...host, cwd: told.cwd });
  if (repository === null) return null;
  const watch = await readWatch(host, told.session, now);
  const place = watch.places[repository.root];
  if (place === undefined) return null;
  const at = await standing(repository, now);
  if (at.tree === place.tree || watch.letGo.some(({ tree }) => tree === at.tree)) return null;
  const found = await lookUp(host, repository, watch, place, at);
  if (found.reviewed) return null;
  const how = await wavedThrough(host);
  if (how !== null) {
    await writeWatch(host, { ...watch, letGo: [...watch.letGo, { how, tree: at.tree, at: at.at }] });
    return null;
  }
  const { why, by, missing } = found;
  // The session already goes on because of us: from here it is told, not held.
  if (told.again) return { systemMessage: farewellOf(why) };
  if (watch.held.some((it) => it.tree === at.tree && it.why === why)) return null;
  await writeWatch(host, { ...watch, held: [...watch.held, { tree: at.tree, why, at: at.at }] });
  return { decision: 'block', reason: reasonOf(why, by, missing) };
}

type Found = (Standing & { reviewed: true }) | (Standing & { reviewed: false } & { missing: Missing });

async function lookUp(host: Host, repository: Repository, watch: Watch, place: Place, at: Place): Promise<Found> {
  // What was committed before the session began is not its work, however it came here: a pull, another branch.
  const older = await repository.lastBefore(at.head, watch.began);
  const commits = [...new Set([place.head, at.head, ...(older === null ? [] : [older])])];
  const trees = await repository.treesOf(commits);
  const treeOf = (commit: string) => trees[commits.indexOf(commit)] ?? null;
  const start = [place.tree, treeOf(place.head), older === null ? null : treeOf(older)].filter((it) => it !== null);
  if (start.includes(at.tree)) return { reviewed: true };
  const { reviewsOf } = await import('../../compose/sessions/reviews.ts');
  const reviews = await reviewsOf({ ...host, cwd: repository.root }, repository);
  const behind = new Set<string>();
  for (const base of new Set(reviews.map((review) => review.base)))
    if (await isBefore(repository, base, place.head)) behind.add(base);
  const covers = ({ base }: { base: string }) => behind.has(base);
  const found = standingOf(at.tree, start, reviews, covers);
  if (found.reviewed) return found;
  const head = treeOf(at.head) ?? '';
  const committed = reached(start, reviews, covers).has(head);
  const base =
    older !== null && older !== place.head && !(await isBefore(repository, place.head, at.head)) ? older : place.head;
  return { ...found, missing: { base: committed ? null : base, uncommitted: head !== at.tree } };
}

/** Whether a review that began at `base` covers all that came after `head`. A base that is no commit covers nothing more. */
async function isBefore(repository: Repository, base: string, head: string): Promise<boolean> {
  if (base === head) return true;
  return (await repository.mergeBase(base, head).catch(() => null)) === base;
}

/** The person's standing word that sessions are not held. */
async function wavedThrough(host: Host): Promise<LetGo['how'] | null> {
  if (host.env.TERCET_REVIEW?.toLowerCase() === 'off') return 'environment';
  const { reviewIsOff } = await import('../../compose/sessions/reviews.ts');
  return (await reviewIsOff(host)) ? 'configuration' : null;
}
