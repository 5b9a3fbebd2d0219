import type { RunResult } from '../contract/outcome.ts';
import type { Finding } from '../contract/review.ts';
import { describeSensitive } from '../handoff/sensitive-changes.ts';
import { clean, cleanLine } from './clean.ts';
import { costsTable } from './costs-table.ts';
import { type NextStepOptions, nextSteps } from './next-steps.ts';
import { type Palette, PLAIN } from './palette.ts';
import * as phrase from './phrases.ts';
import { pad, wrap } from './width.ts';

export interface TerminalReportOptions extends NextStepOptions {
  money: phrase.Money;
  palette?: Palette;
  /** Columns to wrap prose at. */
  width?: number;
  /** Whether the commands that go on from here are listed. */
  next?: boolean;
}

/** The text at the end of a run, for a person at a terminal. Ends with a line feed. */
export function terminalReport(result: RunResult, options: TerminalReportOptions): string {
  const context: Context = { palette: options.palette ?? PLAIN, width: Math.max(40, options.width ?? 100) };
  const sections = [
    outcomeSection(result, context),
    branchSection(result, context),
    sensitiveSection(result, context),
    taskSection(result, context),
    criteriaSection(result, context),
    findingsSection(result, context),
    coverageSection(result, context),
    costSection(result, context, options.money),
    options.next === false ? [] : nextSection(result, context, options),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

interface Context {
  palette: Palette;
  width: number;
}

/** Untrusted prose as wrapped lines behind `indent` spaces; `lead` opens the first line. */
function prose(text: string, indent: number, context: Context, lead = ''): string[] {
  const cleaned = clean(text, 2_000).trim();
  if (cleaned === '') return [];
  return wrap(lead + cleaned, context.width - indent).map((line) => (line === '' ? '' : ' '.repeat(indent) + line));
}

function outcomeSection(result: RunResult, context: Context): string[] {
  const { palette } = context;
  const paint = { approved: palette.green, failed: palette.red, changes_requested: palette.yellow };
  const colour = paint[result.outcome as keyof typeof paint] ?? palette.yellow;
  const title = result.plan === null ? '' : `: ${cleanLine(result.plan.title)}`;
  return [palette.bold(colour(phrase.OUTCOME_WORDS[result.outcome])) + title, ...prose(result.reason, 2, context)];
}

function branchSection({ implementation }: RunResult, { palette }: Context): string[] {
  if (implementation === null) return [];
  const { branch, base, commits, files } = implementation;
  const size = `${phrase.count(commits.length, 'commit')}, ${phrase.count(files.length, 'file')}`;
  const head = `${palette.bold('Branch')}  ${cleanLine(branch)} (${size}, on ${base.slice(0, 12)})`;
  const rows = commits.map(
    (commit) => `  ${palette.cyan(commit.sha.slice(0, 9))}  ${pad(commit.task ?? '', 4)}${cleanLine(commit.subject)}`,
  );
  return [head, ...rows];
}

function sensitiveSection({ sensitive }: RunResult, context: Context): string[] {
  if (sensitive.length === 0) return [];
  const { palette } = context;
  const head = `${palette.bold(palette.yellow('Sensitive files'))}  they run code elsewhere or steer tools: look at them before you use the change`;
  return [
    head,
    ...sensitive.map((file) => `  ${palette.cyan(cleanLine(file.path))}  ${cleanLine(describeSensitive(file), 600)}`),
  ];
}

function taskSection({ implementation, plan }: RunResult, context: Context): string[] {
  const tasks = implementation?.tasks ?? [];
  if (tasks.length === 0) return [];
  const { palette } = context;
  const lines = [palette.bold('Tasks')];
  for (const task of tasks) {
    const colour = { done: palette.green, failed: palette.red, skipped: palette.dim }[task.status];
    const title = cleanLine(plan?.tasks.find((planned) => planned.id === task.task)?.title ?? '');
    lines.push(`  ${colour(`${phrase.TASK_MARKS[task.status]} ${task.status}`)}  ${cleanLine(task.task)}  ${title}`);
    const ladder = phrase.ladderOf(task.attempts);
    // That the first edit did it is what everybody expects.
    if (ladder !== '' && ladder !== 'edit: done') lines.push(`      ${palette.dim(ladder)}`);
    const last = task.attempts.at(-1);
    if (task.status === 'failed' && last !== undefined) lines.push(...prose(last.detail, 6, context));
    for (const check of task.checks.filter((result) => result.exitCode !== 0)) {
      const end = check.timedOut ? 'timed out' : check.exitCode === null ? 'killed' : `exit ${check.exitCode}`;
      lines.push(`      ${palette.red('check failed')} (${end}): ${cleanLine(check.command)}`);
    }
  }
  return lines;
}

function criteriaSection({ review, plan }: RunResult, context: Context): string[] {
  if (review === null || review.criteria.length === 0) return [];
  const { palette } = context;
  const texts = new Map(
    plan?.tasks.flatMap((task) => task.criteria).map((criterion) => [criterion.id, criterion.text]),
  );
  const lines = [palette.bold('Criteria')];
  for (const { id, met, evidence } of review.criteria) {
    const colour = { yes: palette.green, no: palette.red, unclear: palette.yellow }[met];
    lines.push(
      `  ${colour(`${phrase.MET_MARKS[met]} ${met}`)}  ${cleanLine(id, 20)}  ${cleanLine(texts.get(id) ?? '')}`,
    );
    lines.push(...prose(evidence, 6, context));
  }
  return lines;
}

function findingsSection({ review }: RunResult, context: Context): string[] {
  if (review === null) return [];
  const { palette } = context;
  // A review that failed has seen none; that is not the same as that there are none.
  if (review.findings.length === 0 && review.verdict === 'inconclusive') return [];
  if (review.findings.length === 0) return [`${palette.bold('Findings')}  none`];
  const lines = [`${palette.bold('Findings')}  ${phrase.findingTally(review.findings)}`];
  const sorted = phrase.sortFindings(review.findings);
  for (const finding of sorted.filter((f) => f.status === 'open')) lines.push(...openFinding(finding, context));
  for (const finding of sorted.filter((f) => f.status === 'fixed')) lines.push(...fixedFinding(finding, context));
  for (const finding of sorted.filter((f) => f.status === 'dismissed')) {
    const note = finding.note === '' ? '' : ` (${cleanLine(finding.note)})`;
    const line = `dismissed  ${finding.id}  ${phrase.placeOf(finding)}  ${cleanLine(finding.title)}${note}`;
    lines.push(`  ${palette.dim(line)}`);
  }
  return lines;
}

/** What was wrong stays said when it is mended: it is what the review was worth. */
function fixedFinding(finding: Finding, context: Context): string[] {
  const { palette } = context;
  const label = palette.green('✓ fixed');
  const place = palette.cyan(phrase.placeOf(finding));
  const head = `  ${label}  ${finding.severity}  ${place}  ${palette.bold(cleanLine(finding.title))}  ${finding.id}`;
  return [
    head,
    ...prose(finding.why, 6, context),
    ...prose([phrase.anchorNote(finding), finding.note].filter((note) => note !== '').join('; '), 6, context).map(
      palette.dim,
    ),
  ];
}

function openFinding(finding: Finding, context: Context): string[] {
  const { palette } = context;
  const colour = finding.blocking ? palette.red : palette.yellow;
  const label = colour(finding.severity + (finding.blocking ? ' (blocking)' : ''));
  const head = `  ${label}  ${palette.cyan(phrase.placeOf(finding))}  ${palette.bold(cleanLine(finding.title))}  ${finding.id}`;
  const extra = [phrase.anchorNote(finding), finding.note].filter((note) => note !== '').join('; ');
  return [
    head,
    ...prose(finding.why, 6, context),
    ...prose(finding.fix, 6, context, 'fix: '),
    ...prose(extra, 6, context, 'note: ').map(palette.dim),
  ];
}

function coverageSection({ review }: RunResult, { palette }: Context): string[] {
  if (review === null || review.coverage.skipped.length === 0) return [];
  const { hunks, reviewed, skipped } = review.coverage;
  const head = `${palette.bold(palette.yellow('Not reviewed'))}  ${reviewed} of ${phrase.count(hunks, 'hunk')} reviewed`;
  const rows = skipped.map((gap) => {
    const place = gap.hunk === null ? cleanLine(gap.path) : `${cleanLine(gap.path)} ${cleanLine(gap.hunk)}`;
    return `  ${place}: ${cleanLine(gap.reason)}`;
  });
  return [head, ...rows];
}

function costSection({ cost, counterfactual }: RunResult, { palette }: Context, money: phrase.Money): string[] {
  const bases = [cost.basis];
  const head = `${palette.bold('Cost')}  ${phrase.spentOf({ ...cost, bases }, money)}`;
  if (cost.byRole.length === 0) return [head];
  const table = costsTable(cost.byRole, { money, palette, key: 'role' }).trimEnd().split('\n');
  const lines = [head, ...table.map((line) => `  ${line}`)];
  if (counterfactual !== null) lines.push(`  ${phrase.counterfactualOf(counterfactual, money)}`);
  return lines;
}

function nextSection(result: RunResult, { palette }: Context, options: NextStepOptions): string[] {
  const steps = nextSteps(result, options).map((step) => ({ ...step, command: cleanLine(step.command) }));
  const width = Math.max(...steps.map((step) => step.command.length)) + 2;
  return [palette.bold('Next'), ...steps.map((step) => `  ${pad(step.command, width)}${palette.dim(step.why)}`)];
}
