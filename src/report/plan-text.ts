import type { LintIssue, Plan, Task } from '../contract/plan.ts';
import { clean, cleanLine, hiddenCount } from './clean.ts';
import { type Palette, PLAIN } from './palette.ts';
import { count } from './phrases.ts';
import { pad, wrap } from './width.ts';

export interface PlanTextOptions {
  palette?: Palette;
  /** Columns to wrap prose at. */
  width?: number;
  /** Warnings of the plan's lint, shown below the task they belong to. */
  warnings?: readonly LintIssue[];
}

/** A plan as a person reads it before approving it. Says how many invisible characters it hides. Ends with a line feed. */
export function planText(plan: Plan, options: PlanTextOptions = {}): string {
  const { palette = PLAIN, warnings = [] } = options;
  const width = Math.max(40, options.width ?? 100);
  const prose = (text: string, indent: number, lead = '') => {
    const cleaned = clean(text, 4_000).trim();
    return cleaned === '' ? [] : wrap(lead + cleaned, width - indent).map((line) => ' '.repeat(indent) + line);
  };
  const lines = [palette.bold(cleanLine(plan.title)), ...prose(plan.summary, 0), ''];
  for (const task of plan.tasks) {
    const about = warnings.filter((warning) => warning.task === task.id);
    lines.push(...taskLines(task, palette, prose), ...about.map((warning) => warningLine(warning, palette)), '');
  }
  const lists: [string, string[]][] = [
    ['Risks', plan.risks],
    ['Non-goals', plan.nonGoals],
    ['Assumptions', plan.assumptions],
  ];
  for (const [name, entries] of lists) {
    if (entries.length > 0) lines.push(palette.bold(name), ...entries.flatMap((entry) => prose(entry, 2, '- ')), '');
  }
  const tasks = new Set(plan.tasks.map((task) => task.id));
  const whole = warnings.filter((warning) => warning.task === null || !tasks.has(warning.task));
  if (whole.length > 0) lines.push(...whole.map((warning) => warningLine(warning, palette)), '');
  const hidden = hiddenIn(plan);
  if (hidden > 0) {
    const note = `This plan holds ${count(hidden, 'invisible character')}, not shown here; the file shows them as \\u escapes.`;
    lines.push(palette.yellow(`! ${note}`), '');
  }
  return `${lines.join('\n').trimEnd()}\n`;
}

function taskLines(
  task: Task,
  palette: Palette,
  prose: (text: string, indent: number, lead?: string) => string[],
): string[] {
  const after =
    task.dependsOn.length > 0 ? palette.dim(`  after ${task.dependsOn.map((id) => cleanLine(id, 10)).join(', ')}`) : '';
  const lines = [
    `${palette.bold(`${cleanLine(task.id, 10)}  ${cleanLine(task.title)}`)}${after}`,
    ...prose(task.behaviour, 4),
  ];
  for (const file of task.files) lines.push(`    ${pad(file.action, 6)}  ${palette.cyan(cleanLine(file.path))}`);
  for (const path of task.read) lines.push(palette.dim(`    read    ${cleanLine(path)}`));
  for (const symbol of task.symbols) {
    const signature = symbol.signature === '' ? symbol.name : symbol.signature;
    lines.push(
      `    ${pad(symbol.action, 6)}  ${cleanLine(signature, 200)} ${palette.dim(`in ${cleanLine(symbol.path)}`)}`,
    );
  }
  for (const criterion of task.criteria) {
    lines.push(...prose(criterion.text, 4, `${cleanLine(criterion.id, 12)}  `));
    // The command is what will run on this machine: never cut.
    if (criterion.command !== null) lines.push(`          $ ${cleanLine(criterion.command, 4_000)}`);
  }
  return lines;
}

function warningLine(warning: LintIssue, palette: Palette): string {
  return palette.yellow(`    ! ${cleanLine(warning.message, 400)} (${warning.rule})`);
}

function hiddenIn(value: unknown): number {
  if (typeof value === 'string') return hiddenCount(value);
  if (typeof value !== 'object' || value === null) return 0;
  return Object.values(value).reduce((sum: number, part) => sum + hiddenIn(part), 0);
}
