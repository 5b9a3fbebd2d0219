import { describe, test, vi } from 'vitest';
import { FILES, finding, HAPPY, RUN, review } from '../../support/refusals/sample.ts';
import { both, scene } from '../../support/refusals/scene.ts';

vi.setConfig({ testTimeout: 60_000 });

const NOWHERE = finding({ line: 999, quote: 'return undefined.name;' });

describe.concurrent('a finding at a line that does not exist', () => {
  test('is shown as unlocated and blocks nothing, whatever its severity', async ({ expect }) => {
    await using ran = await both({ ...HAPPY, reviewer: [review({ findings: [NOWHERE] })] }, RUN);
    expect(ran.plain.code).toBe(0);
    expect(ran.plain.stderr).toMatchInlineSnapshot(`
      "Run RUN on SHA: planner anthropic/claude-fable-5-2, executor anthropic/claude-haiku-5-5, reviewer openai/gpt-6.1-sol, budget $5.00
      ! Commands run without a sandbox, with your rights: your configuration says \`sandbox: off\`.
      plan
        plan: Greet with a comma (1 task)  HOME/data/repositories/shop-KEY/runs/RUN/plan.yaml
          T1  Greet with a comma
        plan approved by flag
      execute
        T1 (1/1)  Greet with a comma
        ✓ T1  SHA  Greet with a comma
      review
        blocker  src/greet.js  Greets nobody (unlocated)
        approved: 1 criterion met; no blocking finding (1 note). [1 open]
      deliver
      Approved: 1 criterion met; no blocking finding (1 note). [$COST]
      "
    `);
    expect(/Findings[\s\S]*?\n\n/.exec(ran.plain.stdout)?.[0]).toMatchInlineSnapshot(`
      "Findings  1 open
        blocker  src/greet.js  Greets nobody  F1
            An empty name gives "Hello, ".
            fix: Refuse an empty name.
            note: unlocated: the reviewer said line 999, but the quoted text stands nowhere in the file;
            check by hand; Line 999 does not exist (the file has 9 lines). The quote stands nowhere in the
            file.

      "
    `);
    expect(ran.json.object).toMatchObject({
      outcome: 'approved',
      findings: [{ id: 'F1', line: null, claimedLine: 999, anchor: 'unlocated', blocking: false, status: 'open' }],
    });
    expect(ran.plain.scene.calls('executor')).toHaveLength(1);
  });

  test('is put where its quote stands', async ({ expect }) => {
    const moved = finding({ line: 999, severity: 'nit' });
    await using ran = await both({ ...HAPPY, reviewer: [review({ findings: [moved] })] }, RUN);
    expect(ran.plain.code).toBe(0);
    expect(ran.plain.stdout).toContain('note: moved: the reviewer said line 999, the quoted text stands at line 3');
    expect(ran.json.object).toMatchObject({ findings: [{ line: 3, claimedLine: 999, anchor: 'moved' }] });
  });

  test('in SARIF has a file and no line, and says why', async ({ expect }) => {
    const greet = (FILES['src/greet.js'] ?? '').replace('Hello ', 'Hello, ');
    await using at = await scene({ reviewer: [{ object: { criteria: [], findings: [NOWHERE], fixed: [] } }] });
    at.repository.write({ 'src/greet.js': greet });
    const said = await at.run(['review', '--format', 'sarif']);
    expect(said.code).toBe(0);
    const { runs } = JSON.parse(said.stdout) as { runs: { results: unknown[] }[] };
    expect(runs[0]?.results).toMatchInlineSnapshot(`
      [
        {
          "level": "warning",
          "locations": [
            {
              "physicalLocation": {
                "artifactLocation": {
                  "uri": "src/greet.js",
                  "uriBaseId": "%SRCROOT%",
                },
              },
            },
          ],
          "message": {
            "text": "Greets nobody

      An empty name gives "Hello, ".

      Fix: Refuse an empty name.

      unlocated: the reviewer said line 999, but the quoted text stands nowhere in the file; check by hand",
          },
          "partialFingerprints": {
            "tercetFinding/v1": "4778a23e1fdbb32d35e1b86d66ccad17",
          },
          "properties": {
            "anchor": "unlocated",
            "blocking": false,
            "claimedLine": 999,
            "confidence": "high",
            "criterion": null,
            "id": "F1",
            "severity": "blocker",
          },
          "ruleId": "tercet/bug",
          "ruleIndex": 0,
        },
      ]
    `);
  });
});

