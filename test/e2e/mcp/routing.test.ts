import { expect, it } from 'vitest';
import { approval } from '../../support/answers.ts';
import { connect } from '../../support/mcp.ts';
import { EDIT, REQUEST, SMOOTH } from '../../support/shop-change.ts';
import { setStage } from '../../support/stage.ts';

const SMALL = 'Fix percentOf in src/money.js so that it refuses shares above 100';

interface Costs {
  lines: { key: string; calls: number; usd: string }[];
  totalUsd: string;
}

it('a small edit takes the short path by rule, what is open is planned, and one ledger has the costs of both', async () => {
  await using stage = await setStage({
    planner: SMOOTH.planner,
    executor: [{ text: EDIT }, { text: EDIT }],
    reviewer: [{ object: approval(['T1.1']) }, ...SMOOTH.reviewer],
  });
  await using mcp = await connect({ era: 'modern', home: stage.home, cwd: stage.repository.root });

  const small = await mcp.call('run_coding_workflow', { request: SMALL, waitSeconds: 15 });
  expect(small.outcome, small.reason).toBe('approved');
  expect(small.plan?.tasks.map(({ files }) => files.map((file) => file.path))).toEqual([['src/money.js']]);
  expect(stage.calls('planner')).toHaveLength(0);
  expect(stage.calls('reviewer')).toHaveLength(1);

  const open = await mcp.call('plan', { request: `Figure out what to build: ${REQUEST}`, waitSeconds: 15 });
  expect(open).toMatchObject({ outcome: 'planned', next: expect.stringContaining('execute') });
  const executed = await mcp.call('execute', { planRun: open.run, waitSeconds: 15 });
  expect(executed.outcome).toBe('approved');
  expect(stage.calls('planner')).toHaveLength(1);

  const all = await mcp.call<Costs>('get_costs', { by: 'role' });
  expect(all.lines.map(({ key, calls }) => [key, calls])).toEqual([
    ['planner', 1],
    ['executor', 2],
    ['reviewer', 2],
  ]);
  const each = await Promise.all([small, open, executed].map(({ run }) => mcp.call<Costs>('get_costs', { run })));
  const sum = each.reduce((total, { totalUsd }) => total + Number(totalUsd), 0);
  expect(Number(all.totalUsd)).toBeCloseTo(sum, 9);
  expect(Math.min(...each.map(({ totalUsd }) => Number(totalUsd)))).toBeGreaterThan(0);
});
