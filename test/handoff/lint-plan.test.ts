import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Plan } from '../../src/contract/plan.ts';
import { explainLint, lintPlan, PLAN_RULES, topologicalOrder } from '../../src/handoff/lint-plan.ts';
import { criterion, FACTS, plan, task } from './make.ts';

const modify = (path: string) => ({ path, action: 'modify' as const });
const create = (path: string) => ({ path, action: 'create' as const });
const remove = (path: string) => ({ path, action: 'delete' as const });
const symbol = (name: string, action: 'add' | 'change' | 'remove' | 'use', path = 'src/math.ts') => ({
  path,
  name,
  action,
  signature: '',
});
const command = (line: string) => task({ criteria: [criterion('T1.1', { command: line })] });
const chain = (n: number) => Array.from({ length: n }, () => 'true').join(' && ');

/** [rule, where, part of the message, plan]: the rule is broken there, and no other error is. */
const BROKEN: [rule: string, at: string, message: string, plan: Plan][] = [
  ...[
    '/etc/passwd',
    '../x.ts',
    'src/../../x.ts',
    'src\\math.ts',
    '.git/config',
    '.GIT/hooks/x',
    'a/.git./x',
    'GIT~1/x',
    '-x.ts',
    'src/--output=x',
    '~/x',
    'src/a\u202Ets',
    'src/m\u0430th.ts',
    'src\uFF0Fx.ts',
    'src//x.ts',
    './src/x.ts',
    'C:/x.ts',
    ':(top)x',
    'src/x.ts ',
    'a\rb',
    'a\0b',
  ].map((path): [string, string, string, Plan] => [
    'path-unsafe',
    'tasks[0].files[0]',
    'The path ',
    plan(task({ files: [create(path)] })),
  ]),
  ['path-missing', 'tasks[0].files[0]', 'Did you mean "src/math.ts"?', plan(task({ files: [modify('src/maths.ts')] }))],
  [
    'path-missing',
    'tasks[0].files[0]',
    'Did you mean "src/users.ts"?',
    plan(task({ files: [modify('lib/deep/users.ts')] })),
  ],
  ['path-missing', 'tasks[0].read[0]', 'to read', plan(task({ read: ['zzz/qqqqqqq.rs'] }))],
  ['path-missing', 'tasks[0].files[0]', 'It is a folder', plan(task({ files: [modify('src')] }))],
  [
    'path-missing',
    'tasks[1].files[0]',
    'T2 does not depend on T1',
    plan(task({ files: [create('src/new.ts')] }), task({ id: 'T2', files: [modify('src/new.ts')] })),
  ],
  [
    'path-missing',
    'tasks[1].read[0]',
    'An earlier task deletes it',
    plan(task({ files: [remove('src/users.ts')] }), task({ id: 'T2', dependsOn: ['T1'], read: ['src/users.ts'] })),
  ],
  ['path-exists', 'tasks[0].files[0]', 'exists already', plan(task({ files: [create('src/math.ts')] }))],
  [
    'path-exists',
    'tasks[1].files[0]',
    'created by an earlier task',
    plan(task({ files: [create('src/new.ts')] }), task({ id: 'T2', dependsOn: ['T1'], files: [create('src/new.ts')] })),
  ],
  ['path-exists', 'tasks[0].files[0]', 'is a folder', plan(task({ files: [create('src')] }))],
  ['path-exists', 'tasks[0].files[0]', '"README.md" is a file', plan(task({ files: [create('README.md/x.ts')] }))],
  ['path-case', 'tasks[0].files[0]', '"src/math.ts"', plan(task({ files: [modify('src/Math.ts')] }))],
  ['path-case', 'tasks[0].files[0]', '"README.md"', plan(task({ files: [create('readme.md')] }))],
  ['path-twice', 'tasks[0].files[1]', 'twice', plan(task({ files: [modify('src/math.ts'), modify('src/math.ts')] }))],
  [
    'create-delete',
    'tasks[0].files[1]',
    'creates and deletes',
    plan(task({ files: [create('src/new.ts'), remove('src/new.ts')] })),
  ],
  [
    'symbol-missing',
    'tasks[0].symbols[0]',
    'Did you mean "round"?',
    plan(task({ symbols: [symbol('runod', 'change')] })),
  ],
  [
    'symbol-missing',
    'tasks[0].symbols[0]',
    'name one that is there',
    plan(task({ symbols: [symbol('quaternion', 'remove')] })),
  ],
  [
    'symbol-missing',
    'tasks[1].symbols[0]',
    'T2 does not depend on T1',
    plan(
      task({ symbols: [symbol('clamp', 'add')] }),
      task({ id: 'T2', files: [modify('src/users.ts')], read: ['src/math.ts'], symbols: [symbol('clamp', 'use')] }),
    ),
  ],
  [
    'symbol-missing',
    'tasks[1].symbols[0]',
    'no "round"',
    plan(
      task({ symbols: [symbol('round', 'remove')] }),
      task({ id: 'T2', dependsOn: ['T1'], symbols: [symbol('round', 'change')] }),
    ),
  ],
  [
    'symbol-missing',
    'tasks[1].symbols[0]',
    'Did you mean "clamp"?',
    plan(
      task({ files: [create('src/new.ts')], symbols: [symbol('clamp', 'add', 'src/new.ts')] }),
      task({ id: 'T2', dependsOn: ['T1'], read: ['src/new.ts'], symbols: [symbol('clmap', 'use', 'src/new.ts')] }),
    ),
  ],
  ['symbol-exists', 'tasks[0].symbols[0]', 'already', plan(task({ symbols: [symbol('round', 'add')] }))],
  [
    'symbol-file',
    'tasks[0].symbols[0]',
    'Add the path to files',
    plan(task({ read: ['src/users.ts'], symbols: [symbol('getUser', 'change', 'src/users.ts')] })),
  ],
  [
    'symbol-file',
    'tasks[0].symbols[0]',
    'Add the path to read',
    plan(task({ symbols: [symbol('getUser', 'use', 'src/users.ts')] })),
  ],
  [
    'symbol-file',
    'tasks[0].symbols[0]',
    'deletes',
    plan(task({ files: [remove('src/math.ts')], symbols: [symbol('round', 'change')] })),
  ],
  [
    'task-id-twice',
    'tasks[1].id',
    'T1',
    plan(task(), task({ files: [modify('src/users.ts')], criteria: [criterion('T1.2')] })),
  ],
  ['dependency-unknown', 'tasks[0].dependsOn[0]', '"T9"', plan(task({ dependsOn: ['T9'] }))],
  ['dependency-self', 'tasks[0].dependsOn[0]', 'itself', plan(task({ dependsOn: ['T1'] }))],
  [
    'dependency-cycle',
    'tasks[0].dependsOn',
    'T1 → T2 → T1',
    plan(task({ dependsOn: ['T2'] }), task({ id: 'T2', dependsOn: ['T1'] })),
  ],
  ['tasks-share-file', 'tasks[1].files[0]', 'Add T1 to the dependsOn of T2', plan(task(), task({ id: 'T2' }))],
  ['task-without-files', 'tasks[0].files', 'no file', plan(task({ files: [] }))],
  ['task-without-criteria', 'tasks[0].criteria', 'no acceptance criterion', plan(task({ criteria: [] }))],
  ['criterion-id', 'tasks[0].criteria[0].id', 'T1.1, T1.2', plan(task({ criteria: [criterion('C1')] }))],
  ['criterion-id', 'tasks[0].criteria[1].id', 'Two criteria', plan(task({ criteria: [criterion(), criterion()] }))],
  [
    'criterion-vague',
    'tasks[0].criteria[0].text',
    'observed',
    plan(task({ criteria: [criterion('T1.1', { text: 'Login works correctly' })] })),
  ],
  ['command-unknown', 'tasks[0].criteria[0].command', 'npm run tset', plan(command('npm run tset'))],
  ...[
    'npm test\nrm -rf x',
    'npm test\r',
    'npm\0test',
    'npm te\u200Bst',
    'n\u0440m test',
    '\u2013\u2013version',
    'echo \u201Chi\u201D',
    chain(51),
    'x'.repeat(4001),
  ].map((line): [string, string, string, Plan] => [
    'command-unsafe',
    'tasks[0].criteria[0].command',
    'one line',
    plan(command(line)),
  ]),
  [
    'task-vague',
    'tasks[0].behaviour',
    'its title',
    plan(
      task({
        title: 'Implement auth',
        behaviour: 'implement auth',
        criteria: [criterion('T1.1', { text: 'POST /login answers 401 without a password' })],
      }),
    ),
  ],
];

