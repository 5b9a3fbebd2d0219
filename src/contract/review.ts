import { z } from 'zod';

export const SEVERITIES = ['blocker', 'major', 'minor', 'nit'] as const;
export const Severity = z.enum(SEVERITIES);
export type Severity = z.infer<typeof Severity>;

export const Category = z.enum(['bug', 'security', 'spec', 'test', 'performance', 'maintainability']);
export type Category = z.infer<typeof Category>;

/** What a reviewer answers: one verdict per criterion with evidence, and findings. Claims until code verified them. */
export const ReviewerFinding = z.strictObject({
  title: z.string().min(1),
  severity: Severity,
  category: Category,
  path: z.string(),
  line: z.number().int().describe('line number in the new file'),
  quote: z.string().describe('the line, copied exactly'),
  why: z.string(),
  fix: z.string().describe('what to change'),
  confidence: z.enum(['low', 'medium', 'high']),
  criterion: z.string().nullable().describe('id of the criterion it breaks, or null'),
});
export type ReviewerFinding = z.infer<typeof ReviewerFinding>;

export const CriterionVerdict = z.strictObject({
  id: z.string(),
  met: z.enum(['yes', 'no', 'unclear']),
  evidence: z.string(),
});
export type CriterionVerdict = z.infer<typeof CriterionVerdict>;

export const ReviewerAnswer = z.strictObject({
  criteria: z.array(CriterionVerdict),
  findings: z.array(ReviewerFinding),
  /** Ids of open findings (fix rounds) that the change has mended. */
  fixed: z.array(z.string()),
});
export type ReviewerAnswer = z.infer<typeof ReviewerAnswer>;

/**
 * How a finding's place was verified by code:
 * `exact` the quote stands at the line; `moved` it stands elsewhere in the file and was re-anchored;
 * `unlocated` it stands nowhere in the file; `outside` the path is not part of the change.
 */
export const Anchor = z.enum(['exact', 'moved', 'unlocated', 'outside']);
export type Anchor = z.infer<typeof Anchor>;

export const Finding = ReviewerFinding.extend({
  /** `F1`, `F2`, … unique within a run. */
  id: z.string(),
  line: z.number().int().nullable(),
  /** The line the reviewer claimed, before verification. */
  claimedLine: z.number().int(),
  anchor: Anchor,
  /** True when the finding stands on a line the change added or removed, or on its hunk's context. */
  onChange: z.boolean(),
  blocking: z.boolean(),
  status: z.enum(['open', 'fixed', 'dismissed']),
  /** Review round in which it appeared, from 1. */
  round: z.number().int(),
  /** Why code changed or dismissed it; '' when nothing was done. */
  note: z.string(),
});
export type Finding = z.infer<typeof Finding>;

export const Verdict = z.enum(['approved', 'changes_requested', 'inconclusive']);
export type Verdict = z.infer<typeof Verdict>;

/** Every hunk is reviewed, or listed here with the reason. */
export interface Coverage {
  hunks: number;
  reviewed: number;
  skipped: { path: string; hunk: string | null; reason: string }[];
}

export interface Review {
  verdict: Verdict;
  /** One sentence: why this verdict. For `inconclusive`, what failed and what to do. */
  reason: string;
  round: number;
  criteria: CriterionVerdict[];
  findings: Finding[];
  coverage: Coverage;
  /** The model that served the review, e.g. `openai/gpt-6.1-sol`; null when no answer came. */
  servedBy: string | null;
}
