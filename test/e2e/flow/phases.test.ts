import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { aFinding, approval } from '../../support/answers.ts';
import type { Line } from '../../support/cast.ts';
import { ADDED, EDIT, REQUEST, SMOOTH } from '../../support/shop-change.ts';
import { type Stage, setStage, summary } from '../../support/stage.ts';

it('goes phase by phase: plan, edit the plan, check, execute, show, apply, review, costs', {
  timeout: 60_000,
}, async () => {
  await using stage = await setStage({
    ...SMOOTH,
    executor: [
      (call) => {
        expect(call.messages.at(-1)?.text).toContain('and says so in plain words');
        return { text: EDIT };
      },
    ],
    reviewer: [...SMOOTH.reviewer, { object: approval(['T1.1']) }],
  });
  const { repository } = stage;
  const file = path.join(repository.root, 'plan.yaml');

  const planned = await stage.tercet(['plan', REQUEST]);
  expect(planned.code, planned.stderr).toBe(0);
  expect(planned.stdout).toContain('Written to plan.yaml');
  const again = await stage.tercet(['plan', REQUEST]);
  expect(again.code).toBe(2);
  expect(again.stderr).toContain('is not overwritten');
  expect(stage.server.log).toHaveLength(1);

  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replace('src/money.js', 'src/mony.js'));
  const checked = await stage.tercet(['plan', '--check', 'plan.yaml']);
  expect(checked.code).toBe(1);
  expect(checked.stdout).toContain('Did you mean "src/money.js"?');
  const refused = await stage.tercet(['execute', 'plan.yaml']);
  expect(refused.code).toBe(1);
  expect(stage.server.log).toHaveLength(1);

  writeFileSync(file, text.replace('gives 1000 as before.', 'gives 1000 as before, and says so in plain words.'));
  expect(await stage.tercet(['plan', '--check', 'plan.yaml'])).toMatchObject({
    code: 0,
    stdout: 'plan.yaml: 1 task(s), no errors, no warnings.\n',
  });

  const executed = await stage.tercet(['execute', 'plan.yaml', '--json']);
  expect(executed.code, executed.stderr).toBe(0);
  const { run, branch, base } = summary(executed);

  const shown = await stage.tercet(['show', run]);
  expect(shown.stdout).toContain(`tercet apply ${run}`);
  expect(shown.stdout).toContain('✓ done  T1');
  const diff = await stage.tercet(['show', run, '--diff']);
  expect(diff.stdout.trimEnd()).toBe(repository.git('diff', '--full-index', base, branch ?? ''));
  expect((await stage.tercet(['show', run, '--report'])).stdout).toContain('**Approved.**');
  expect((await stage.tercet(['show', run, '--plan'])).stdout).toContain('and says so in plain words');

  const index = repository.fingerprint()['.git/index'];
  const applied = await stage.tercet(['apply', run]);
  expect(applied.code, applied.stderr).toBe(0);
  expect(repository.fingerprint()['.git/index']).toBe(index);
  expect(repository.git('diff', '--full-index')).toBe(diff.stdout.trimEnd());

  repository.git('add', 'src/money.js');
  const reviewed = await stage.tercet(['review', '--staged', '--plan', 'plan.yaml', '--json']);
  expect(reviewed.code, reviewed.stderr).toBe(0);
  expect(summary(reviewed)).toMatchObject({ outcome: 'approved', verdict: 'approved', branch: null });

  const runs = await stage.tercet(['runs']);
  expect(runs.stderr).toBe('');
  expect(
    runs.stdout
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => line.split(/\s+/).slice(1, 3)),
  ).toEqual([
    ['review', 'approved'],
    ['execute', 'approved'],
    ['execute', 'failed'],
    ['plan', 'planned'],
  ]);
  const costs = await stage.tercet(['costs', '--by', 'model']);
  expect(costs.stdout).toMatch(/^openai\/gpt-6\.1-sol +2 /m);
  expect(costs.stdout).toMatch(/^total +4 /m);
});

describe('tercet review', () => {
  const found: Line = (call) => ({
    object: approval([], {
      findings: [aFinding(call, { title: 'Too strict', path: 'src/money.js', quote: ADDED.trim() })],
    }),
  });
  const change = (stage: Stage) => {
    const { repository } = stage;
    const before = readFileSync(path.join(repository.root, 'src/money.js'), 'utf8');
    const head = 'export function percentOf(cents, percent) {';
    repository.write({ 'src/money.js': before.replace(head, `${head}\n${ADDED}`) });
  };

  it('takes the working tree, what is staged, what a branch has beyond a base, or a patch', async () => {
    await using stage = await setStage({ reviewer: [found, found, found, found] });
    const { repository } = stage;
    const base = repository.git('rev-parse', 'HEAD');
    const empty = await stage.tercet(['review']);
    expect(empty.code).toBe(2);
    expect(empty.stderr).toContain('nothing to review');
    change(stage);
    const patch = repository.git('diff');
    const before = repository.fingerprint();
    const ways: [string[], string?][] = [[['review', '--json']], [['review', '--diff', '-', '--json'], `${patch}\n`]];
    for (const [args, input] of ways) {
      const result = await stage.tercet(args, input === undefined ? {} : { input });
      expect(result.code, result.stderr).toBe(3);
      expect(summary(result).findings).toMatchObject([{ path: 'src/money.js', line: 13, anchor: 'exact' }]);
    }
    expect(repository.fingerprint()).toEqual(before);
    repository.git('add', '-A');
    expect((await stage.tercet(['review', '--staged'])).code).toBe(3);
    repository.commit('Refuse');
    expect((await stage.tercet(['review', '--base', base])).code).toBe(3);
    expect(stage.server.log).toHaveLength(4);
  });

  it('reports for people and for machines', async () => {
    const formats = ['text', 'markdown', 'sarif', 'rdjson', 'github'] as const;
    await using stage = await setStage({ reviewer: formats.map(() => found) });
    change(stage);
    const outputs = new Map<string, string>();
    for (const format of formats) {
      const result = await stage.tercet(['review', '--format', format]);
      expect(result.code, result.stderr).toBe(3);
      outputs.set(format, result.stdout);
    }
    const json = (format: string) => JSON.parse(outputs.get(format) ?? '');
    expect(outputs.get('text')).toContain('major (blocking)  src/money.js:13  Too strict  F1');
    expect(outputs.get('markdown')).toContain('**Changes requested.**');
    expect(json('sarif').runs[0].results).toMatchObject([
      { level: 'error', locations: [{ physicalLocation: { region: { startLine: 13 } } }] },
    ]);
    expect(json('rdjson').diagnostics).toMatchObject([
      { location: { path: 'src/money.js', range: { start: { line: 13 } } } },
    ]);
    expect(json('github').comments).toMatchObject([{ path: 'src/money.js', line: 13, side: 'RIGHT' }]);
  });
});
