import { describe, type ExpectStatic, test, vi } from 'vitest';
import * as yaml from 'yaml';
import { Plan } from '../../../src/contract/plan.ts';
import { planToYaml } from '../../../src/report/plan-yaml.ts';
import { schemaUrl } from '../../../src/report/schema-url.ts';
import { CYCLE, HAPPY, MISSING, plan, RUN, type SampleTask, task, VAGUE } from '../../support/refusals/sample.ts';
import { both, type Scene, scene } from '../../support/refusals/scene.ts';

vi.setConfig({ testTimeout: 60_000 });

/** The file a person would hand in. */
const planFile = (tasks: readonly SampleTask[]): string =>
  planToYaml(Plan.parse({ title: 'Greet with a comma', tasks }), yaml, { schema: schemaUrl('plan') });

/** Nothing was begun: no call but the planner's, no branch, no working tree, no commit. */
function nothingExecuted(expect: ExpectStatic, at: Scene, plannerCalls: number): void {
  expect(at.calls('planner')).toHaveLength(plannerCalls);
  expect(at.server.log).toHaveLength(plannerCalls);
  expect(at.repository.git('branch', '--format=%(refname:short)')).toBe('main');
  expect(at.repository.git('status', '--porcelain', '--ignored')).not.toContain('.tercet');
}

describe.concurrent('a plan that the planner does not mend', () => {
  test('vague', async ({ expect }) => {
    await using ran = await both({ planner: [plan(VAGUE)] }, RUN);
    expect(ran.plain.code).toBe(1);
    expect(ran.plain.stderr).toMatchInlineSnapshot(`
      "Run RUN on SHA: planner anthropic/claude-fable-5-2, executor anthropic/claude-haiku-5-5, reviewer openai/gpt-6.1-sol, budget $5.00
      plan
        plan check, round 1: 2 errors
        plan check, round 2: 2 errors
        plan check, round 3: 2 errors
      Failed: The plan was refused 3 times; nothing was executed. What is wrong with the last one: error task-vague tasks[0].behaviour The behaviour of T1 says no more than its title. Say what the code does afterwards: which input gives which result, what happens at the edges, by which names. error criterion-vague tasks[0].criteria[0].text T1.1 ("Auth works correctly") names nothing that can be observed. Say what one sees: an input and its result, an output, an exit code. Say in the request which files and what behaviour you mean, or write plan.yaml yourself and run \`tercet execute plan.yaml\`. [$COST]
      "
    `);
    expect(ran.json.object).toMatchObject({ outcome: 'failed', verdict: null, branch: null, commits: [], tasks: [] });
    expect(ran.plain.stdout).toContain('Failed');
    for (const { scene: at } of [ran.plain, ran.json]) nothingExecuted(expect, at, 3);
    expect(ran.plain.scene.told('planner')[1]).toMatchInlineSnapshot(`
      "Your plan breaks these rules:
      error    task-vague       tasks[0].behaviour         The behaviour of T1 says no more than its title. Say what the code does afterwards: which input gives which result, what happens at the edges, by which names.
      error    criterion-vague  tasks[0].criteria[0].text  T1.1 ("Auth works correctly") names nothing that can be observed. Say what one sees: an input and its result, an output, an exit code.
      Give the whole plan again, mended."
    `);
  });

  test('cyclic: the cycle is named', async ({ expect }) => {
    await using ran = await both({ planner: [plan(...CYCLE)] }, RUN);
    expect(ran.plain.code).toBe(1);
    expect(ran.plain.stderr).toMatchInlineSnapshot(`
      "Run RUN on SHA: planner anthropic/claude-fable-5-2, executor anthropic/claude-haiku-5-5, reviewer openai/gpt-6.1-sol, budget $5.00
      plan
        plan check, round 1: 1 error
        plan check, round 2: 1 error
        plan check, round 3: 1 error
      Failed: The plan was refused 3 times; nothing was executed. What is wrong with the last one: error dependency-cycle tasks[0].dependsOn These tasks wait for each other: T1 → T2 → T1. Remove one of the dependencies. Say in the request which files and what behaviour you mean, or write plan.yaml yourself and run \`tercet execute plan.yaml\`. [$COST]
      "
    `);
    expect(ran.json.object.reason).toContain('T1 → T2 → T1');
    for (const { scene: at } of [ran.plain, ran.json]) nothingExecuted(expect, at, 3);
  });

  test('naming a missing file: the nearest one is proposed', async ({ expect }) => {
    await using ran = await both({ planner: [plan(MISSING)] }, RUN);
    expect(ran.plain.code).toBe(1);
    expect(ran.plain.stderr).toMatchInlineSnapshot(`
      "Run RUN on SHA: planner anthropic/claude-fable-5-2, executor anthropic/claude-haiku-5-5, reviewer openai/gpt-6.1-sol, budget $5.00
      plan
        plan check, round 1: 1 error
        plan check, round 2: 1 error
        plan check, round 3: 1 error
      Failed: The plan was refused 3 times; nothing was executed. What is wrong with the last one: error path-missing tasks[0].files[0] There is no "src/gret.js" to modify. Did you mean "src/greet.js"? Say in the request which files and what behaviour you mean, or write plan.yaml yourself and run \`tercet execute plan.yaml\`. [$COST]
      "
    `);
    expect(ran.json.object.reason).toContain('There is no "src/gret.js" to modify. Did you mean "src/greet.js"?');
    for (const { scene: at } of [ran.plain, ran.json]) nothingExecuted(expect, at, 3);
  });

  test('mended at the second try, the run goes on', async ({ expect }) => {
    await using at = await scene({ ...HAPPY, planner: [plan(VAGUE), plan()] });
    const said = await at.run([...RUN, '--json']);
    expect(said.code).toBe(0);
    expect(said.stderr).toContain('plan check, round 1: 2 errors');
    expect(at.calls('planner')).toHaveLength(2);
  });
});

