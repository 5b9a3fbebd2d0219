import { TercetError } from '../contract/errors.ts';
import type { Plan, Task } from '../contract/plan.ts';

/**
 * Tasks so that each comes after those it depends on; otherwise in the order of the plan. Unknown dependencies and
 * those on itself are ignored here (the lint reports them). Throws `plan-rejected` naming the cycle when there is one.
 */
export function topologicalOrder(plan: Pick<Plan, 'tasks'>): Task[] {
  const cycle = cyclesOf(plan.tasks)[0];
  if (cycle) {
    throw new TercetError('plan-rejected', `The plan's tasks wait for each other: ${cycle.join(' → ')}.`, {
      hint: 'Remove one of these dependencies from the plan.',
    });
  }
  const known = new Set(plan.tasks.map((task) => task.id));
  const done = new Set<string>();
  const ordered: Task[] = [];
  let waiting = [...plan.tasks];
  while (waiting.length > 0) {
    // The first that can go, each time: the plan's own order decides between equals.
    const next = waiting.find((task) => task.dependsOn.every((id) => id === task.id || done.has(id) || !known.has(id)));
    if (!next) break;
    ordered.push(next);
    if (waiting.filter((task) => task.id === next.id).length === 1) done.add(next.id);
    waiting = waiting.filter((task) => task !== next);
  }
  return ordered;
}

/** For every task id, the ids of all tasks it depends on, directly or through others; never itself. */
export function ancestorsOf(tasks: readonly Task[]): Map<string, ReadonlySet<string>> {
  const direct = directOf(tasks);
  const all = new Map<string, ReadonlySet<string>>();
  for (const id of direct.keys()) {
    const seen = new Set<string>();
    const queue = [...(direct.get(id) ?? [])];
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      if (seen.has(next)) continue;
      seen.add(next);
      queue.push(...(direct.get(next) ?? []));
    }
    seen.delete(id);
    all.set(id, seen);
  }
  return all;
}

/** Cycles of two or more tasks, each as `[T1, T2, T1]`, none reported twice. */
export function cyclesOf(tasks: readonly Task[]): string[][] {
  const direct = directOf(tasks);
  const settled = new Set<string>();
  const cycles: string[][] = [];
  const walk = (id: string, trail: string[]): void => {
    const start = trail.indexOf(id);
    if (start >= 0) {
      const cycle = [...trail.slice(start), id];
      if (cycle.length > 2) cycles.push(cycle);
      return;
    }
    if (settled.has(id)) return;
    for (const next of direct.get(id) ?? []) walk(next, [...trail, id]);
    settled.add(id);
  };
  for (const id of direct.keys()) walk(id, []);
  return cycles;
}

function directOf(tasks: readonly Task[]): Map<string, Set<string>> {
  const direct = new Map<string, Set<string>>();
  for (const task of tasks) direct.set(task.id, new Set([...(direct.get(task.id) ?? []), ...task.dependsOn]));
  for (const [id, needs] of direct) {
    for (const need of needs) if (!direct.has(need) || need === id) needs.delete(need);
  }
  return direct;
}
