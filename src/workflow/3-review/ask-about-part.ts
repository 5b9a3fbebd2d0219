import { estimateTokens } from '../../context/index.ts';
import type { FileDiff } from '../../contract/change.ts';
import { ReviewerAnswer } from '../../contract/review.ts';
import { splitForReview } from '../../handoff/cover.ts';
import { type Answered, ask } from '../calls/ask.ts';
import { sectionOf } from '../calls/section.ts';
import { compactOnce } from '../calls/too-long.ts';
import type { RunContext } from '../run-context.ts';
import { type ReviewSubject, reviewMessage, type ShownPart } from './review-message.ts';

/** What the reviewer says about some files of a part. */
export interface PartAnswer extends Answered<ReviewerAnswer> {
  files: readonly FileDiff[];
}

/**
 * Asks about one part of a change: in one call, or where the model does not take that much in several about pieces half
 * as large, without the code around. Every hunk is shown either way.
 */
export async function askAboutPart(
  ctx: RunContext,
  subject: ReviewSubject,
  part: ShownPart,
  texts: ReadonlyMap<string, string | null>,
): Promise<PartAnswer[]> {
  const what = { role: 'reviewer', task: null, how: 'smaller parts of the change', share: 0 } as const;
  return compactOnce(ctx, what, async (share) => {
    const answers: PartAnswer[] = [];
    for (const piece of share === 1 ? [part] : piecesOf(part)) {
      answers.push(await askAbout(ctx, subject, piece, texts, ctx.settings.reviewTokens * share));
    }
    return answers;
  });
}

/** A part in pieces of half its size; a hunk that is larger is a piece of its own. */
function piecesOf({ files, text, sensitive, index, of }: ShownPart): ShownPart[] {
  const estimate = estimateTokens;
  const { parts, coverage } = splitForReview(files, { maxTokens: Math.ceil(estimate(text) / 2), estimate });
  const large = new Set(coverage.skipped.map(({ hunk }) => hunk));
  const alone = files.flatMap(({ file, hunks }) =>
    hunks
      .filter(({ id }) => large.has(id))
      .flatMap((hunk) => splitForReview([{ file, hunks: [hunk] }], { maxTokens: Infinity, estimate }).parts),
  );
  const pieces = [...parts, ...alone];
  return pieces.map((piece, at) => ({
    ...piece,
    sensitive,
    index: index * pieces.length + at,
    of: of * pieces.length,
  }));
}

async function askAbout(
  ctx: RunContext,
  subject: ReviewSubject,
  part: ShownPart,
  texts: ReadonlyMap<string, string | null>,
  tokensAround: number,
): Promise<PartAnswer> {
  const first = subject.round === 1;
  const system = sectionOf(ctx, 'reviewer', 'system');
  const answered = await ask(ctx, ctx.agents.reviewer, {
    role: 'reviewer',
    purpose: first ? 'review' : 'rereview',
    task: null,
    system: first ? system : `${system}\n\n${sectionOf(ctx, 'reviewer', 'rereview')}`,
    messages: [{ role: 'user', text: reviewMessage(ctx, subject, part, texts, tokensAround) }],
    name: 'review',
    at: subject.to,
    salt: subject.failures,
    schema: ReviewerAnswer,
  });
  return { ...answered, files: part.files };
}
