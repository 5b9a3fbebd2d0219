import type { FileDiff, SensitiveFile } from '../contract/change.ts';
import type { Finding, Review } from '../contract/review.ts';
import { mdCode, mdLine } from './escape-markdown.ts';
import { findingBody, findingText, sensitiveSection } from './markdown.ts';
import { count, findingTally, sortFindings } from './phrases.ts';

/** The body of `POST /repos/{owner}/{repo}/pulls/{number}/reviews`. */
export interface GitHubReview {
  commit_id: string;
  event: 'COMMENT' | 'APPROVE' | 'REQUEST_CHANGES';
  body: string;
  comments: { path: string; line: number; side: 'RIGHT'; body: string }[];
}

export interface GitHubReviewOptions {
  /** The pull request's head: the commit the lines belong to. */
  head: string;
  /**
   * Whether the verdict approves or blocks the pull request. False (the default) comments only: a model's approval
   * must not count as a person's unless somebody asked for it.
   */
  decide?: boolean;
  /** Changed files that deserve a look of their own; listed in the body. */
  sensitive?: readonly SensitiveFile[];
}

// GitHub refuses longer bodies (65,536 characters); long reviews in many comments trip its secondary rate limits.
const BODY_LIMIT = 60_000;
const MOST_COMMENTS = 40;

/**
 * A review as GitHub takes it. GitHub refuses the whole review when one comment stands on a line outside the diff,
 * so only findings on lines of a hunk become comments; the others are in the body.
 */
export function githubReview(review: Review, diff: readonly FileDiff[], options: GitHubReviewOptions): GitHubReview {
  const commentable = linesOf(diff);
  const open = sortFindings(review.findings).filter((finding) => finding.status === 'open');
  const comments: GitHubReview['comments'] = [];
  const rest: Finding[] = [];
  for (const finding of open) {
    const { path, line } = finding;
    if (line !== null && comments.length < MOST_COMMENTS && commentable.get(path)?.has(line)) {
      comments.push({
        path,
        line,
        side: 'RIGHT',
        body: bounded(`**${mdLine(finding.title)}**\n\n${findingBody(finding)}`),
      });
    } else rest.push(finding);
  }
  return {
    commit_id: options.head,
    event: eventOf(review, options),
    body: bodyOf(review, rest, options.sensitive ?? []),
    comments,
  };
}

/** New-side lines a comment may stand on, by path: what a hunk shows, added or context. */
function linesOf(diff: readonly FileDiff[]): Map<string, Set<number>> {
  const lines = new Map<string, Set<number>>();
  for (const { file, hunks } of diff) {
    const shown = hunks.flatMap((hunk) => hunk.lines).flatMap((line) => (line.new === null ? [] : [line.new]));
    lines.set(file.path, new Set(shown));
  }
  return lines;
}

function eventOf(review: Review, options: GitHubReviewOptions): GitHubReview['event'] {
  if (options.decide !== true) return 'COMMENT';
  if (review.verdict === 'approved') return 'APPROVE';
  return review.verdict === 'changes_requested' ? 'REQUEST_CHANGES' : 'COMMENT';
}

function bodyOf(review: Review, rest: readonly Finding[], sensitive: readonly SensitiveFile[]): string {
  const verdict = `**Tercet: ${review.verdict.replace('_', ' ')}.** ${mdLine(review.reason, 600)}`;
  const parts = [verdict, `Findings: ${findingTally(review.findings)}.`];
  const missed = review.criteria.filter((criterion) => criterion.met !== 'yes');
  if (missed.length > 0) {
    const rows = missed.map(
      (criterion) => `- ${mdLine(criterion.id, 20)} (${criterion.met}): ${mdLine(criterion.evidence, 400)}`,
    );
    parts.push(`Acceptance criteria not shown as met:\n\n${rows.join('\n')}`);
  }
  if (sensitive.length > 0) parts.push(sensitiveSection(sensitive));
  const { skipped, hunks, reviewed } = review.coverage;
  if (skipped.length > 0) {
    const rows = skipped.map((gap) => `- ${mdCode(gap.path)} ${mdLine(gap.hunk ?? '', 20)} ${mdLine(gap.reason)}`);
    parts.push(`Not reviewed (${reviewed} of ${count(hunks, 'hunk')} were):\n\n${rows.join('\n')}`);
  }
  if (rest.length > 0) parts.push('Findings without a line in this diff:', ...rest.map(findingText));
  return bounded(parts.join('\n\n'));
}

function bounded(body: string): string {
  return body.length <= BODY_LIMIT ? body : `${cutAtLine(body)}\n\n(cut: the review is longer than GitHub takes)`;
}

/** Cut between findings or paragraphs, so that no fence or escape is left half open. */
function cutAtLine(body: string): string {
  const end = body.lastIndexOf('\n\n### ', BODY_LIMIT);
  return body.slice(0, end > 0 ? end : body.lastIndexOf('\n\n', BODY_LIMIT));
}
