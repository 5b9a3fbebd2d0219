import { expect, it, vi } from 'vitest';
import { RUN, SMOOTH } from '../../support/shop-change.ts';
import { setStage, summary } from '../../support/stage.ts';

// Each test is several processes; a busy machine takes its time.
vi.setConfig({ testTimeout: 90_000 });

const SHIFT = new URL('shift-clock.ts', import.meta.url).pathname;
const PARKED = { fault: { kind: 'status' as const, status: 429, headers: { 'retry-after': '3600' } } };
const DAY_MS = 86_400_000;

it.each([
  ['two hours', DAY_MS / 12],
  ['a month', 30 * DAY_MS],
  ['ten years', 3650 * DAY_MS],
])('a run that was parked is resumed with the clock set back by %s', async (_, shift) => {
  await using stage = await setStage({ ...SMOOTH, reviewer: [PARKED, ...SMOOTH.reviewer] });
  const { run } = summary(await stage.tercet(RUN));
  const env = { NODE_OPTIONS: `${stage.home.env.NODE_OPTIONS} --import=${SHIFT}`, CLOCK_SHIFT_MS: String(-shift) };
  const resumed = await stage.tercet(['resume', '--json'], { env });
  expect(summary(resumed), resumed.stderr).toMatchObject({ run, outcome: 'approved', commits: [{ task: 'T1' }] });
  // Plan, edit, the review that parked it, the review: nothing was paid twice.
  expect(stage.server.log).toHaveLength(4);
  const receipts = await stage.receipts(run);
  expect(
    receipts
      .filter(({ state }) => state === 'settled')
      .map(({ purpose }) => purpose)
      .sort(),
  ).toEqual(['edit', 'plan', 'review']);
  expect((await stage.tercet(['replay', run], { env })).code).toBe(0);
  expect((await stage.tercet(['replay', run])).code).toBe(0);
});
