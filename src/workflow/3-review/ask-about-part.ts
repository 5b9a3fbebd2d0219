import { estimateTokens } from '../../context/index.ts';
import type { FileDiff } from '../../contract/change.ts';
import { type Coverage, ReviewerAnswer } from '../../contract/review.ts';
import { type ReviewPart, splitForReview } from '../../handoff/cover.ts';
import { type Answered, ask } from '../calls/ask.ts';
import { sectionOf } from '../calls/section.ts';
import { compactOnce } from '../calls/too-long.ts';
import type { RunContext } from '../run-context.ts';
import { type ReviewSubject, reviewMessage } from './review-message.ts';

/** What the reviewer says about some files of a part. */
export interface PartAnswer extends Answered<ReviewerAnswer> {
  files: readonly FileDiff[];
}

/** A part that is too long for the reviewer is asked about in pieces of at most this share of an ordinary part. */
const SHARE = 0.25;

/**
 * Asks about one part of a change: in one call, or in several where the model does not take it whole.
 * @returns the answers, and the hunks that are too large for a call even so: nobody has read them.
 */
export async function askAboutPart(
  ctx: RunContext,
  subject: ReviewSubject,
  part: ReviewPart,
  texts: ReadonlyMap<string, string | null>,
): Promise<{ answers: PartAnswer[]; skipped: Coverage['skipped'] }> {
  const what = { role: 'reviewer', task: null, how: 'smaller parts of the change', share: SHARE } as const;
  return compactOnce(ctx, what, async (share) => {
    const maxTokens = Math.ceil(ctx.settings.reviewTokens * share);
    const { parts, coverage } =
      share === 1
        ? { parts: [part], coverage: { skipped: [] } }
        : splitForReview(part.files, { maxTokens, estimate: estimateTokens });
    const answers: PartAnswer[] = [];
    for (const piece of parts) answers.push(await askAbout(ctx, subject, piece, texts, maxTokens));
    return { answers, skipped: coverage.skipped };
  });
}

async function askAbout(
  ctx: RunContext,
  subject: ReviewSubject,
  part: ReviewPart,
  texts: ReadonlyMap<string, string | null>,
  maxTokens: number,
): Promise<PartAnswer> {
  const first = subject.round === 1;
  const system = sectionOf(ctx, 'reviewer', 'system');
  const answered = await ask(ctx, ctx.agents.reviewer, {
    role: 'reviewer',
    purpose: first ? 'review' : 'rereview',
    task: null,
    system: first ? system : `${system}\n\n${sectionOf(ctx, 'reviewer', 'rereview')}`,
    messages: [{ role: 'user', text: reviewMessage(ctx, subject, part, texts, maxTokens) }],
    name: 'review',
    salt: subject.failures,
    schema: ReviewerAnswer,
  });
  return { ...answered, files: part.files };
}
