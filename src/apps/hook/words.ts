import type { Reviewed } from '../../compose/sessions/reviews.ts';
import type { Why } from '../../compose/sessions/watch.ts';

/** What of the change no review covers: the commits since `base`, and what is not committed. */
export interface Missing {
  base: string | null;
  uncommitted: boolean;
}

const SKIP =
  'Whether it may go without is the person’s word: they can type /tercet:skip-review. Do not decide that for them.';

/** What the host's model is told when the end is held. Nothing in it comes from a repository or a model. */
export function reasonOf(why: Why, by: Reviewed | null, missing: Missing): string {
  const once = 'This is said once for the change as it stands.';
  if (why === 'unreviewed') {
    return `Tercet: this session changed files, and the change as it stands was not reviewed. Have it reviewed now with /tercet:review: ${callsOf(missing)} Then tell the person the verdict and the findings. ${SKIP} ${once}`;
  }
  const run = by === null ? '' : ` (run ${by.run})`;
  if (why === 'inconclusive') {
    return `Tercet: the review of this change came to no verdict${run}, which is not an approval. Tell the person so and why (\`get_run\`), or have it reviewed again with /tercet:review. ${SKIP} ${once}`;
  }
  const open = by?.blocking ?? 0;
  const findings =
    open === 0 ? 'a criterion is not met' : `${open} blocking finding${open === 1 ? ' is' : 's are'} open`;
  return `Tercet: the review of this change asks for changes${run}: ${findings}. \`get_run\` has them. Mend them and have the change reviewed again, or tell the person each of them and why it stays. ${SKIP} ${once}`;
}

/** What the person is told when a session that was held ends all the same. */
export function farewellOf(why: Why): string {
  const how = {
    unreviewed: 'was not reviewed',
    changes_requested: 'was reviewed, and changes were asked for',
    inconclusive: 'was reviewed without a verdict',
  };
  return `Tercet: the change of this session, as it stands, ${how[why]}.`;
}

function callsOf({ base, uncommitted }: Missing): string {
  const commits = base === null ? null : `call the tool \`review\` with base "${base.slice(0, 12)}" (the commits)`;
  if (commits === null) return 'call the tool `review` without base (the working tree).';
  return uncommitted ? `${commits}, and then without base (what is not committed).` : `${commits}.`;
}
