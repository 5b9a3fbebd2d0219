import type { PlannedSymbol, Task } from '../../contract/plan.ts';
import { closestName } from '../paths.ts';
import { earlierTasks, type Rule, type Subject } from './rule.ts';

/** Names that are not defined by a name in the file. */
const ALWAYS = new Set(['default', 'exports', 'module.exports', 'constructor']);

export const symbolRules: readonly Rule[] = [
  {
    id: 'symbol-missing',
    severity: 'error',
    summary: 'A symbol to change, remove or use is in the file, or an earlier task adds it.',
    *check(subject) {
      for (const { task, symbol, at } of symbolsOf(subject)) {
        if (symbol.action === 'add') continue;
        const known = namesBefore(task, symbol.path, subject);
        if (!known || has(known.names, symbol.name) || ALWAYS.has(bare(symbol.name))) continue;
        const own = symbol.action === 'use' && addedBy([task], symbol.path);
        if (own && has(own, symbol.name)) continue;
        yield { at, task, message: missing(task, symbol, known.names, subject) };
      }
    },
  },
  {
    id: 'symbol-exists',
    severity: 'error',
    summary: 'A symbol to add is not in the file yet.',
    *check(subject) {
      for (const { task, symbol, at } of symbolsOf(subject)) {
        if (symbol.action !== 'add') continue;
        const known = namesBefore(task, symbol.path, subject);
        if (!known?.names.has(bare(symbol.name))) continue;
        const message = `"${symbol.name}" is in ${symbol.path} already. Use the action "change", or choose another name.`;
        yield { at, task, message };
      }
    },
  },
  {
    id: 'symbol-file',
    severity: 'error',
    summary: "A symbol's file is among the task's files, or for `use` among its reads.",
    *check(subject) {
      for (const { task, symbol, at } of symbolsOf(subject)) {
        const file = task.files.find((planned) => planned.path === symbol.path);
        if (file?.action === 'delete' && (symbol.action === 'add' || symbol.action === 'change')) {
          const message = `${task.id} deletes ${symbol.path}, so it cannot ${symbol.action} "${symbol.name}" there.`;
          yield { at, task, message };
        }
        if (file || (symbol.action === 'use' && task.read.includes(symbol.path))) continue;
        const where = symbol.action === 'use' ? 'read' : 'files';
        const message = `${task.id} is to ${symbol.action} "${symbol.name}" in ${symbol.path}, which is not among its ${where === 'read' ? 'files or read' : 'files'}. Add the path to ${where}.`;
        yield { at, task, message };
      }
    },
  },
];

function* symbolsOf({ plan }: Subject): Iterable<{ task: Task; symbol: PlannedSymbol; at: string }> {
  for (const [t, task] of plan.tasks.entries()) {
    for (const [s, symbol] of task.symbols.entries()) yield { task, symbol, at: `tasks[${t}].symbols[${s}]` };
  }
}

/**
 * The names in a file when a task starts; null when it can't be known. A file that earlier tasks create is known by what
 * they say they add, and unknown when they say nothing.
 */
function namesBefore(task: Task, path: string, subject: Subject): { names: Set<string> } | null {
  if (!subject.treeBefore(task).has(path)) return null;
  const earlier = earlierTasks(task, subject);
  const atBase = subject.facts.paths.has(path) ? subject.facts.symbolsIn(path) : addedBy(earlier, path);
  if (!atBase) return null;
  const names = new Set(atBase);
  for (const symbol of earlier.flatMap((other) => other.symbols)) {
    if (symbol.path !== path) continue;
    if (symbol.action === 'add') names.add(bare(symbol.name));
    if (symbol.action === 'remove') names.delete(bare(symbol.name));
  }
  return { names };
}

function addedBy(tasks: readonly Task[], path: string): Set<string> | null {
  const added = tasks
    .flatMap((task) => task.symbols)
    .filter((symbol) => symbol.action === 'add' && symbol.path === path);
  return added.length > 0 ? new Set(added.map((symbol) => bare(symbol.name))) : null;
}

/** `Store.get` is there when it is listed itself, or `get`, or (methods are not listed everywhere) `Store`. */
function has(names: ReadonlySet<string>, name: string): boolean {
  const plain = bare(name);
  if (names.has(name) || names.has(plain)) return true;
  const parts = plain.split('.');
  return parts.length > 1 && parts.some((part) => names.has(part));
}

/** The name without call brackets and type parameters, with `.` between owner and member. */
function bare(name: string): string {
  return name
    .replace(/[(<].*$/su, '')
    .replace(/::|#/gu, '.')
    .trim();
}

function missing(task: Task, symbol: PlannedSymbol, names: ReadonlySet<string>, subject: Subject): string {
  const what = `There is no "${symbol.name}" in ${symbol.path} to ${symbol.action}.`;
  const adder = subject.plan.tasks.find((other) =>
    other.symbols.some((s) => s.action === 'add' && s.path === symbol.path && bare(s.name) === bare(symbol.name)),
  );
  if (adder === task) return `${what} This task adds it: list it once, as "add".`;
  if (adder && !subject.ancestors.get(task.id)?.has(adder.id)) {
    return `${what} ${adder.id} adds it, but ${task.id} does not depend on ${adder.id}: add it to dependsOn.`;
  }
  const near = closestName(bare(symbol.name), names);
  if (near) return `${what} Did you mean "${near}"?`;
  return `${what} Use the action "add" for a new symbol, or name one that is there.`;
}