describe.concurrent('a review that is not JSON', () => {
  test('is asked for once more, then inconclusive: never approved, the branch kept', async ({ expect }) => {
    await using ran = await both({ ...HAPPY, reviewer: [{ text: 'LGTM, approved!' }] }, RUN);
    expect(ran.plain.code).toBe(4);
    expect(ran.plain.stderr).toMatchInlineSnapshot(`
      "Run RUN on SHA: planner anthropic/claude-fable-5-2, executor anthropic/claude-haiku-5-5, reviewer openai/gpt-6.1-sol, budget $5.00
      ! Commands run without a sandbox, with your rights: your configuration says \`sandbox: off\`.
      plan
        plan: Greet with a comma (1 task)  HOME/data/repositories/shop-KEY/runs/RUN/plan.yaml
          T1  Greet with a comma
        plan approved by flag
      execute
        T1 (1/1)  Greet with a comma
        ✓ T1  SHA  Greet with a comma
      review
        inconclusive: The review could not be made: The reviewer (openai/gpt-6.1-sol) did not answer in the agreed form: the answer is not JSON. Run again, or choose a model that supports structured output for this role. [0 of 1 hunk reviewed]
      deliver
      Inconclusive: The review could not be made: The reviewer (openai/gpt-6.1-sol) did not answer in the agreed form: the answer is not JSON. Run again, or choose a model that supports structured output for this role. [$COST]
      "
    `);
    expect(ran.json.object).toMatchObject({ outcome: 'inconclusive', verdict: 'inconclusive', findings: [] });
    for (const { scene: at, stdout } of [ran.plain, ran.json]) {
      expect(at.calls('reviewer')).toHaveLength(2);
      expect(at.told('reviewer')[1]).toMatchInlineSnapshot(`
        "Your answer breaks its schema:
        the answer is not JSON
        Answer again with the whole object and nothing else."
      `);
      const branch = at.repository.git('branch', '--list', 'tercet/*', '--format=%(refname:short)');
      expect(at.repository.git('log', '--format=%s', `main..${branch}`)).toBe('Greet with a comma');
      expect(stdout).not.toMatch(/approved/i);
    }
  });

  test('and mended is a review', async ({ expect }) => {
    await using at = await scene({ ...HAPPY, reviewer: [{ text: 'LGTM' }, review()] });
    expect((await at.run([...RUN, '--json'])).code).toBe(0);
    expect(at.calls('reviewer')).toHaveLength(2);
  });

  test('of a person’s own change ends the same way', async ({ expect }) => {
    await using at = await scene({ reviewer: [{ text: 'LGTM' }] });
    at.repository.write({ 'src/list.js': 'export const names = [];\n' });
    const said = await at.run(['review', '--json']);
    expect([said.code, JSON.parse(said.stdout).outcome]).toEqual([4, 'inconclusive']);
  });

  test('cut off by its limit is inconclusive and says which setting to raise', async ({ expect }) => {
    await using at = await scene({ ...HAPPY, reviewer: [{ text: '{"criteria": [', stop: 'length' }] });
    const said = await at.run([...RUN, '--json']);
    expect(said.code).toBe(4);
    expect(JSON.parse(said.stdout).reason).toMatchInlineSnapshot(
      `"The review could not be made: The reviewer (openai/gpt-6.1-sol) was cut off after 16000 output tokens. Raise roles.reviewer.maxOutputTokens in tercet.yaml, or ask for less at once."`,
    );
  });
});
