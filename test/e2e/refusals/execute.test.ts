import { describe, test, vi } from 'vitest';
import { FILES, GOOD_EDIT, HAPPY, plan, RUN, review, task } from '../../support/refusals/sample.ts';
import { both, scene } from '../../support/refusals/scene.ts';

vi.setConfig({ testTimeout: 60_000 });

const OUTSIDE = { text: 'src/list.js\n<<<<<<< FILE\nexport const names = [];\n>>>>>>> FILE\nEmptied the list.' };
const GOOD = { text: GOOD_EDIT };
/** A tool loop that ends soon: the tests are about what comes before it. */
const SHORT = 'limits: { repairs: 1, toolSteps: 2 }\n';

describe.concurrent('a write outside the brief', () => {
  test('is refused with the exact reason, and the executor recovers', async ({ expect }) => {
    await using ran = await both({ ...HAPPY, executor: [OUTSIDE, GOOD] }, RUN);
    expect(ran.plain.code).toBe(0);
    expect(ran.plain.stderr).toMatchInlineSnapshot(`
      "Run RUN on SHA: planner anthropic/claude-fable-5-2, executor anthropic/claude-haiku-5-5, reviewer openai/gpt-6.1-sol, budget $5.00
      plan
        plan: Greet with a comma (1 task)  HOME/data/repositories/shop-KEY/runs/RUN/plan.yaml
          T1  Greet with a comma
        plan approved by flag
      execute
        T1 (1/1)  Greet with a comma
      ! T1 out of scope: src/list.js ("src/list.js" is not among the files of T1 (src/greet.js). If it is needed, ask for it with a change request.)
          edit: out of scope: "src/list.js" is not among the files of T1 (src/greet.js). If it is needed, ask for it with a change request.
        ✓ T1  SHA  Greet with a comma
      review
        approved: 1 criterion met; no finding.
      deliver
      Approved: 1 criterion met; no finding. [$COST]
      "
    `);
    for (const { scene: at } of [ran.plain, ran.json]) {
      expect(at.told('executor')[1]).toMatchInlineSnapshot(`
        "Nothing was applied.
        "src/list.js" is not among the files of T1 (src/greet.js). If it is needed, ask for it with a change request.
        Answer again with all edits of the task."
      `);
      const branch = at.repository.git('branch', '--list', 'tercet/*', '--format=%(refname:short)');
      expect(at.repository.git('diff', '--name-only', 'main', branch)).toBe('src/greet.js');
      expect(at.repository.git('status', '--porcelain')).toBe('');
      expect(at.repository.git('show', `${branch}:src/list.js`)).toBe(FILES['src/list.js']?.trimEnd());
    }
    expect(ran.json.object).toMatchObject({
      outcome: 'approved',
      tasks: [{ attempts: [{ outcome: 'out-of-scope' }, { outcome: 'done' }] }],
    });
  });

  test('that never ends fails the task; what was done within the brief is kept under a ref', async ({ expect }) => {
    const failing = task('T1', {
      criteria: [{ id: 'T1.1', text: '`node check.js` exits 0', command: 'node check.js' }],
    });
    const call = { name: 'write_file', input: { path: 'src/list.js', content: 'export const names = [];\n' } };
    const files = { 'check.js': 'console.log("no comma"); process.exit(1);\n' };
    const executor = [GOOD, OUTSIDE, { toolCalls: [call] }];
    await using ran = await both({ planner: [plan(failing)], executor }, RUN, { config: SHORT, files });
    expect(ran.plain.code).toBe(1);
    expect(ran.plain.stderr).toMatchInlineSnapshot(`
      "Run RUN on SHA: planner anthropic/claude-fable-5-2, executor anthropic/claude-haiku-5-5, reviewer openai/gpt-6.1-sol, budget $5.00
      plan
        plan: Greet with a comma (1 task)  HOME/data/repositories/shop-KEY/runs/RUN/plan.yaml
          T1  Greet with a comma
        plan approved by flag
      execute
        T1 (1/1)  Greet with a comma
          check failed (exit 1, TIME): node check.js
          edit: checks failed: \`node check.js\` exited 1: no comma
      ! T1 out of scope: src/list.js ("src/list.js" is not among the files of T1 (src/greet.js). If it is needed, ask for it with a change request.)
          repair: out of scope: "src/list.js" is not among the files of T1 (src/greet.js). If it is needed, ask for it with a change request.
      ! T1 out of scope: src/list.js ("src/list.js" is not among the files of T1 (src/greet.js). If it is needed, ask for it with a change request.)
      ! T1 out of scope: src/list.js ("src/list.js" is not among the files of T1 (src/greet.js). If it is needed, ask for it with a change request.)
          check failed (exit 1, TIME): node check.js
          tools: checks failed: 2 steps were not enough. \`node check.js\` exited 1: no comma
      ✗ T1 failed: 2 steps were not enough. \`node check.js\` exited 1: no comma; work so far is kept at refs/tercet/RUN/T1
      deliver
      Failed: T1 (Greet with a comma) could not be done: 2 steps were not enough. \`node check.js\` exited 1: no comma The work so far is kept at refs/tercet/RUN/T1 (\`git diff SHA refs/tercet/RUN/T1\`). Nothing was committed. [$COST]
      "
    `);
    expect(ran.json.object).toMatchObject({
      outcome: 'failed',
      verdict: null,
      commits: [],
      tasks: [{ status: 'failed', commit: null }],
    });
    for (const { scene: at, stdout } of [ran.plain, ran.json]) {
      const [ref = ''] = at.repository.git('for-each-ref', '--format=%(refname)', 'refs/tercet').split('\n');
      expect(ref).toMatch(/^refs\/tercet\/.*\/T1$/);
      expect(stdout).toContain('refs/tercet/RUN/T1');
      expect(at.repository.git('diff', '--name-only', 'main', ref)).toBe('src/greet.js');
      expect(at.repository.git('status', '--porcelain')).toBe('');
      expect(at.calls('reviewer')).toEqual([]);
      expect(at.told('executor').at(-1)).toContain(
        '"src/list.js" is not among the files of T1 (src/greet.js). If it is needed, ask for it with a change request. Use request_change if the task needs it.',
      );
    }
  });
});

