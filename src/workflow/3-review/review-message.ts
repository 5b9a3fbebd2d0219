import { enclosing, estimateTokens } from '../../context/index.ts';
import type { FileDiff, SensitiveFile, TaskResult } from '../../contract/change.ts';
import type { Plan } from '../../contract/plan.ts';
import type { CriterionVerdict, Finding } from '../../contract/review.ts';
import { renderPlanForReview } from '../../handoff/brief.ts';
import type { ReviewPart } from '../../handoff/cover.ts';
import { fence } from '../../handoff/prompt.ts';
import { describeSensitive } from '../../handoff/sensitive-changes.ts';
import type { RunContext } from '../run-context.ts';

/** What is reviewed: a diff between two trees, with the plan it should fulfil, where there is one. */
export interface ReviewSubject {
  from: string;
  to: string;
  plan: Plan | null;
  tasks: readonly TaskResult[];
  round: number;
  /** Reviews of this round that failed: the next one is a call of its own, not the old answer again. */
  failures: number;
  /** Findings of earlier rounds, open ones and closed ones. */
  open: readonly Finding[];
  /** What the round before made of the criteria. */
  judged: readonly CriterionVerdict[];
}

/** One part of a change, as one call is about it: the `index`th, from 0, `of` so many. `sensitive` are files of the whole change. */
export interface ShownPart extends ReviewPart {
  sensitive: readonly SensitiveFile[];
  index: number;
  of: number;
}

/** Lines of code shown around one change, and the share of the review budget that such code may take. */
const ENCLOSING_LINES = 60;
const ENCLOSING_SHARE = 0.4;

/**
 * What the reviewer reads: the plan, check results, claims marked as claims, the numbered diff, the code around it.
 * `tokensAround` is what one review call may have; a share of it is for that code.
 */
export function reviewMessage(
  ctx: RunContext,
  subject: ReviewSubject,
  part: ShownPart,
  texts: ReadonlyMap<string, string | null>,
  tokensAround: number,
): string {
  const parts: string[] = [];
  parts.push(
    subject.plan === null ? fence('request', ctx.request.text) : fence('plan', renderPlanForReview(subject.plan)),
  );
  const checks = subject.tasks
    .flatMap((task) => task.checks)
    .map((check) => `${check.exitCode === 0 ? 'passed' : 'FAILED'}: ${check.command}`);
  if (checks.length > 0) parts.push(fence('checks', [...new Set(checks)].join('\n')));
  const claims = subject.tasks
    .filter((task) => task.claim !== '')
    .map((task) => `${task.task}: ${task.claim.slice(0, 1000)}`);
  if (claims.length > 0) parts.push(fence('executor_claims', claims.join('\n')));
  const open = subject.open.filter((finding) => finding.status === 'open');
  if (open.length > 0) {
    parts.push(
      fence(
        'open_findings',
        open
          .map((f) => `${f.id} ${f.severity} ${f.path}:${f.line ?? '?'} ${f.title}. ${f.why} Fix: ${f.fix}`)
          .join('\n'),
      ),
    );
  }
  const unmet = subject.judged.filter((verdict) => verdict.met !== 'yes');
  if (unmet.length > 0) {
    const rows = unmet.map(({ id, met, evidence }) => `${id} ${met === 'no' ? 'not met' : 'unclear'}: ${evidence}`);
    parts.push(fence('criteria_before', rows.join('\n')));
  }
  const here = new Set(part.files.map(({ file }) => file.path));
  const sensitive = part.sensitive.filter((file) => here.has(file.path));
  if (sensitive.length > 0) {
    const rows = sensitive.map((file) => `${file.path}: ${describeSensitive(file)}`);
    parts.push(
      'These changed files run code elsewhere or steer tools. Report whatever of their change the request does not ask for.',
      fence('sensitive_files', rows.join('\n')),
    );
  }
  const around = codeAround(part.files, texts, tokensAround * ENCLOSING_SHARE);
  if (around !== '') parts.push(fence('code_around', around));
  parts.push(fence('diff', part.text));
  if (part.of > 1) {
    parts.push(
      `This diff is part ${part.index + 1} of ${part.of}; the others are reviewed by themselves. A criterion that this part does not show is unclear, not unmet.`,
    );
  }
  return parts.join('\n');
}

/** The definitions the hunks stand in, with line numbers, leaving out what the diff itself shows. */
function codeAround(files: readonly FileDiff[], texts: ReadonlyMap<string, string | null>, budget: number): string {
  const shown: string[] = [];
  let tokens = 0;
  for (const { file, hunks } of files) {
    const text = texts.get(file.path);
    if (text === undefined || text === null || file.status === 'added') continue;
    const inDiff = new Set(
      hunks.flatMap((hunk) => hunk.lines.flatMap((line) => (line.new === null ? [] : [line.new]))),
    );
    const wanted = new Set<number>();
    for (const hunk of hunks) {
      // A changed line is removed first and added then; only what is in the new file has a place there.
      const first = hunk.lines.findIndex((line) => line.kind !== 'context');
      const at = hunk.lines.slice(Math.max(0, first)).find((line) => line.new !== null)?.new ?? hunk.newStart;
      const { start, end } = enclosing(text, file.path, Math.max(1, at), ENCLOSING_LINES);
      for (let line = start; line <= end; line++) if (!inDiff.has(line)) wanted.add(line);
    }
    const lines = text.split('\n');
    const block = [...wanted]
      .sort((a, b) => a - b)
      .flatMap((n) => (lines[n - 1]?.trim() ? [`${n} ${lines[n - 1]}`] : []));
    if (block.length === 0) continue;
    const rendered = `${file.path}\n${block.join('\n')}`;
    const cost = estimateTokens(rendered);
    if (tokens + cost > budget) continue;
    tokens += cost;
    shown.push(rendered);
  }
  return shown.join('\n');
}