const WARNED: [rule: string, at: string, message: string, plan: Plan][] = [
  [
    'sensitive-file',
    'tasks[0].files[0]',
    'CI configuration',
    plan(task({ files: [create('.github/workflows/ci.yml')] })),
  ],
  ['sensitive-file', 'tasks[0].files[0]', 'package or build scripts', plan(task({ files: [modify('package.json')] }))],
  [
    'task-order',
    'tasks[1].id',
    'ascending',
    plan(task({ id: 'T2' }), task({ id: 'T1', files: [modify('src/users.ts')] })),
  ],
  ['task-order', 'tasks[0].dependsOn', 'List T2 first', plan(task({ dependsOn: ['T2'] }), task({ id: 'T2' }))],
  [
    'task-reads-changing-file',
    'tasks[1].read[0]',
    'T2 reads',
    plan(task(), task({ id: 'T2', files: [modify('src/users.ts')], read: ['src/math.ts'] })),
  ],
  [
    'task-too-large',
    'tasks[0].files',
    '9 files',
    plan(task({ files: Array.from({ length: 9 }, (_, i) => create(`src/n${i}.ts`)) })),
  ],
  [
    'criterion-command-missing',
    'tasks[0].criteria[0].command',
    'null',
    plan(task({ criteria: [criterion('T1.1', { text: 'All tests pass' })] })),
  ],
  ['criterion-command-missing', 'tasks[0].criteria[0].command', 'empty', plan(command('  '))],
  [
    'plan-contains-code',
    'tasks[0].behaviour',
    'code',
    plan(task({ behaviour: 'clamp returns 3 for 5:\n```ts\nreturn 3\n```' })),
  ],
  [
    'plan-contains-code',
    'tasks[0].behaviour',
    'code',
    plan(task({ behaviour: 'clamp returns the bound:\nconst a = 1;\nif (a > max) {\n  return max;\n}' })),
  ],
];

