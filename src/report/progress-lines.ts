import type { RecordedEvent } from '../contract/event.ts';
import type { LintIssue } from '../contract/plan.ts';
import { describeSensitive } from '../handoff/sensitive-changes.ts';
import { cleanLine } from './clean.ts';
import type { Palette } from './palette.ts';
import * as phrase from './phrases.ts';

/** How much is said: `quiet` what went wrong and the end; `verbose` calls, passing checks and every plan issue too. */
export type Verbosity = 'quiet' | 'normal' | 'verbose';

export interface LineOptions {
  verbosity: Verbosity;
  palette: Palette;
  money: phrase.Money;
}

/** What is said for good about one event: no line, one, or a few (a plan's tasks). Not indented by time, not cut. */
export function linesOf(event: RecordedEvent, options: LineOptions): string[] {
  const { verbosity } = options;
  const wrong = wrongLines(event, options);
  if (wrong.length > 0 || verbosity === 'quiet') return wrong;
  const normal = normalLines(event, options);
  return normal.length > 0 || verbosity === 'normal' ? normal : verboseLines(event, options);
}

/** What is said even with `--quiet`. */
function wrongLines(event: RecordedEvent, { palette, money }: LineOptions): string[] {
  switch (event.type) {
    case 'warning.raised':
      return [palette.yellow(`! ${cleanLine(event.message, 600)}`)];
    case 'call.failed': {
      const wait = event.willRetryInMs === null ? '' : `; trying again in ${phrase.duration(event.willRetryInMs)}`;
      const who = `${event.role} call to ${cleanLine(event.model, 80)}`;
      return [palette.yellow(`! ${who} failed (${cleanLine(event.kind, 40)}): ${cleanLine(event.message)}${wait}`)];
    }
    case 'call.rerouted': {
      const who = `${event.role} ${event.purpose}`;
      return [
        palette.yellow(
          `! ${who}: ${cleanLine(event.to, 80)} stands in for ${cleanLine(event.from, 80)}: ${cleanLine(event.why)}`,
        ),
      ];
    }
    case 'call.delayed': {
      const who = `${event.role} ${event.purpose} call to ${cleanLine(event.model, 80)}`;
      return [palette.yellow(`! ${who} waits ${phrase.duration(event.waitMs)}: ${cleanLine(event.why)}`)];
    }
    case 'budget.awaited': {
      const amount = (value: string) => phrase.amountOf(event.unit, value, money);
      const figures = `spent ${amount(event.spent)}, held by calls under way ${amount(event.held)}`;
      return [
        palette.yellow(
          `! The ${event.role}'s next call (up to ${amount(event.needed)}) waits for other runs, at most ${phrase.duration(event.mostMs)}: budget of ${amount(event.cap)} a ${event.scope}, ${figures}`,
        ),
      ];
    }
    case 'context.compacted': {
      const task = event.task === null ? '' : ` ${cleanLine(event.task, 10)}`;
      return [
        palette.yellow(`! ${event.role}${task}: too long for the model; asking again with ${cleanLine(event.how)}`),
      ];
    }
    case 'task.failed': {
      const saved = event.rescueRef === null ? '' : `; work so far is kept at ${cleanLine(event.rescueRef)}`;
      return [palette.red(`✗ ${cleanLine(event.task, 10)} failed: ${cleanLine(event.reason)}${saved}`)];
    }
    case 'scope.refused':
      return [
        palette.yellow(
          `! ${cleanLine(event.task, 10)} out of scope: ${event.paths.map((path) => cleanLine(path, 100)).join(', ')} (${cleanLine(event.reason)})`,
        ),
      ];
    case 'sensitive.found':
      return event.files.map((file) =>
        palette.yellow(`! sensitive: ${cleanLine(file.path, 200)} (${cleanLine(describeSensitive(file), 400)})`),
      );
    case 'run.finished': {
      const colour =
        event.outcome === 'approved' ? palette.green : event.outcome === 'failed' ? palette.red : palette.yellow;
      const spent = phrase.spentOf({ ...event.cost, bases: [event.cost.basis] }, money);
      return [
        `${palette.bold(colour(phrase.OUTCOME_WORDS[event.outcome]))}: ${cleanLine(event.reason, 600)} [${spent}]`,
      ];
    }
    default:
      return [];
  }
}

