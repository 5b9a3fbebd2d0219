import { describe, test, vi } from 'vitest';
import { HAPPY, RUN } from '../../support/refusals/sample.ts';
import { both, type Lines, type Role, type Scene, scene } from '../../support/refusals/scene.ts';

vi.setConfig({ testTimeout: 60_000 });

/** The happy run, but for the model that served one role. */
function servedBy(role: Role, servedModel: string): Lines {
  return { ...HAPPY, [role]: HAPPY[role].map((line) => ({ ...line, servedModel })) };
}

/** What the ledger holds, by requested model: calls, and USD unless unknown. */
async function booked(at: Scene): Promise<Record<string, number>> {
  const { lines } = JSON.parse((await at.run(['costs', '--by', 'model', '--json'])).stdout) as {
    lines: { key: string; calls: number; usd: string | null }[];
  };
  for (const line of lines)
    if (line.usd === null || Number(line.usd) <= 0) throw new Error(`${line.key} is not paid for`);
  return Object.fromEntries(lines.map((line) => [line.key, line.calls]));
}

describe.concurrent('another model than the one asked for', () => {
  test('planned: failed, booked, its plan unused', async ({ expect }) => {
    await using ran = await both(servedBy('planner', 'claude-haiku-5-5'), RUN);
    expect(ran.plain.code).toBe(1);
    expect(ran.plain.stderr).toMatchInlineSnapshot(`
      "Run RUN on SHA: planner anthropic/claude-fable-5-2, executor anthropic/claude-haiku-5-5, reviewer openai/gpt-6.1-sol, budget $5.00
      plan
      Failed: Asked for anthropic/claude-fable-5-2, but anthropic/claude-haiku-5-5 served the call. It is booked; its answer was not used. Ask for the model by its exact id, or accept others with \`servedModel: warn\` in tercet.yaml. [$COST]
      "
    `);
    expect(ran.json.object).toMatchObject({ outcome: 'failed', branch: null });
    expect(ran.json.scene.server.log).toHaveLength(1);
    expect(await booked(ran.json.scene)).toEqual({ 'anthropic/claude-fable-5-2': 1 });
  });

  test('executed: failed, booked, its edits unused', async ({ expect }) => {
    await using ran = await both(servedBy('executor', 'claude-haiku-4-5'), RUN);
    expect(ran.plain.code).toBe(1);
    expect(ran.plain.stderr).toMatchInlineSnapshot(`
      "Run RUN on SHA: planner anthropic/claude-fable-5-2, executor anthropic/claude-haiku-5-5, reviewer openai/gpt-6.1-sol, budget $5.00
      plan
        plan: Greet with a comma (1 task)  HOME/data/repositories/shop-KEY/runs/RUN/plan.yaml
          T1  Greet with a comma
        plan approved by flag
      execute
        T1 (1/1)  Greet with a comma
      deliver
      Failed: Asked for anthropic/claude-haiku-5-5, but anthropic/claude-haiku-4-5 served the call. It is booked; its answer was not used. Ask for the model by its exact id, or accept others with \`servedModel: warn\` in tercet.yaml. [$COST]
      "
    `);
    expect(ran.json.object).toMatchObject({ outcome: 'failed', commits: [], verdict: null });
    for (const { scene: at } of [ran.plain, ran.json]) {
      expect(at.calls('executor')).toHaveLength(1);
      expect(at.calls('reviewer')).toEqual([]);
      expect(at.repository.git('log', '--all', '--format=%s')).toBe('Start');
    }
    expect(Object.values(await booked(ran.json.scene))).toEqual([1, 1]);
  });

  test('reviewed: inconclusive, booked, its verdict unused', async ({ expect }) => {
    await using ran = await both(servedBy('reviewer', 'gpt-6-luna'), RUN);
    expect(ran.plain.code).toBe(4);
    expect(ran.plain.stderr).toMatchInlineSnapshot(`
      "Run RUN on SHA: planner anthropic/claude-fable-5-2, executor anthropic/claude-haiku-5-5, reviewer openai/gpt-6.1-sol, budget $5.00
      plan
        plan: Greet with a comma (1 task)  HOME/data/repositories/shop-KEY/runs/RUN/plan.yaml
          T1  Greet with a comma
        plan approved by flag
      execute
        T1 (1/1)  Greet with a comma
        ✓ T1  SHA  Greet with a comma
      review
        inconclusive: The review could not be made: Asked for openai/gpt-6.1-sol, but openai/gpt-6-luna served the call. It is booked; its answer was not used. Ask for the model by its exact id, or accept others with \`servedModel: warn\` in tercet.yaml. [0 of 1 hunk reviewed]
      deliver
      Inconclusive: The review could not be made: Asked for openai/gpt-6.1-sol, but openai/gpt-6-luna served the call. It is booked; its answer was not used. Ask for the model by its exact id, or accept others with \`servedModel: warn\` in tercet.yaml. [$COST]
      "
    `);
    expect(ran.json.object).toMatchObject({
      outcome: 'inconclusive',
      verdict: 'inconclusive',
      commits: [{ task: 'T1' }],
    });
    expect(Object.values(await booked(ran.json.scene))).toEqual([1, 1, 1]);
  });

  test('is accepted with `servedModel: warn`, and said', async ({ expect }) => {
    await using at = await scene(servedBy('executor', 'claude-haiku-4-5'), { config: 'servedModel: warn\n' });
    const said = await at.run(RUN);
    expect(said.code).toBe(0);
    expect(said.stderr).toContain(
      '! Asked for anthropic/claude-haiku-5-5, but anthropic/claude-haiku-4-5 served the call. It is booked; its answer is used.',
    );
  });
});

test.concurrent('a dated snapshot of the model asked for is that model', async ({ expect }) => {
  const dated = (role: Role, servedModel: string) => HAPPY[role].map((line) => ({ ...line, servedModel }));
  await using at = await scene({
    planner: dated('planner', 'claude-fable-5-2-20261001'),
    executor: dated('executor', 'claude-haiku-5-5-20261001'),
    reviewer: dated('reviewer', 'gpt-6.1-sol-2026-09-01'),
  });
  const said = await at.run([...RUN, '--json']);
  expect([said.code, said.stderr.includes('!')]).toEqual([0, false]);
});
