import type { Coverage, CriterionVerdict, Finding, Review } from '../contract/review.ts';
import { HARMLESS_SKIPS } from './cover.ts';

export interface DecideOptions {
  /** Criteria that a command has shown: it ran and exited 0. They are met whatever a reviewer could not see. */
  shown?: ReadonlySet<string>;
  /** What criteria mean that nobody could judge. Default `approve`, with a reason that names them. */
  unclear?: 'approve' | 'inconclusive';
}

/**
 * The verdict, by rule: the reviewer's word alone approves nothing. `changes_requested` for an open blocking finding or
 * a criterion that is not met; `inconclusive` when part of the change was not read, or no planned criterion could be
 * judged; otherwise `approved`. `planned` says whether the change has a plan with criteria. `reason` is for people.
 */
export function decide(
  findings: readonly Finding[],
  criteria: readonly CriterionVerdict[],
  coverage: Coverage,
  planned: boolean,
  options: DecideOptions = {},
): Pick<Review, 'verdict' | 'reason'> {
  const blocking = findings.filter((finding) => finding.blocking && finding.status === 'open');
  const broken = criteria.filter((verdict) => verdict.met === 'no');
  if (blocking.length > 0 || broken.length > 0) {
    const parts = [
      blocking.length > 0 && `${count(blocking.length, 'blocking finding')} (${ids(blocking)})`,
      broken.length > 0 && `${count(broken.length, 'criterion', 'criteria')} not met (${ids(broken)})`,
    ];
    return { verdict: 'changes_requested', reason: `${parts.filter(Boolean).join(' and ')}.` };
  }

  const unread = whyUnread(coverage);
  if (unread) return { verdict: 'inconclusive', reason: unread };

  const unclear = criteria.filter(({ id, met }) => met === 'unclear' && !options.shown?.has(id));
  if (planned && criteria.length === 0) {
    return {
      verdict: 'inconclusive',
      reason: 'No criterion of the plan was judged. Review again, or read the change yourself.',
    };
  }
  if (unclear.length > 0 && (unclear.length === criteria.length || options.unclear === 'inconclusive')) {
    const which = unclear.length === criteria.length ? 'None of the criteria' : `Not all criteria (${ids(unclear)})`;
    const reason = `${which} could be judged. Give them commands that show them, or check them yourself.`;
    return { verdict: 'inconclusive', reason };
  }
  const notes = findings.filter((finding) => finding.status === 'open').length;
  const sentences = [
    criteria.length > unclear.length && `${count(criteria.length - unclear.length, 'criterion', 'criteria')} met`,
    notes > 0
      ? `no blocking finding (${count(notes, 'note')})`
      : findings.length > 0
        ? 'no open finding'
        : 'no finding',
    unclear.length > 0 && `not judged: ${ids(unclear)}; check by hand`,
    coverage.skipped.length > 0 && `not read: ${skippedPaths(coverage)}`,
  ];
  const reason = sentences.filter(Boolean).join('; ');
  return { verdict: 'approved', reason: `${reason.charAt(0).toUpperCase()}${reason.slice(1)}.` };
}

/** Why the change counts as not read, or null. Binary, lock and generated files may go unread beside others. */
function whyUnread({ hunks, reviewed, skipped }: Coverage): string | null {
  const serious = skipped.filter(({ reason }) => !HARMLESS_SKIPS.includes(reason));
  const first = serious[0];
  if (first) {
    const where = first.hunk ? `${first.path} ${first.hunk}` : first.path;
    const more = serious.length > 1 ? ` and ${serious.length - 1} more` : '';
    return `Not read: ${where} (${first.reason})${more}. Review it yourself, or split the change.`;
  }
  const accounted = reviewed + skipped.filter(({ hunk }) => hunk !== null).length;
  if (accounted < hunks) return `${count(hunks - accounted, 'hunk')} of ${hunks} went unread. Review again.`;
  if (reviewed === 0 && skipped.length > 0) return 'Nothing of the change could be read. Review it yourself.';
  return null;
}

function skippedPaths({ skipped }: Coverage): string {
  const reasons = new Map(skipped.map(({ path, reason }) => [path, reason]));
  const named = [...reasons].slice(0, 5).map(([path, reason]) => `${path} (${reason})`);
  return `${named.join(', ')}${reasons.size > 5 ? ` and ${reasons.size - 5} more` : ''}`;
}

function ids(items: readonly { id: string }[]): string {
  return items.map(({ id }) => id).join(', ');
}

function count(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}
