import type { Criterion, Task } from '../../contract/plan.ts';
import { deceptive } from '../hidden.ts';
import { earlierTasks, type Rule, type Subject } from './rule.ts';
import { isVagueCriterion } from './vague-criterion.ts';

/** As many as a person can still review; more is a way past the reviewer. */
const MAX_SUBCOMMANDS = 50;
const MAX_COMMAND = 4000;

/** Files that say which commands there are: a plan that edits one may add the command it uses. */
const MANIFEST =
  /(^|\/)(package\.json|deno\.jsonc?|makefile|justfile|taskfile\.ya?ml|pyproject\.toml|composer\.json|rakefile|cargo\.toml)$/iu;

const NAMES_COMMAND =
  /`(?:npm|npx|pnpm|yarn|bun|node|deno|cargo|go|python3?|pytest|make|just|tox|uv|ruff|mvn|gradle|\.\/gradlew|dotnet|bundle|rake|php|composer|mix|swift|tsc|vitest|jest|eslint|biome)\b[^`]*`|\b(?:all|existing|new|unit|the|project's)\s+tests?\s+(?:still\s+)?(?:pass|succeed|are green)/iu;

export const criteriaRules: readonly Rule[] = [
  {
    id: 'task-without-criteria',
    severity: 'error',
    summary: 'Every task has at least one acceptance criterion.',
    *check({ plan }) {
      for (const [index, task] of plan.tasks.entries()) {
        if (task.criteria.length > 0) continue;
        const message = `${task.id} has no acceptance criterion. Add at least one, with a command where one can show it.`;
        yield { at: `tasks[${index}].criteria`, task, message };
      }
    },
  },
  {
    id: 'criterion-id',
    severity: 'error',
    summary: 'A criterion is called by its task, a dot and a number, and is unique.',
    *check({ plan }) {
      const seen = new Set<string>();
      for (const { task, criterion, at } of criteriaOf(plan.tasks)) {
        const mine = new RegExp(`^${task.id}\\.[1-9][0-9]*$`, 'u').test(criterion.id);
        if (!mine) {
          const message = `"${criterion.id}" is not the id of a criterion of ${task.id}. Call it ${task.id}.1, ${task.id}.2, ….`;
          yield { at: `${at}.id`, task, message };
        } else if (seen.has(criterion.id)) {
          yield { at: `${at}.id`, task, message: `Two criteria are called ${criterion.id}. Give each its own number.` };
        }
        seen.add(criterion.id);
      }
    },
  },
  {
    id: 'criterion-vague',
    severity: 'error',
    summary: 'A criterion names something that can be observed.',
    *check({ plan }) {
      for (const { task, criterion, at } of criteriaOf(plan.tasks)) {
        if (!isVagueCriterion(criterion.text)) continue;
        const message = `${criterion.id} (${JSON.stringify(criterion.text)}) names nothing that can be observed. Say what one sees: an input and its result, an output, an exit code.`;
        yield { at: `${at}.text`, task, message };
      }
    },
  },
  {
    id: 'criterion-command-missing',
    severity: 'warning',
    summary: 'A criterion that speaks of a command gives it as its command.',
    *check({ plan }) {
      for (const { task, criterion, at } of criteriaOf(plan.tasks)) {
        const blank = criterion.command?.trim() === '';
        if (!blank && (criterion.command !== null || !NAMES_COMMAND.test(criterion.text))) continue;
        const message = blank
          ? `The command of ${criterion.id} is empty. Give one that exits 0 when the criterion is met, or null.`
          : `${criterion.id} speaks of a command but its command is null. Give the command, so that code can show it.`;
        yield { at: `${at}.command`, task, message };
      }
    },
  },
  {
    id: 'command-unknown',
    severity: 'error',
    summary: 'A command can be run in this repository.',
    *check(subject) {
      for (const { task, criterion, at } of criteriaOf(subject.plan.tasks)) {
        const { command } = criterion;
        if (!command?.trim() || whyUnsafe(command) || subject.facts.commandExists(command) !== false) continue;
        if (mayBeAdded(command, task, subject)) continue;
        const message = `The command of ${criterion.id}, ${JSON.stringify(command)}, does not exist in this repository. Use one that does, or let a task add it.`;
        yield { at: `${at}.command`, task, message };
      }
    },
  },
  {
    id: 'command-unsafe',
    severity: 'error',
    summary: 'A command is one line, reads as what it is, and chains at most 50 subcommands.',
    *check({ plan }) {
      for (const { task, criterion, at } of criteriaOf(plan.tasks)) {
        const why = criterion.command === null ? null : whyUnsafe(criterion.command);
        if (!why) continue;
        const message = `The command of ${criterion.id} ${why}. Write one plain command on one line.`;
        yield { at: `${at}.command`, task, message };
      }
    },
  },
];

/** Why a command is refused before a shell sees it, as the end of "the command …", or null. */
export function whyUnsafe(command: string): string | null {
  if (/[\r\n]/u.test(command)) return 'contains a line break';
  const trap = deceptive(command.replaceAll('\t', ' '));
  if (trap) return `contains ${trap}`;
  const typographic = /(?:^|\s)[\u2010-\u2015\u2212]+(?=\w)|(?:^|[\s=])[\u2018-\u201f]/u.exec(command);
  if (typographic) return 'contains a typographic dash or quotation mark where a shell needs - or "';
  if (command.length > MAX_COMMAND) return `is longer than ${MAX_COMMAND} characters`;
  // Counted inside quotation marks as well: a shell inside a shell chains them there.
  const subcommands = 1 + (command.match(/&&|\|\||[;|&`]|\$\(/gu)?.length ?? 0);
  if (subcommands > MAX_SUBCOMMANDS) return `chains ${subcommands} subcommands; at most ${MAX_SUBCOMMANDS} are run`;
  return null;
}

function* criteriaOf(tasks: readonly Task[]): Iterable<{ task: Task; criterion: Criterion; at: string }> {
  for (const [t, task] of tasks.entries()) {
    for (const [c, criterion] of task.criteria.entries()) yield { task, criterion, at: `tasks[${t}].criteria[${c}]` };
  }
}

/** Whether the task or one before it edits the place where commands are listed, or creates a file the command names. */
function mayBeAdded(command: string, task: Task, subject: Subject): boolean {
  const files = [task, ...earlierTasks(task, subject)].flatMap((each) => each.files);
  const words = new Set(command.split(/[\s"'=;&|]+/u).map((word) => word.replace(/^\.\//u, '')));
  return files.some(
    (file) =>
      file.action !== 'delete' && (MANIFEST.test(file.path) || (file.action === 'create' && words.has(file.path))),
  );
}
