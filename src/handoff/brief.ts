import type { Brief, BriefFile } from '../contract/change.ts';
import type { Criterion, Plan, PlannedSymbol } from '../contract/plan.ts';
import type { Finding } from '../contract/review.ts';
import { oneLine, showHidden, showTreacherous } from './hidden.ts';

/**
 * What the executor reads about its task: the task first, then each file with its exact content between markers
 * (no line numbers, because the model has to quote it exactly). The same brief gives the same text.
 * A file's characters are as they are, except bidirectional controls and Unicode tag characters, which are shown as
 * `\u{…}`: they can hide instructions.
 */
export function renderBrief(brief: Brief): string {
  const parts = [
    `${brief.task} ${oneLine(brief.title)}\n${showHidden(brief.behaviour).trim()}`,
    block('Criteria', brief.criteria.map(criterionLine)),
    block('Symbols', brief.symbols.map(symbolLine)),
    block(
      'Checks',
      brief.checks.map((check) => oneLine(check, 4000)),
    ),
    block(
      'Conventions',
      brief.conventions.map((convention) => oneLine(convention, 1000)),
    ),
    block('Findings to mend', brief.findings.map(findingLine)),
    ...onceEach(brief.files).map(fileText),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

/** The plan as the reviewer needs it: tasks with behaviour and criteria, and what is not wanted. All tasks by default. */
export function renderPlanForReview(plan: Plan, taskIds?: readonly string[]): string {
  const tasks = plan.tasks.filter((task) => !taskIds || taskIds.includes(task.id));
  const parts = tasks.map((task) =>
    [`${task.id} ${oneLine(task.title)}`, showHidden(task.behaviour).trim(), ...task.criteria.map(criterionLine)].join(
      '\n',
    ),
  );
  return [
    ...parts,
    block(
      'Not wanted',
      plan.nonGoals.map((goal) => oneLine(goal)),
    ),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

const ABSENT: Record<BriefFile['action'], string> = {
  create: 'to be created',
  delete: 'to be deleted',
  modify: 'to be modified, cannot be shown',
  read: 'cannot be shown',
};

function block(title: string, lines: readonly string[]): string {
  return lines.length > 0 ? `${title}:\n${lines.join('\n')}` : '';
}

function criterionLine({ id, text, command }: Criterion): string {
  return `${id} ${oneLine(text, 1000)}${command ? ` [${oneLine(command, 4000)}]` : ''}`;
}

function symbolLine({ path, name, action, signature }: PlannedSymbol): string {
  const shape = oneLine(signature, 1000);
  return `${action} ${oneLine(path)} ${shape.includes(name) ? shape : `${oneLine(name)} ${shape}`.trim()}`;
}

function findingLine(finding: Finding): string {
  const place = finding.line === null ? finding.path : `${finding.path}:${finding.line}`;
  const parts = [
    `${finding.id} ${finding.severity} ${oneLine(place)} ${oneLine(finding.title)}`,
    oneLine(finding.quote) && `at: ${oneLine(finding.quote, 1000)}`,
    oneLine(finding.why) && `why: ${oneLine(finding.why, 2000)}`,
    oneLine(finding.fix) && `fix: ${oneLine(finding.fix, 2000)}`,
  ];
  return parts.filter((part) => part !== '').join('\n  ');
}

function fileText({ path, action, content }: BriefFile): string {
  const name = oneLine(path, 1000);
  if (content === null) return `${name}: ${ABSENT[action]}`;
  const body = showTreacherous(content);
  const tag = freeTag(body);
  const note = body === '' || body.endsWith('\n') ? '' : ' (no newline at its end)';
  return `<${tag} ${action} ${name}${note}>\n${body}${body === '' || body.endsWith('\n') ? '' : '\n'}</${tag}>`;
}

/** A tag whose end the content does not contain, so that the content stays exact and still cannot end it. */
function freeTag(content: string): string {
  let tag = 'file';
  for (let n = 2; content.includes(`</${tag}>`); n++) tag = `file${n}`;
  return tag;
}

/** A file both changed and read is shown once, as the one that is changed. */
function onceEach(files: readonly BriefFile[]): BriefFile[] {
  const changed = new Set(files.filter((file) => file.action !== 'read').map((file) => file.path));
  const shown = new Set<string>();
  return files.filter((file) => {
    if (shown.has(file.path) || (file.action === 'read' && changed.has(file.path))) return false;
    shown.add(file.path);
    return true;
  });
}
