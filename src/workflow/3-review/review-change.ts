import { estimateTokens } from '../../context/index.ts';
import type { FileDiff } from '../../contract/change.ts';
import { TercetError } from '../../contract/errors.ts';
import type { Coverage, CriterionVerdict, Finding, Review, ReviewerAnswer } from '../../contract/review.ts';
import { type ReviewPart, splitForReview } from '../../handoff/cover.ts';
import { decide } from '../../handoff/decide.ts';
import { carryOver, mergeParts, overrule, shownBy } from '../../handoff/judge-criteria.ts';
import { verifyFindings } from '../../handoff/verify-findings.ts';
import { checkServedLineage } from '../calls/lineage.ts';
import { findSensitive } from '../find-sensitive.ts';
import type { RunContext } from '../run-context.ts';
import { askAboutPart } from './ask-about-part.ts';
import type { ReviewSubject } from './review-message.ts';

/**
 * One round of review: every hunk goes to the reviewer or is listed as skipped, its findings are verified by code,
 * and code decides the verdict. A reviewer that fails in any way gives `inconclusive`: never approval, never a loop.
 *
 * @throws TercetError only `cancelled`, `budget`, `parked` and `config`: the run as a whole stops then.
 */
export async function reviewChange(ctx: RunContext, subject: ReviewSubject): Promise<Review> {
  const diffs = await ctx.repository.diff(subject.from, subject.to);
  const { reviewTokens: maxTokens } = ctx.settings;
  const { parts, coverage } = splitForReview(diffs, { maxTokens, estimate: estimateTokens });
  const { round } = subject;
  if (diffs.length === 0) {
    const reason = 'The change is empty: there was nothing to review.';
    return finish(ctx, { ...nothingRead(subject, coverage), verdict: 'inconclusive', reason });
  }
  const texts = await ctx.repository.read(
    subject.to,
    diffs.filter((diff) => diff.file.status !== 'deleted').map((diff) => diff.file.path),
  );
  const { from, to } = subject;
  const sensitive = await findSensitive(
    ctx.repository,
    from,
    to,
    diffs.map((diff) => diff.file),
  );
  if (sensitive.length > 0) ctx.emit({ type: 'sensitive.found', files: sensitive });
  let findings = [...subject.open];
  let criteria: CriterionVerdict[] = [];
  let servedBy: string | null = null;
  let read = 0;
  try {
    for (const [index, part] of parts.entries()) {
      const shown = { ...part, sensitive, index, of: parts.length };
      for (const { value, servedModel, files } of await askAboutPart(ctx, subject, shown, texts)) {
        servedBy = servedModel;
        await checkServedLineage(ctx, servedModel);
        const verified = verify(ctx, subject, value, files, texts, findings);
        for (const { finding, reason } of verified.dropped) {
          ctx.emit({
            type: 'warning.raised',
            code: 'finding-dropped',
            message: `A finding of the reviewer was dropped (${reason}): ${finding.title.slice(0, 100)}`,
          });
        }
        findings = verified.findings;
        criteria = mergeParts(criteria, verified.criteria);
      }
      read++;
    }
  } catch (error) {
    if (!(error instanceof TercetError) || STOPS.has(error.code)) throw error;
    return finish(ctx, {
      verdict: 'inconclusive',
      reason: `The review could not be made: ${error.words}`,
      round,
      criteria: carryOver(subject.judged, criteria),
      findings,
      coverage: withoutParts(coverage, parts.slice(read)),
      servedBy,
    });
  }
  for (const finding of findings) if (finding.round === round) ctx.emit({ type: 'finding.verified', finding });
  const checks = subject.tasks.flatMap((task) => task.checks);
  criteria = overrule(carryOver(subject.judged, criteria), checks);
  const { verdict, reason } = decide(findings, criteria, coverage, subject.plan !== null, { shown: shownBy(checks) });
  return finish(ctx, { verdict, reason, round, criteria, findings, coverage, servedBy });
}

/** What stops the run as a whole; anything else leaves this review without a verdict. */
const STOPS: ReadonlySet<TercetError['code']> = new Set(['cancelled', 'budget', 'parked', 'config']);

function verify(
  ctx: RunContext,
  subject: ReviewSubject,
  answer: ReviewerAnswer,
  files: readonly FileDiff[],
  texts: ReadonlyMap<string, string | null>,
  known: readonly Finding[],
) {
  // Only what the reviewer was shown as open can it call fixed; not what another part of this round has just found.
  const shown = new Set(subject.open.filter(({ status }) => status === 'open').map(({ id }) => id));
  return verifyFindings(
    { ...answer, fixed: answer.fixed.filter((id) => shown.has(id)) },
    {
      files,
      textOf: (path) => texts.get(path) ?? null,
      round: subject.round,
      known,
      criteria: new Set(subject.plan?.tasks.flatMap((task) => task.criteria.map((criterion) => criterion.id)) ?? []),
      blocking: ctx.settings.blocking,
    },
  );
}

function nothingRead(subject: ReviewSubject, coverage: Coverage): Omit<Review, 'verdict' | 'reason'> {
  return { round: subject.round, criteria: [...subject.judged], findings: [...subject.open], coverage, servedBy: null };
}

/** Accounts for the parts that a failed review never got to. */
function withoutParts(coverage: Coverage, unread: readonly ReviewPart[]): Coverage {
  const hunks = unread.flatMap(({ files }) => files.flatMap((file) => file.hunks));
  const skipped = hunks.map(({ path, id }) => ({ path, hunk: id, reason: 'the review failed before it' }));
  return {
    ...coverage,
    reviewed: coverage.reviewed - hunks.length,
    skipped: [...coverage.skipped, ...skipped],
  };
}

function finish(ctx: RunContext, review: Review & { coverage: Coverage }): Review {
  ctx.emit({ type: 'review.finished', review });
  return review;
}
