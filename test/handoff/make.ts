import type { DiffLine, FileDiff, Hunk } from '../../src/contract/change.ts';
import type { Criterion, Plan, Task } from '../../src/contract/plan.ts';
import type { Finding, ReviewerFinding } from '../../src/contract/review.ts';
import type { RepositoryFacts } from '../../src/handoff/lint-plan.ts';

/** A task that breaks no rule; what a test is about is given on top. */
export function task(over: Partial<Task> = {}): Task {
  const id = over.id ?? 'T1';
  return {
    id,
    title: 'Clamp values',
    behaviour: '`clamp(value, min, max)` returns the nearest bound when value lies outside.',
    files: [{ path: 'src/math.ts', action: 'modify' }],
    symbols: [],
    criteria: [criterion(`${id}.1`)],
    dependsOn: [],
    read: [],
    ...over,
  };
}

export function criterion(id = 'T1.1', over: Partial<Criterion> = {}): Criterion {
  return { id, text: 'clamp(5, 0, 3) returns 3', command: null, ...over };
}

export function plan(...tasks: Task[]): Plan {
  return { version: 1, title: 'Clamp', summary: '', tasks, risks: [], nonGoals: [], assumptions: [] };
}

export const FACTS: RepositoryFacts = {
  paths: new Set(['src/math.ts', 'src/users.ts', 'src/notes.txt', 'package.json', 'README.md', 'test/math.test.ts']),
  symbolsIn: (path) =>
    ({ 'src/math.ts': new Set(['add', 'round']), 'src/users.ts': new Set(['getUser', 'Store', 'Store.get']) })[path] ??
    null,
  commandExists: (command) => (command.startsWith('npm ') ? command === 'npm test' : null),
};

/** A hunk from lines such as `+new`, `-old`, ` same`. */
export function hunk(path: string, id: string, start: number, lines: readonly string[], heading = ''): Hunk {
  let before = start;
  let after = start;
  const made = lines.map((line): DiffLine => {
    const text = line.slice(1);
    if (line.startsWith('+')) return { kind: 'added', old: null, new: after++, text };
    if (line.startsWith('-')) return { kind: 'removed', old: before++, new: null, text };
    return { kind: 'context', old: before++, new: after++, text };
  });
  return { path, id, oldStart: start, newStart: start, heading, lines: made };
}

export function diff(path: string, hunks: Hunk[], over: Partial<FileDiff['file']> = {}): FileDiff {
  return { file: { path, from: null, status: 'modified', additions: 0, deletions: 0, binary: false, ...over }, hunks };
}

export function claim(over: Partial<ReviewerFinding> = {}): ReviewerFinding {
  return {
    title: 'Wrong bound returned',
    severity: 'major',
    category: 'bug',
    path: 'src/math.ts',
    line: 2,
    quote: '  return max;',
    why: 'min is ignored',
    fix: 'return the nearest bound',
    confidence: 'high',
    criterion: null,
    ...over,
  };
}

export function finding(over: Partial<Finding> = {}): Finding {
  return {
    ...claim(),
    id: 'F1',
    claimedLine: 2,
    anchor: 'exact',
    onChange: true,
    blocking: true,
    status: 'open',
    round: 1,
    note: '',
    ...over,
  };
}