describe.concurrent('an ambiguous search block', () => {
  const TWICE = {
    text: 'src/greet.js\n<<<<<<< SEARCH\n  const who = name.trim();\n=======\n  const who = name.trim() || "you";\n>>>>>>> REPLACE\n',
  };

  test('writes nothing; the repair is told the lines', async ({ expect }) => {
    await using ran = await both({ ...HAPPY, executor: [TWICE, GOOD] }, RUN);
    expect(ran.plain.code).toBe(0);
    expect(ran.plain.stderr).toContain('edit: edit failed: src/greet.js, block at line 2 of the answer');
    const [first, second] = ran.plain.scene.told('executor');
    expect(first).not.toContain('ambiguous');
    expect(second).toMatchInlineSnapshot(`
      "Nothing was applied.
      Nothing was written: 1 problem in the edits.

      1. [ambiguous] src/greet.js, block at line 2 of the answer (SEARCH begins "const who = name.trim();"): SEARCH stands at 2 places: lines 2 and 7. Include more lines around the place that is meant.

      Send all the edits again, the ones without a problem too.
      Answer again with all edits of the task."
    `);
    const diff = ran.plain.scene.repository.git('diff', 'main', 'HEAD', '--', 'src/greet.js');
    expect(diff).toBe('');
  });

  test('never mended, it fails the task and leaves nothing written', async ({ expect }) => {
    await using ran = await both({ ...HAPPY, executor: [TWICE] }, RUN, { config: SHORT });
    expect(ran.plain.code).toBe(1);
    expect(ran.plain.stderr).toMatchInlineSnapshot(`
      "Run RUN on SHA: planner anthropic/claude-fable-5-2, executor anthropic/claude-haiku-5-5, reviewer openai/gpt-6.1-sol, budget $5.00
      plan
        plan: Greet with a comma (1 task)  HOME/data/repositories/shop-KEY/runs/RUN/plan.yaml
          T1  Greet with a comma
        plan approved by flag
      execute
        T1 (1/1)  Greet with a comma
          edit: edit failed: src/greet.js, block at line 2 of the answer (SEARCH begins "const who = name.trim();"): SEARCH stands at 2 places: lines 2 and 7. Include more lines around the place that is meant.
          repair: edit failed: src/greet.js, block at line 2 of the answer (SEARCH begins "const who = name.trim();"): SEARCH stands at 2 places: lines 2 and 7. Include more lines around the place that is meant.
          tools: checks failed: 2 steps were not enough. Nothing was changed: the task is not done.
      ✗ T1 failed: 2 steps were not enough. Nothing was changed: the task is not done.
      deliver
      Failed: T1 (Greet with a comma) could not be done: 2 steps were not enough. Nothing was changed: the task is not done. Nothing was committed. [$COST]
      "
    `);
    expect(ran.json.object).toMatchObject({ outcome: 'failed', commits: [] });
    for (const { scene: at } of [ran.plain, ran.json]) {
      expect(at.repository.git('for-each-ref', 'refs/tercet')).toBe('');
      expect(at.repository.git('log', '--all', '--format=%s')).toBe('Start');
    }
  });
});

