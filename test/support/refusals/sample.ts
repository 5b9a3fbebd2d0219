import type { PlannerAnswer } from '../../../src/contract/plan.ts';
import type { ReviewerAnswer, ReviewerFinding } from '../../../src/contract/review.ts';

/** The repository of a scene. `name.trim()` stands in greet.js twice, at lines 2 and 7. */
export const FILES: Readonly<Record<string, string>> = {
  'package.json': '{ "type": "module", "scripts": { "test": "node --test" } }\n',
  'src/greet.js': [
    'export function greet(name) {',
    '  const who = name.trim();',
    '  return `Hello ${who}`;',
    '}',
    '',
    'export function part(name) {',
    '  const who = name.trim();',
    '  return `Bye ${who}`;',
    '}',
    '',
  ].join('\n'),
  'src/list.js': 'export const names = ["Ada", "Grace"];\n',
};

export const RUN = ['run', 'Greet with a comma in src/greet.js', '--yes', '--always-plan'] as const;

export type SampleTask = PlannerAnswer['tasks'][number];

/** A task that every rule accepts, but for what the test changes about it. */
export function task(id = 'T1', changed: Partial<SampleTask> = {}): SampleTask {
  return {
    id,
    title: 'Greet with a comma',
    behaviour: 'greet("Ada") returns "Hello, Ada": a comma after the word, the name trimmed as before.',
    files: [{ path: 'src/greet.js', action: 'modify' }],
    symbols: [],
    criteria: [{ id: `${id}.1`, text: 'greet("Ada") returns "Hello, Ada"', command: null }],
    dependsOn: [],
    read: [],
    ...changed,
  };
}

export function plan(...tasks: SampleTask[]): { object: PlannerAnswer } {
  const all = tasks.length === 0 ? [task()] : tasks;
  const title = 'Greet with a comma';
  return { object: { title, summary: '', tasks: all, risks: [], nonGoals: [], questions: [], needs: [] } };
}

/** Plans that code refuses. */
export const VAGUE = task('T1', {
  title: 'Implement auth',
  behaviour: 'Implement auth.',
  criteria: [{ id: 'T1.1', text: 'Auth works correctly', command: null }],
});
export const CYCLE = [
  task('T1', { dependsOn: ['T2'] }),
  task('T2', {
    files: [{ path: 'src/list.js', action: 'modify' }],
    behaviour: 'names holds "Edsger" as its third entry.',
    dependsOn: ['T1'],
  }),
];
export const MISSING = task('T1', { files: [{ path: 'src/gret.js', action: 'modify' }] });

/** The edit that does the task. */
export const GOOD_EDIT = [
  'src/greet.js',
  '<<<<<<< SEARCH',
  '  return `Hello ${who}`;',
  '=======',
  '  return `Hello, ${who}`;',
  '>>>>>>> REPLACE',
  'Greets with a comma.',
].join('\n');

export function review(changed: Partial<ReviewerAnswer> = {}): { object: ReviewerAnswer } {
  const criteria = [{ id: 'T1.1', met: 'yes' as const, evidence: 'The new line has the comma.' }];
  return { object: { criteria, findings: [], fixed: [], ...changed } };
}

export function finding(changed: Partial<ReviewerFinding> = {}): ReviewerFinding {
  return {
    title: 'Greets nobody',
    severity: 'blocker',
    category: 'bug',
    path: 'src/greet.js',
    line: 3,
    quote: '  return `Hello, ${who}`;',
    why: 'An empty name gives "Hello, ".',
    fix: 'Refuse an empty name.',
    confidence: 'high',
    criterion: null,
    ...changed,
  };
}

/** Lines of a whole run that ends well. */
export const HAPPY = { planner: [plan()], executor: [{ text: GOOD_EDIT }], reviewer: [review()] };