describe('the lint', () => {
  it('accepts a sound plan', () => {
    const sound = plan(
      task({ files: [create('src/clamp.ts')], symbols: [symbol('clamp', 'add', 'src/clamp.ts')] }),
      task({
        id: 'T2',
        dependsOn: ['T1'],
        files: [modify('src/math.ts'), remove('src/notes.txt')],
        read: ['src/clamp.ts', 'src/users.ts'],
        symbols: [
          symbol('round', 'change'),
          symbol('clamp()', 'use', 'src/clamp.ts'),
          symbol('Store#get', 'use', 'src/users.ts'),
        ],
        criteria: [criterion('T2.1', { command: 'npm test' }), criterion('T2.2')],
      }),
      task({ id: 'T3', dependsOn: ['T2'], symbols: [symbol('round', 'use')] }),
    );
    expect(lintPlan(sound, FACTS)).toEqual([]);
  });

  it.each(BROKEN)('%s at %s: %s', (rule, at, message, broken) => {
    const errors = lintPlan(broken, FACTS).filter((issue) => issue.severity === 'error');
    expect(errors.map((issue) => [issue.rule, issue.at])).toEqual([[rule, at]]);
    expect(errors[0]?.message).toContain(message);
    expect(errors[0]?.task).toMatch(/^T\d$/);
  });

  it.each(WARNED)('%s at %s: %s, as a warning', (rule, at, message, warned) => {
    const issues = lintPlan(warned, FACTS);
    expect(issues.map((issue) => [issue.severity, issue.rule, issue.at])).toEqual([['warning', rule, at]]);
    expect(issues[0]?.message).toContain(message);
  });

  it('has a test for every rule', () => {
    const tested = new Set([...BROKEN, ...WARNED].map(([rule]) => rule));
    expect(PLAN_RULES.map((rule) => rule.id).filter((id) => !tested.has(id))).toEqual([]);
  });

  it('is documented rule by rule, in its order, with its severity', () => {
    const text = readFileSync(new URL('../../docs/plan-rules.md', import.meta.url), 'utf8');
    const documented = [...text.matchAll(/^### ([a-z-]+)\n\*\*(error|warning)\*\*/gm)].map(
      ([, id, severity]) => `${id} ${severity}`,
    );
    expect(documented.toSorted()).toEqual(PLAN_RULES.map(({ id, severity }) => `${id} ${severity}`).toSorted());
    expect(new Set(PLAN_RULES.map(({ id }) => id)).size).toBe(PLAN_RULES.length);
  });

  it('lets a plan add the command it uses', () => {
    const added = task({
      files: [modify('package.json')],
      criteria: [criterion('T1.1', { command: 'npm run clamp' })],
    });
    const later = task({ id: 'T2', dependsOn: ['T1'], criteria: [criterion('T2.1', { command: 'npm run clamp' })] });
    expect(lintPlan(plan(added, later), FACTS).map((issue) => issue.rule)).toEqual(['sensitive-file']);
    expect(lintPlan(plan(command(chain(50))), FACTS)).toEqual([]);
  });

  it('takes a symbol of an unknown language or an undescribed new file on trust', () => {
    const css = task({ files: [modify('src/notes.txt')], symbols: [symbol('anything', 'change', 'src/notes.txt')] });
    const undescribed = task({ id: 'T2', files: [create('src/new.css')] });
    const user = task({
      id: 'T3',
      dependsOn: ['T2'],
      read: ['src/new.css'],
      symbols: [symbol('.dark', 'use', 'src/new.css')],
    });
    expect(lintPlan(plan(css, undescribed, user), FACTS)).toEqual([]);
  });

  it('explains issues one a line, errors first', () => {
    const text = explainLint(lintPlan(plan(task({ files: [create('.mcp.json'), modify('src/maths.ts')] })), FACTS));
    expect(text).toMatchInlineSnapshot(`
      "error    path-missing    tasks[0].files[1]  There is no "src/maths.ts" to modify. Did you mean "src/math.ts"?
      warning  sensitive-file  tasks[0].files[0]  ".mcp.json" is agent settings or instructions. Check that the request asks for this edit."
    `);
    expect(explainLint([])).toBe('');
  });

  it('never throws, whatever a plan says', () => {
    const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constantFrom('src/math.ts', 'T1', 'T1.1'));
    const id = fc.constantFrom('T1', 'T2', 'T3', 'T4');
    const action = fc.constantFrom('create' as const, 'modify' as const, 'delete' as const);
    const use = fc.constantFrom('add' as const, 'change' as const, 'remove' as const, 'use' as const);
    const anyTask = fc.record({
      id,
      title: text,
      behaviour: text,
      files: fc.array(fc.record({ path: text, action }), { maxLength: 4 }),
      symbols: fc.array(fc.record({ path: text, name: text, action: use, signature: text }), { maxLength: 3 }),
      criteria: fc.array(fc.record({ id: text, text, command: fc.option(text) }), { maxLength: 3 }),
      dependsOn: fc.array(fc.oneof(id, text), { maxLength: 3 }),
      read: fc.array(text, { maxLength: 2 }),
    });
    fc.assert(
      fc.property(fc.array(anyTask, { minLength: 1, maxLength: 5 }), (tasks) => {
        for (const issue of lintPlan(plan(...tasks), FACTS)) {
          expect(issue.message).not.toMatch(/[\p{Cc}\u202a-\u202e]/u);
          expect(issue.message.length).toBeLessThanOrEqual(600);
        }
      }),
      { numRuns: 150 },
    );
  });
});

describe('topologicalOrder', () => {
  it('puts every task after those it depends on, or names the cycle', () => {
    const ids = ['T1', 'T2', 'T3', 'T4', 'T5'];
    const tasks = fc.tuple(...ids.map((id) => fc.subarray(ids).map((dependsOn) => task({ id, dependsOn }))));
    fc.assert(
      fc.property(tasks, (given) => {
        const cyclic = lintPlan(plan(...given), FACTS).some((issue) => issue.rule === 'dependency-cycle');
        if (cyclic) {
          expect(() => topologicalOrder(plan(...given))).toThrow(/wait for each other: T\d → /);
          return;
        }
        const order = topologicalOrder(plan(...given)).map((each) => each.id);
        expect(order.toSorted()).toEqual(ids);
        for (const each of given) {
          for (const id of each.dependsOn)
            if (id !== each.id) expect(order.indexOf(id)).toBeLessThan(order.indexOf(each.id));
        }
      }),
    );
  });

  it("keeps the plan's order between equals", () => {
    const given = plan(task({ id: 'T3' }), task({ id: 'T1', dependsOn: ['T9'] }), task({ id: 'T2' }));
    expect(topologicalOrder(given).map((each) => each.id)).toEqual(['T3', 'T1', 'T2']);
  });
});