describe.concurrent('an executor that', () => {
  test('answers nothing', async ({ expect }) => {
    await using at = await scene({ ...HAPPY, executor: [{ text: '' }] }, { config: SHORT });
    const said = await at.run([...RUN, '--json']);
    expect([said.code, said.result.json().outcome]).toEqual([1, 'failed']);
    expect(said.stderr).toMatchInlineSnapshot(`
      "Run RUN on SHA: planner anthropic/claude-fable-5-2, executor anthropic/claude-haiku-5-5, reviewer openai/gpt-6.1-sol, budget $5.00
      plan
        plan: Greet with a comma (1 task)  HOME/data/repositories/shop-KEY/runs/RUN/plan.yaml
          T1  Greet with a comma
        plan approved by flag
      execute
        T1 (1/1)  Greet with a comma
      ! executor call to anthropic/claude-haiku-5-5 failed (empty): anthropic/claude-haiku-5-5: the answer is empty; trying again in TIME
      ! executor call to anthropic/claude-haiku-5-5 failed (empty): anthropic/claude-haiku-5-5: the answer is empty
          edit: agent failed: anthropic/claude-haiku-5-5 (executor) failed: anthropic/claude-haiku-5-5: the answer is empty
      ! executor call to anthropic/claude-haiku-5-5 failed (empty): anthropic/claude-haiku-5-5: the answer is empty; trying again in TIME
      ! executor call to anthropic/claude-haiku-5-5 failed (empty): anthropic/claude-haiku-5-5: the answer is empty
          tools: agent failed: anthropic/claude-haiku-5-5 (executor) failed: anthropic/claude-haiku-5-5: the answer is empty
      ✗ T1 failed: anthropic/claude-haiku-5-5 (executor) failed: anthropic/claude-haiku-5-5: the answer is empty
      deliver
      Failed: T1 (Greet with a comma) could not be done: anthropic/claude-haiku-5-5 (executor) failed: anthropic/claude-haiku-5-5: the answer is empty Nothing was committed. [$COST]
      "
    `);
    expect(at.calls('reviewer')).toEqual([]);
  });

  test('refuses', async ({ expect }) => {
    const refusing = [{ text: 'I cannot help with that.', stop: 'refusal' as const }];
    await using at = await scene({ ...HAPPY, executor: refusing }, { config: SHORT });
    const said = await at.run([...RUN, '--json']);
    expect([said.code, said.result.json().outcome]).toEqual([1, 'failed']);
    expect(said.stderr).toMatchInlineSnapshot(`
      "Run RUN on SHA: planner anthropic/claude-fable-5-2, executor anthropic/claude-haiku-5-5, reviewer openai/gpt-6.1-sol, budget $5.00
      plan
        plan: Greet with a comma (1 task)  HOME/data/repositories/shop-KEY/runs/RUN/plan.yaml
          T1  Greet with a comma
        plan approved by flag
      execute
        T1 (1/1)  Greet with a comma
      ! executor call to anthropic/claude-haiku-5-5 failed (refused): anthropic/claude-haiku-5-5: the model refused: I cannot help with that.
          edit: agent failed: anthropic/claude-haiku-5-5 (executor) failed: anthropic/claude-haiku-5-5: the model refused: I cannot help with that.
      ! executor call to anthropic/claude-haiku-5-5 failed (refused): anthropic/claude-haiku-5-5: the model refused: I cannot help with that.
          tools: agent failed: anthropic/claude-haiku-5-5 (executor) failed: anthropic/claude-haiku-5-5: the model refused: I cannot help with that.
      ✗ T1 failed: anthropic/claude-haiku-5-5 (executor) failed: anthropic/claude-haiku-5-5: the model refused: I cannot help with that.
      deliver
      Failed: T1 (Greet with a comma) could not be done: anthropic/claude-haiku-5-5 (executor) failed: anthropic/claude-haiku-5-5: the model refused: I cannot help with that. Nothing was committed. [$COST]
      "
    `);
    // The same call would be refused again, so each rung asks once.
    expect(at.calls('executor')).toHaveLength(2);
  });

  test('is cut off by its limit: nothing of the half is applied, and it is asked for less', async ({ expect }) => {
    const cut = { text: GOOD_EDIT.slice(0, 60), stop: 'length' as const };
    await using at = await scene({ ...HAPPY, executor: [cut, GOOD] });
    const said = await at.run([...RUN, '--json']);
    expect(said.code).toBe(0);
    expect(said.stderr).toContain('edit: edit failed: The answer was cut off');
    expect(at.told('executor')[1]).toBe('The answer was cut off, so nothing was applied. Answer with smaller edits.');
  });

  test('only talks', async ({ expect }) => {
    const talking = [{ text: 'I have added the comma. All done!' }];
    await using at = await scene({ ...HAPPY, executor: talking, reviewer: [review()] }, { config: SHORT });
    const said = await at.run([...RUN, '--json']);
    expect([said.code, said.result.json().outcome]).toEqual([1, 'failed']);
    expect(said.stderr).toMatchInlineSnapshot(`
      "Run RUN on SHA: planner anthropic/claude-fable-5-2, executor anthropic/claude-haiku-5-5, reviewer openai/gpt-6.1-sol, budget $5.00
      plan
        plan: Greet with a comma (1 task)  HOME/data/repositories/shop-KEY/runs/RUN/plan.yaml
          T1  Greet with a comma
        plan approved by flag
      execute
        T1 (1/1)  Greet with a comma
          edit: no change: The answer holds no edits.
          repair: no change: The answer holds no edits.
          tools: checks failed: 2 steps were not enough. Nothing was changed: the task is not done.
      ✗ T1 failed: 2 steps were not enough. Nothing was changed: the task is not done.
      deliver
      Failed: T1 (Greet with a comma) could not be done: 2 steps were not enough. Nothing was changed: the task is not done. Nothing was committed. [$COST]
      "
    `);
    expect(at.calls('reviewer')).toEqual([]);
  });
});
