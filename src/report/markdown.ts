import type { SensitiveFile } from '../contract/change.ts';
import type { RunResult } from '../contract/outcome.ts';
import type { Task } from '../contract/plan.ts';
import type { Finding } from '../contract/review.ts';
import { describeSensitive } from '../handoff/sensitive-changes.ts';
import { mdBlock, mdCode, mdFence, mdLine } from './escape-markdown.ts';
import { type NextStepOptions, nextSteps } from './next-steps.ts';
import * as phrase from './phrases.ts';

export interface MarkdownReportOptions extends NextStepOptions {
  money: phrase.Money;
}

/** `report.md`: the whole run for people, fit for the body of a pull request. Ends with a line feed. */
export function markdownReport(result: RunResult, options: MarkdownReportOptions): string {
  const title = result.plan?.title ?? result.request.text;
  const sections = [
    `# ${mdLine(title, 120)}`,
    `**${phrase.OUTCOME_WORDS[result.outcome]}.** ${mdBlock(result.reason)}`,
    `## Request\n\n${mdFence(result.request.text, 'text', 0, 8_000)}`,
    planSection(result),
    changeSection(result),
    sensitiveSection(result.sensitive),
    criteriaSection(result),
    findingsSection(result),
    coverageSection(result),
    costSection(result, options.money),
    nextSection(result, options),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function planSection({ plan }: RunResult): string {
  if (plan === null) return '';
  const parts = ['## Plan'];
  if (plan.summary.trim() !== '') parts.push(mdBlock(plan.summary));
  parts.push(plan.tasks.map(taskItem).join('\n'));
  const lists: [string, string[]][] = [
    ['Risks', plan.risks],
    ['Non-goals', plan.nonGoals],
    ['Assumptions', plan.assumptions],
  ];
  for (const [name, entries] of lists) {
    if (entries.length > 0)
      parts.push(`**${name}**\n\n${entries.map((entry) => `- ${mdLine(entry, 500)}`).join('\n')}`);
  }
  return parts.join('\n\n');
}

function taskItem(task: Task): string {
  const files = task.files.map((file) => `${file.action} ${mdCode(file.path)}`).join(', ');
  const after = task.dependsOn.length > 0 ? `; after ${task.dependsOn.map((id) => mdLine(id, 10)).join(', ')}` : '';
  return `- **${mdLine(task.id, 10)}** ${mdLine(task.title)}: ${files || 'no files'}${after}\n\n${mdBlock(task.behaviour, 2)}\n`;
}

function changeSection({ implementation, plan }: RunResult): string {
  if (implementation === null) return '';
  const { branch, base, commits, files, tasks } = implementation;
  const size = `${phrase.count(commits.length, 'commit')}, ${phrase.count(files.length, 'file')}`;
  const parts = [`## Change\n\nBranch ${mdCode(branch)} on ${mdCode(base.slice(0, 12))}: ${size}.`];
  if (commits.length > 0) {
    parts.push(commits.map((c) => `- ${mdCode(c.sha.slice(0, 9))} ${c.task ?? ''} ${mdLine(c.subject)}`).join('\n'));
  }
  if (tasks.length > 0) {
    const rows = tasks.map((task) => {
      const title = plan?.tasks.find((planned) => planned.id === task.task)?.title ?? '';
      const checks = task.checks.map((check) => {
        const end = check.timedOut ? 'timed out' : check.exitCode === null ? 'killed' : `exit ${check.exitCode}`;
        return `${mdCode(check.command, { table: true, max: 80 })} ${end}`;
      });
      const cells = [
        mdLine(`${task.task} ${title}`, 100),
        task.status,
        phrase.ladderOf(task.attempts),
        checks.join(', '),
      ];
      return `| ${cells.join(' | ')} |`;
    });
    parts.push(['| Task | Status | Attempts | Checks |', '| --- | --- | --- | --- |', ...rows].join('\n'));
    const failed = tasks.filter((task) => task.status === 'failed');
    for (const task of failed) {
      parts.push(`${mdLine(task.task)} failed: ${mdLine(task.attempts.at(-1)?.detail ?? 'not attempted', 600)}`);
    }
  }
  return parts.join('\n\n');
}

/** Files that deserve a look of their own; '' when there are none. */
export function sensitiveSection(files: readonly SensitiveFile[]): string {
  if (files.length === 0) return '';
  const rows = files.map((file) => `- ${mdCode(file.path)} ${mdLine(describeSensitive(file), 600)}`);
  return `## Sensitive files\n\nThey run code elsewhere or steer tools.\n\n${rows.join('\n')}`;
}

function criteriaSection({ review, plan }: RunResult): string {
  if (review === null || review.criteria.length === 0) return '';
  const texts = new Map(
    plan?.tasks.flatMap((task) => task.criteria).map((criterion) => [criterion.id, criterion.text]),
  );
  const rows = review.criteria.map(({ id, met, evidence }) => {
    const cells = [
      mdLine(id, 20),
      mdLine(texts.get(id) ?? '', 300),
      `${phrase.MET_MARKS[met]} ${met}`,
      mdLine(evidence, 500),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [
    '## Acceptance criteria',
    '',
    '| Id | Criterion | Met | Evidence |',
    '| --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

function findingsSection({ review }: RunResult): string {
  if (review === null) return '';
  const by = review.servedBy === null ? '' : ` Reviewed by ${mdCode(review.servedBy)}, round ${review.round}.`;
  const head = `## Review\n\n**${review.verdict.replace('_', ' ')}**: ${mdLine(review.reason, 600)}${by}`;
  if (review.findings.length === 0) return `${head}\n\nNo findings.`;
  const sorted = phrase.sortFindings(review.findings);
  const open = sorted.filter((finding) => finding.status === 'open').map(findingText);
  const closed = sorted.filter((finding) => finding.status !== 'open');
  const parts = [head, `Findings: ${phrase.findingTally(review.findings)}.`, ...open];
  if (closed.length > 0) {
    const rows = closed.map((finding) => {
      const note = finding.note === '' ? '' : ` (${mdLine(finding.note)})`;
      return `- ${finding.status}: ${finding.id} ${mdCode(phrase.placeOf(finding))} ${mdLine(finding.title)}${note}`;
    });
    parts.push(`### No longer open\n\n${rows.join('\n')}`);
  }
  return parts.join('\n\n');
}

/** One finding as Markdown, with a heading; also the body of a review comment (see github.ts). */
export function findingText(finding: Finding): string {
  const head = `### ${finding.id} ${mdLine(finding.title)}`;
  return `${head}\n\n${mdCode(phrase.placeOf(finding))}\n\n${findingBody(finding)}`;
}

/** What stands below a finding's title. */
export function findingBody(finding: Finding): string {
  const facts = [
    `${finding.severity}${finding.blocking ? ', blocking' : ''}`,
    finding.category,
    `confidence ${finding.confidence}`,
  ];
  if (finding.criterion !== null) facts.push(`criterion ${mdLine(finding.criterion, 20)}`);
  const parts = [facts.join(' · ')];
  if (finding.quote.trim() !== '') parts.push(mdFence(finding.quote, '', 0, 1_000));
  if (finding.why.trim() !== '') parts.push(mdBlock(finding.why));
  if (finding.fix.trim() !== '') parts.push(`**Fix:** ${mdBlock(finding.fix)}`);
  const notes = [phrase.anchorNote(finding), finding.note].filter((note) => note !== '').join('; ');
  if (notes !== '') parts.push(`Note: ${mdLine(notes, 500)}`);
  return parts.join('\n\n');
}

function coverageSection({ review }: RunResult): string {
  if (review === null) return '';
  const { hunks, reviewed, skipped } = review.coverage;
  const head = `## Coverage\n\n${reviewed} of ${phrase.count(hunks, 'hunk')} reviewed.`;
  if (skipped.length === 0) return head;
  const rows = skipped.map(
    (gap) =>
      `- ${mdCode(gap.path)} ${gap.hunk === null ? '' : `${mdLine(gap.hunk, 20)} `}not reviewed: ${mdLine(gap.reason)}`,
  );
  return `${head}\n\n${rows.join('\n')}`;
}

function costSection({ cost, counterfactual }: RunResult, money: phrase.Money): string {
  const head = `## Cost\n\n${phrase.spentOf({ ...cost, bases: [cost.basis] }, money)}.`;
  if (cost.byRole.length === 0) return head;
  const rows = cost.byRole.map((line) => {
    const { usage } = line;
    const tokens = [usage.inputUncached, usage.cacheRead, usage.cacheWrite5m + usage.cacheWrite1h, usage.output].map(
      phrase.grouped,
    );
    return `| ${[mdLine(line.key, 60), line.calls, ...tokens, phrase.spentOf(line, money)].join(' | ')} |`;
  });
  const table = [
    '| Role | Calls | Input | Cache read | Cache write | Output | Cost |',
    '| --- | ---: | ---: | ---: | ---: | ---: | --- |',
    ...rows,
  ];
  const parts = [head, table.join('\n')];
  if (counterfactual !== null) {
    const { model, ...rest } = counterfactual;
    const sentence = phrase.counterfactualOf({ ...rest, model: model.replaceAll(/[^\w./:@-]/g, '') }, money);
    parts.push(`Compared with one model: ${sentence}. ${mdLine(counterfactual.note, 400)}`.trim());
  }
  return parts.join('\n\n');
}

function nextSection(result: RunResult, options: NextStepOptions): string {
  const rows = nextSteps(result, options).map((step) => `- ${mdCode(step.command)}: ${step.why}`);
  return `## Next\n\n${rows.join('\n')}`;
}
