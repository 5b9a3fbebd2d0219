import type { Task } from '../../contract/plan.ts';
import { cyclesOf } from '../order.ts';
import { closestName, foldPath } from '../paths.ts';
import type { Rule, Subject } from './rule.ts';

export const graphRules: readonly Rule[] = [
  {
    id: 'task-id-twice',
    severity: 'error',
    summary: 'Task ids are unique.',
    *check({ plan }) {
      const seen = new Set<string>();
      for (const [index, task] of plan.tasks.entries()) {
        if (seen.has(task.id)) {
          yield {
            at: `tasks[${index}].id`,
            task,
            message: `Two tasks are called ${task.id}. Give each its own number.`,
          };
        }
        seen.add(task.id);
      }
    },
  },
  {
    id: 'task-order',
    severity: 'warning',
    summary: 'Tasks are listed by ascending number, after those they depend on.',
    *check({ plan }) {
      for (const [index, task] of plan.tasks.entries()) {
        const previous = plan.tasks[index - 1];
        if (previous && numberOf(task) < numberOf(previous)) {
          const message = `${task.id} is listed after ${previous.id}. List tasks by ascending number.`;
          yield { at: `tasks[${index}].id`, task, message };
        }
        const later = plan.tasks.slice(index + 1).find((other) => task.dependsOn.includes(other.id));
        if (later) {
          const message = `${task.id} depends on ${later.id}, which is listed after it. List ${later.id} first.`;
          yield { at: `tasks[${index}].dependsOn`, task, message };
        }
      }
    },
  },
  {
    id: 'dependency-unknown',
    severity: 'error',
    summary: 'A dependency is the id of a task in the plan.',
    *check({ plan }) {
      const ids = new Set(plan.tasks.map((task) => task.id));
      for (const { task, id, at } of dependencies(plan.tasks)) {
        if (ids.has(id)) continue;
        const near = closestName(id, ids);
        const hint = near && near !== task.id ? `Did you mean ${near}?` : `Remove it, or add the task.`;
        yield { at, task, message: `${task.id} depends on "${id}", which is not a task of this plan. ${hint}` };
      }
    },
  },
  {
    id: 'dependency-self',
    severity: 'error',
    summary: 'A task does not depend on itself.',
    *check({ plan }) {
      for (const { task, id, at } of dependencies(plan.tasks)) {
        if (id === task.id) yield { at, task, message: `${task.id} depends on itself. Remove it from dependsOn.` };
      }
    },
  },
  {
    id: 'dependency-cycle',
    severity: 'error',
    summary: 'Dependencies form no cycle.',
    *check({ plan }) {
      for (const cycle of cyclesOf(plan.tasks)) {
        const index = plan.tasks.findIndex((task) => task.id === cycle[0]);
        yield {
          at: `tasks[${index}].dependsOn`,
          task: plan.tasks[index] ?? null,
          message: `These tasks wait for each other: ${cycle.join(' → ')}. Remove one of the dependencies.`,
        };
      }
    },
  },
  {
    id: 'tasks-share-file',
    severity: 'error',
    summary: 'Two tasks that change the same file depend on each other, one way or through others.',
    *check(subject) {
      for (const { a, b, at, path } of meetings(subject, 'changes')) {
        const message = `${a.id} and ${b.id} both change ${JSON.stringify(path)} but may run side by side. Add ${a.id} to the dependsOn of ${b.id}.`;
        yield { at, task: b, message };
      }
    },
  },
  {
    id: 'task-reads-changing-file',
    severity: 'warning',
    summary: 'A task that reads a file another one changes depends on it, so that it reads the version meant.',
    *check(subject) {
      for (const { a, b, at, path } of meetings(subject, 'reads')) {
        const message = `${b.id} reads ${JSON.stringify(path)} while ${a.id} may change it. Add one to the dependsOn of the other.`;
        yield { at, task: b, message };
      }
    },
  },
];

function numberOf(task: Task): number {
  return Number(task.id.slice(1));
}

function* dependencies(tasks: readonly Task[]): Iterable<{ task: Task; id: string; at: string }> {
  for (const [t, task] of tasks.entries()) {
    for (const [d, id] of task.dependsOn.entries()) yield { task, id, at: `tasks[${t}].dependsOn[${d}]` };
  }
}

/** Pairs of tasks without an order between them where `a` changes a file that `b` changes or reads. */
function* meetings(
  { mentions, ancestors }: Subject,
  what: 'changes' | 'reads',
): Iterable<{ a: Task; b: Task; at: string; path: string }> {
  const changes = mentions.filter(({ use }) => use !== 'read' && use !== 'symbol');
  const others = what === 'changes' ? changes : mentions.filter(({ use }) => use === 'read');
  const changersOf = Map.groupBy(changes, ({ path }) => foldPath(path));
  for (const { path, task: b, at, use } of others) {
    for (const { task: a, use: how } of changersOf.get(foldPath(path)) ?? []) {
      // Each pair once: the later of the two is where it is reported.
      if (a === b) {
        if (what === 'changes') break;
        continue;
      }
      if (a.id === b.id || ancestors.get(a.id)?.has(b.id) || ancestors.get(b.id)?.has(a.id)) continue;
      // One creates what the other needs: that is path-missing.
      if ((how === 'create') !== (use === 'create')) continue;
      yield { a, b, at, path };
    }
  }
}
