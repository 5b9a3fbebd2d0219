import type { LintIssue, Plan, Task } from '../../contract/plan.ts';
import { ancestorsOf } from '../order.ts';
import { foldPath } from '../paths.ts';

/** What the lint knows about the repository at the base commit. */
export interface RepositoryFacts {
  /** The files at the base commit. */
  paths: ReadonlySet<string>;
  /** Names defined in a file of `paths`; null when the language is not known. */
  symbolsIn(path: string): ReadonlySet<string> | null;
  /** Whether the command can be run at all (an npm script that exists, …); null when it can't be known. */
  commandExists(command: string): boolean | null;
}

/** One broken rule, before its id and severity are added. `message` says what is wrong and what to do. */
export interface Found {
  at: string;
  task: Task | null;
  message: string;
}

export interface Rule {
  id: string;
  severity: LintIssue['severity'];
  /** One sentence, for the documentation and `--help`. */
  summary: string;
  check(subject: Subject): Iterable<Found>;
}

/** A path somewhere in the plan, and where. */
export interface Mention {
  task: Task;
  at: string;
  path: string;
  use: 'create' | 'modify' | 'delete' | 'read' | 'symbol';
}

/** The plan beside the repository, with what several rules ask for worked out once. */
export interface Subject {
  plan: Plan;
  facts: RepositoryFacts;
  /** Paths of `files` and `read`, and of `symbols`. */
  mentions: readonly Mention[];
  /** For every task id, all tasks it comes after. */
  ancestors: ReadonlyMap<string, ReadonlySet<string>>;
  /** The files as they are when a task starts: the base commit plus what earlier tasks create and delete. */
  treeBefore(task: Task): ReadonlySet<string>;
  /** Existing and planned paths by their folded form. */
  byFold: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Works out what the rules share. */
export function subjectOf(plan: Plan, facts: RepositoryFacts): Subject {
  const mentions = plan.tasks.flatMap(mentionsOf);
  const ancestors = ancestorsOf(plan.tasks);
  const trees = new Map<Task, ReadonlySet<string>>();
  const byFold = new Map<string, Set<string>>();
  const created = mentions.filter((mention) => mention.use === 'create').map((mention) => mention.path);
  for (const path of [...facts.paths, ...created]) {
    const fold = foldPath(path);
    byFold.set(fold, (byFold.get(fold) ?? new Set()).add(path));
  }
  return {
    plan,
    facts,
    mentions,
    ancestors,
    byFold,
    treeBefore(task) {
      const known = trees.get(task);
      if (known) return known;
      const tree = treeBefore(task, plan, facts, ancestors);
      trees.set(task, tree);
      return tree;
    },
  };
}

/** The tasks a task comes after, those with the most tasks before them last. */
export function earlierTasks(task: Task, subject: Pick<Subject, 'plan' | 'ancestors'>): Task[] {
  const before = subject.ancestors.get(task.id) ?? new Set();
  const depth = (other: Task) => subject.ancestors.get(other.id)?.size ?? 0;
  return subject.plan.tasks.filter((other) => before.has(other.id)).sort((a, b) => depth(a) - depth(b));
}

function treeBefore(
  task: Task,
  plan: Plan,
  facts: RepositoryFacts,
  ancestors: Subject['ancestors'],
): ReadonlySet<string> {
  const earlier = earlierTasks(task, { plan, ancestors });
  if (earlier.every((other) => other.files.every((file) => file.action === 'modify'))) return facts.paths;
  const tree = new Set(facts.paths);
  for (const file of earlier.flatMap((other) => other.files)) {
    if (file.action === 'create') tree.add(file.path);
    if (file.action === 'delete') tree.delete(file.path);
  }
  return tree;
}

function mentionsOf(task: Task, index: number): Mention[] {
  const at = `tasks[${index}]`;
  return [
    ...task.files.map((file, i) => ({ task, at: `${at}.files[${i}]`, path: file.path, use: file.action })),
    ...task.read.map((path, i) => ({ task, at: `${at}.read[${i}]`, path, use: 'read' as const })),
    ...task.symbols.map((symbol, i) => ({
      task,
      at: `${at}.symbols[${i}].path`,
      path: symbol.path,
      use: 'symbol' as const,
    })),
  ];
}