function normalLines(event: RecordedEvent, { palette, money, verbosity }: LineOptions): string[] {
  switch (event.type) {
    case 'run.started': {
      const models = Object.entries(event.models).map(([role, model]) => `${role} ${cleanLine(model, 80)}`);
      const budget = event.budgetUsd === null ? [] : [`budget ${money(event.budgetUsd)}`];
      return [`Run ${cleanLine(event.run, 60)} on ${event.base.slice(0, 12)}: ${[...models, ...budget].join(', ')}`];
    }
    case 'phase.started':
      return [palette.bold(event.round > 1 ? `${event.phase} (round ${event.round})` : event.phase)];
    case 'path.chosen':
      return event.path === 'short' ? [`  short path, without a planner: ${cleanLine(event.why)}`] : [];
    case 'plan.linted':
      return lintLines(event.issues, event.round, verbosity);
    case 'question.answered':
      if (event.by === 'person') return [];
      return [`  assumed: ${cleanLine(event.answer)} (${cleanLine(event.question)})`];
    case 'plan.ready': {
      const { title, tasks } = event.plan;
      const rows = tasks.map((task) => `    ${cleanLine(task.id, 10)}  ${cleanLine(task.title)}`);
      const file = event.file === null ? '' : palette.dim(`  ${cleanLine(event.file)}`);
      return [`  plan: ${cleanLine(title)} (${phrase.count(tasks.length, 'task')})${file}`, ...rows];
    }
    case 'plan.approved':
      return event.by === 'person' ? ['  plan approved'] : [`  plan approved by ${event.by}`];
    case 'task.started':
      return [`  ${cleanLine(event.task, 10)} (${event.index}/${event.of})  ${cleanLine(event.title)}`];
    case 'task.attempted': {
      const { rung, outcome, detail } = event.attempt;
      if (outcome === 'done') return [];
      return [`    ${rung}: ${outcome.replaceAll('-', ' ')}${detail === '' ? '' : `: ${cleanLine(detail, 200)}`}`];
    }
    case 'change.requested':
      return [`    ${event.request.kind}: ${cleanLine(event.request.reason)}`];
    case 'change.decided':
      return [`    planner: ${event.decision}: ${cleanLine(event.reason)}`];
    case 'check.finished': {
      const { check } = event;
      if (check.exitCode === 0) return [];
      const end = check.timedOut ? 'timed out' : check.exitCode === null ? 'killed' : `exit ${check.exitCode}`;
      return [palette.yellow(`    check failed (${end}, ${phrase.duration(check.ms)}): ${cleanLine(check.command)}`)];
    }
    case 'task.committed':
      return [
        `  ${palette.green('✓')} ${cleanLine(event.task, 10)}  ${palette.cyan(event.commit.sha.slice(0, 9))}  ${cleanLine(event.commit.subject)}`,
      ];
    case 'finding.verified': {
      const { finding } = event;
      if (finding.status !== 'open') return [];
      const note = finding.anchor === 'exact' ? '' : palette.dim(` (${finding.anchor})`);
      const label = finding.blocking ? palette.red(finding.severity) : palette.yellow(finding.severity);
      return [`  ${label}  ${phrase.placeOf(finding)}  ${cleanLine(finding.title)}${note}`];
    }
    case 'review.finished': {
      const { verdict, reason, coverage, findings } = event.review;
      const gaps =
        coverage.skipped.length > 0 ? `; ${coverage.reviewed} of ${phrase.count(coverage.hunks, 'hunk')} reviewed` : '';
      const tally =
        findings.length > 0 ? ` [${phrase.findingTally(findings)}${gaps}]` : gaps === '' ? '' : ` [${gaps.slice(2)}]`;
      return [`  ${palette.bold(verdict.replace('_', ' '))}: ${cleanLine(reason)}${tally}`];
    }
    default:
      return [];
  }
}

function lintLines(issues: readonly LintIssue[], round: number, verbosity: Verbosity): string[] {
  const errors = issues.filter((issue) => issue.severity === 'error').length;
  const lines =
    verbosity === 'verbose'
      ? issues.map((issue) => `    ${issue.severity} ${issue.rule} ${cleanLine(issue.message)}`)
      : [];
  if (errors === 0) return lines;
  return [`  plan check, round ${round}: ${phrase.count(errors, 'error')}`, ...lines];
}

function verboseLines(event: RecordedEvent, { money }: LineOptions): string[] {
  switch (event.type) {
    case 'path.chosen':
      return [`  ${event.path} path: ${cleanLine(event.why)}`];
    case 'context.requested': {
      const missing =
        event.missing.length > 0 ? `; not found: ${event.missing.map((need) => cleanLine(need, 80)).join(', ')}` : '';
      return [`  planner asked for ${event.needs.map((need) => cleanLine(need, 80)).join(', ')}${missing}`];
    }
    case 'question.asked':
      return [`  question: ${cleanLine(event.question.question)}`];
    case 'question.answered':
      return [`  answer: ${cleanLine(event.answer)}`];
    case 'task.attempted':
      return [`    ${event.attempt.rung}: done`];
    case 'check.finished':
      return [`    check passed (${phrase.duration(event.check.ms)}): ${cleanLine(event.check.command)}`];
    case 'call.settled': {
      const { usage, cost, servedModel, model, reused } = event;
      const tokens =
        usage === null
          ? 'tokens unknown'
          : `${phrase.grouped(phrase.inputOf(usage))} in, ${phrase.grouped(usage.output)} out`;
      const spent = cost.usd === null ? `cost unknown (${cost.basis})` : money(cost.usd);
      const name = cleanLine(servedModel ?? `${model} (served model not said)`, 100);
      const task = event.task === null ? '' : ` ${cleanLine(event.task, 10)}`;
      const how = reused ? 'from the ledger' : phrase.duration(event.ms);
      return [`    ${event.role} ${event.purpose}${task}: ${name}, ${tokens}, ${spent}, ${how}`];
    }
    default:
      return [];
  }
}