describe.concurrent('a plan file', () => {
  const FILES = {
    'vague.yaml': planFile([VAGUE]),
    'cyclic.yaml': planFile(CYCLE),
    'missing.yaml': planFile([MISSING]),
  };

  test('is refused by `tercet plan --check`', async ({ expect }) => {
    await using at = await scene({}, { files: { ...FILES, 'good.yaml': planFile([task()]) } });
    const check = async (file: string) => {
      const [plain, json] = await Promise.all([
        at.run(['plan', '--check', file]),
        at.run(['plan', '--check', file, '--json']),
      ]);
      expect([plain.stderr, json.stderr]).toEqual(['', '']);
      expect(json.code).toBe(plain.code);
      const { issues } = JSON.parse(json.stdout) as { issues: { rule: string }[] };
      return [`$ tercet plan --check ${file} → ${plain.code} (${issues.map((issue) => issue.rule)})`, plain.stdout];
    };
    const shown = await Promise.all(['vague.yaml', 'cyclic.yaml', 'missing.yaml', 'good.yaml'].map(check));
    expect(shown.flat().join('\n')).toMatchInlineSnapshot(`
      "$ tercet plan --check vague.yaml → 1 (task-vague,criterion-vague)
      error    task-vague       tasks[0].behaviour         The behaviour of T1 says no more than its title. Say what the code does afterwards: which input gives which result, what happens at the edges, by which names.
      error    criterion-vague  tasks[0].criteria[0].text  T1.1 ("Auth works correctly") names nothing that can be observed. Say what one sees: an input and its result, an output, an exit code.
      2 errors, 0 warnings. docs/plan-rules.md explains each rule.

      $ tercet plan --check cyclic.yaml → 1 (dependency-cycle,task-order)
      error    dependency-cycle  tasks[0].dependsOn  These tasks wait for each other: T1 → T2 → T1. Remove one of the dependencies.
      warning  task-order        tasks[0].dependsOn  T1 depends on T2, which is listed after it. List T2 first.
      1 error, 1 warning. docs/plan-rules.md explains each rule.

      $ tercet plan --check missing.yaml → 1 (path-missing)
      error    path-missing  tasks[0].files[0]  There is no "src/gret.js" to modify. Did you mean "src/greet.js"?
      1 error, 0 warnings. docs/plan-rules.md explains each rule.

      $ tercet plan --check good.yaml → 0 ()
      good.yaml: 1 task, no errors, no warnings.
      "
    `);
    nothingExecuted(expect, at, 0);
  });

  test('is refused by `tercet execute` before any call', async ({ expect }) => {
    const files = { ...FILES };
    await using at = await scene({}, { files });
    const ends = await Promise.all(
      Object.keys(files).map(async (file) => {
        const [plain, json] = await Promise.all([at.run(['execute', file]), at.run(['execute', file, '--json'])]);
        expect([plain.code, json.code]).toEqual([1, 1]);
        expect(JSON.parse(json.stdout)).toMatchObject({ outcome: 'failed', branch: null });
        return plain.stderr.split('\n').at(-2);
      }),
    );
    expect(ends.join('\n')).toMatchInlineSnapshot(`
      "Failed: The plan was refused; nothing was executed. error task-vague tasks[0].behaviour The behaviour of T1 says no more than its title. Say what the code does afterwards: which input gives which result, what happens at the edges, by which names. error criterion-vague tasks[0].criteria[0].text T1.1 ("Auth works correctly") names nothing that can be observed. Say what one sees: an input and its result, an output, an exit code. Mend the plan and check it with \`tercet plan --check\`; docs/plan-rules.md explains each rule. [$COST]
      Failed: The plan was refused; nothing was executed. error dependency-cycle tasks[0].dependsOn These tasks wait for each other: T1 → T2 → T1. Remove one of the dependencies. Mend the plan and check it with \`tercet plan --check\`; docs/plan-rules.md explains each rule. [$COST]
      Failed: The plan was refused; nothing was executed. error path-missing tasks[0].files[0] There is no "src/gret.js" to modify. Did you mean "src/greet.js"? Mend the plan and check it with \`tercet plan --check\`; docs/plan-rules.md explains each rule. [$COST]"
    `);
    nothingExecuted(expect, at, 0);
  });

  test('that is no plan is refused with file and line', async ({ expect }) => {
    const files = {
      'broken.yaml': 'title: Greet\ntasks:\n  - id: T1\n   title: [\n',
      'wrong.yaml': `${planFile([task()]).replace(/action: modify/, 'action: mend')}extra: 1\n`,
      'list.yaml': '- one\n- two\n',
      'empty.yaml': '',
      'large.yaml': `title: Greet\nsummary: "${'x'.repeat(3 * 1024 * 1024)}"\n`,
    };
    await using at = await scene({}, { files });
    const told: string[] = [];
    for (const file of [...Object.keys(files), 'absent.yaml']) {
      const [checked, executed] = await Promise.all([at.run(['plan', '--check', file]), at.run(['execute', file])]);
      expect([checked.code, executed.code, executed.stderr], file).toEqual([2, 2, checked.stderr]);
      told.push(checked.stderr);
    }
    expect(told.join('')).toMatchInlineSnapshot(`
      "tercet: broken.yaml:4: Sequence item without - indicator
      broken.yaml:5: Flow sequence in block collection must be sufficiently indented and end with a ]
        schema/plan.schema.json describes the format; \`tercet plan\` writes an example.
      tercet: wrong.yaml:21: action must be one of create, modify, delete, but is "mend"
      wrong.yaml:32: there is no key "extra"; the keys here are version, title, summary, tasks, risks, nonGoals, assumptions
        schema/plan.schema.json describes the format; \`tercet plan\` writes an example.
      tercet: list.yaml:1: the plan must be a block of keys and values, but is a list
        schema/plan.schema.json describes the format; \`tercet plan\` writes an example.
      tercet: empty.yaml:1: the file is empty
        schema/plan.schema.json describes the format; \`tercet plan\` writes an example.
      tercet: large.yaml:1: the file is larger than 1 MiB: not a plan
        schema/plan.schema.json describes the format; \`tercet plan\` writes an example.
      tercet: REPO/absent.yaml does not exist.
      "
    `);
    nothingExecuted(expect, at, 0);
  });

  test('cannot be written where a file is, nor where no folder is', async ({ expect }) => {
    await using at = await scene({ planner: [plan()] }, { files: { 'plan.yaml': 'mine' } });
    const [there, nowhere] = await Promise.all([
      at.run(['plan', 'Greet with a comma']),
      at.run(['plan', 'Greet with a comma', '--output', 'no/such/plan.yaml']),
    ]);
    expect([there.code, nowhere.code]).toEqual([2, 2]);
    expect(there.stderr + nowhere.stderr).toMatchInlineSnapshot(`
      "tercet: REPO/plan.yaml is there already; it is not overwritten.
        Choose another file with --output, or say --force.
      tercet: REPO/no/such/plan.yaml cannot be written: there is no folder REPO/no/such that you may write to.
        Make it, or choose another file with --output.
      "
    `);
    nothingExecuted(expect, at, 0);
  });
});
