import { describe, test, vi } from 'vitest';
import { GOOD_EDIT, HAPPY, plan, RUN, review, task } from '../../support/refusals/sample.ts';
import { both, scene } from '../../support/refusals/scene.ts';

vi.setConfig({ testTimeout: 60_000 });

const status = (code: number) => ({ fault: { kind: 'status' as const, status: code } });
const GOOD = { text: GOOD_EDIT };

describe.concurrent('a provider that', () => {
  test('is overloaded is asked again, visibly, and the run recovers', async ({ expect }) => {
    await using at = await scene({ ...HAPPY, planner: [status(529), plan()] });
    const said = await at.run([...RUN, '--json']);
    expect(said.code).toBe(0);
    expect(said.stderr).toContain(
      '! planner call to anthropic/claude-fable-5-2 failed (overloaded): anthropic/claude-fable-5-2: scripted failure; trying again in TIME',
    );
    expect(at.calls('planner')).toHaveLength(2);
    // What was not billed costs nothing.
    expect(said.result.json().cost).toMatchObject({ unknownCalls: 0 });
  });

  test('breaks off in the middle is asked again; nothing of the half is used', async ({ expect }) => {
    const half = { ...GOOD, fault: { kind: 'disconnect' as const } };
    await using at = await scene({ ...HAPPY, executor: [half, GOOD] });
    const said = await at.run([...RUN, '--json']);
    expect(said.code).toBe(0);
    expect(said.stderr).toMatch(/! executor call to anthropic\/claude-haiku-5-5 failed \((?:network|cut-off)\)/);
    expect(at.calls('executor')).toHaveLength(2);
  });

  test('does not know the planner’s model: configuration, and nothing was paid', async ({ expect }) => {
    await using ran = await both({ planner: [status(404)] }, RUN);
    expect(ran.plain.code).toBe(2);
    expect(ran.plain.stderr).toMatchInlineSnapshot(`
      "Run RUN on SHA: planner anthropic/claude-fable-5-2, executor anthropic/claude-haiku-5-5, reviewer openai/gpt-6.1-sol, budget $5.00
      ! Commands run without a sandbox, with your rights: your configuration says \`sandbox: off\`.
      plan
      ! planner call to anthropic/claude-fable-5-2 failed (unknown-model): anthropic/claude-fable-5-2: scripted failure (HTTP 404: check the model id and the base URL)
      Failed: anthropic/claude-fable-5-2 (planner) failed: anthropic/claude-fable-5-2: scripted failure (HTTP 404: check the model id and the base URL). \`tercet models\` lists the ids Tercet knows; ids are exact. [$COST]
      "
    `);
    expect(ran.json.object).toMatchObject({ outcome: 'failed', branch: null });
    expect(ran.plain.scene.server.log).toHaveLength(1);
  });

  test('has no credit left parks the run', async ({ expect }) => {
    await using at = await scene({ planner: [status(402)] });
    const said = await at.run([...RUN, '--json']);
    expect([said.code, said.result.json().outcome, at.server.log.length]).toEqual([5, 'parked', 1]);
    expect(JSON.parse(said.stdout).reason).toMatchInlineSnapshot(
      `"anthropic/claude-fable-5-2 (planner) failed: anthropic/claude-fable-5-2: scripted failure. The account’s quota or credit is used up: top it up, then \`tercet resume RUN\`, or now with another model: add \`--planner provider/model\`, or set roles.planner.fallback for the next time."`,
    );
  });

  test('refuses the key in the middle of a task parks it; the work is kept and named', async ({ expect }) => {
    const files = { 'check.js': 'process.exit(1);\n' };
    const criteria = [{ id: 'T1.1', text: '`node check.js` exits 0', command: 'node check.js' }];
    const [{ object }] = [plan()];
    const shown = { object: { ...object, tasks: object.tasks.map((each) => ({ ...each, criteria })) } };
    await using at = await scene({ planner: [shown], executor: [GOOD, status(401)] }, { files });
    const said = await at.run([...RUN, '--json']);
    expect(said.code).toBe(5);
    expect(said.stderr).toMatchInlineSnapshot(`
      "Run RUN on SHA: planner anthropic/claude-fable-5-2, executor anthropic/claude-haiku-5-5, reviewer openai/gpt-6.1-sol, budget $5.00
      ! Commands run without a sandbox, with your rights: your configuration says \`sandbox: off\`.
      plan
        plan: Greet with a comma (1 task)  HOME/data/repositories/shop-KEY/runs/RUN/plan.yaml
          T1  Greet with a comma
        plan approved by flag
      execute
        T1 (1/1)  Greet with a comma
          check failed (exit 1, TIME): node check.js
          edit: checks failed: \`node check.js\` exited 1:
      ! executor call to anthropic/claude-haiku-5-5 failed (bad-key): anthropic/claude-haiku-5-5: scripted failure
      deliver
      ! Work that was not committed is kept at refs/tercet/RUN/left (\`git diff SHA refs/tercet/RUN/left\`).
      Parked: anthropic/claude-haiku-5-5 (executor) failed: anthropic/claude-haiku-5-5: scripted failure. The key in your environment is not accepted: is it whole, still valid, and of this provider? \`tercet doctor\` says which variable is read, and lets the same key be tried again; a new one is used at once. Then \`tercet resume RUN\`. [$COST]
      "
    `);
    const ref = at.repository.git('for-each-ref', '--format=%(refname)', 'refs/tercet');
    expect(at.repository.git('diff', '--name-only', 'main', ref)).toBe('src/greet.js');
    expect(at.repository.git('worktree', 'list').split('\n')).toHaveLength(1);
  });

  test('refuses the key for the second task: the first one is in the result, and on the branch', async ({ expect }) => {
    const second = task('T2', { files: [{ path: 'src/list.js', action: 'modify' }], dependsOn: ['T1'] });
    await using at = await scene({ planner: [plan(task(), second)], executor: [GOOD, status(401)] });
    const said = await at.run([...RUN, '--json']);
    expect(said.code).toBe(5);
    expect(said.result.json()).toMatchObject({
      outcome: 'parked',
      commits: [{ task: 'T1' }],
      tasks: [
        { task: 'T1', status: 'done' },
        { task: 'T2', status: 'skipped' },
      ],
    });
  });

  test('fails the reviewer for good leaves the change unapproved', async ({ expect }) => {
    await using at = await scene({ ...HAPPY, reviewer: [status(400)] });
    const said = await at.run([...RUN, '--json']);
    expect([said.code, said.result.json().outcome]).toEqual([4, 'inconclusive']);
    expect(said.result.json().reason).toMatchInlineSnapshot(
      `"The review could not be made: openai/gpt-6.1-sol (reviewer) failed: openai/gpt-6.1-sol: scripted failure. The provider refuses the call as it is made: try another effort or model for this role, or report it."`,
    );
  });

  test('does not say what it served or used is warned of, and marked as estimated', async ({ expect }) => {
    const missing = { ...review(), usage: 'missing' as const };
    await using at = await scene({ ...HAPPY, reviewer: [missing] });
    const said = await at.run([...RUN, '--json']);
    expect([said.code, said.result.json().cost]).toMatchObject([0, { unknownCalls: 0 }]);
  });
});
