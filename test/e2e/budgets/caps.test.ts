import { describe, expect, it } from 'vitest';
import { openLedger } from '../../../src/adapters/ledger/sqlite.ts';
import type { Receipt } from '../../../src/contract/usage.ts';
import type { Agent, TurnResult } from '../../../src/ports/agent.ts';
import { byPurpose, scriptedAgent } from '../../../src/testing/scripted-agent.ts';
import { heldReceipt, settledReceipt } from '../../ports/ledger.contract.ts';
import { aPlan, approval } from '../../support/answers.ts';
import { EDIT, RUN, SMOOTH, TASK } from '../../support/shop-change.ts';
import { setStage, summary } from '../../support/stage.ts';
import { type FaultStage, faultStage } from '../faults/fault-stage.ts';

const twice = {
  planner: [...SMOOTH.planner, ...SMOOTH.planner],
  executor: [...SMOOTH.executor, ...SMOOTH.executor],
  reviewer: [...SMOOTH.reviewer, ...SMOOTH.reviewer],
};

/** Books what another run has spent or holds. */
async function book({ stage }: FaultStage, receipt: Receipt): Promise<void> {
  const ledger = await openLedger(`${stage.home.folder}/data/ledger.db`);
  try {
    if (receipt.state === 'held') await ledger.hold(receipt, []);
    else await ledger.settle(receipt);
  } finally {
    await ledger.close();
  }
}

const now = (): Partial<Receipt> => ({ run: 'another-run', startedAt: new Date().toISOString() });

describe('a cap of the day', () => {
  it('parks the run: which cap, what is spent and held, when it begins anew, what to do; and on the next day goes on', async () => {
    await using stage = await faultStage(SMOOTH, { config: 'budgets: { day: 3 }\n' });
    await book(stage, settledReceipt('spent', '2.9', now()));
    const parked = await stage.run();
    const today = new Date().toISOString().slice(0, 10);
    const tomorrow = new Date(Date.parse(today) + 86_400_000).toISOString().slice(0, 10);
    expect(parked.result).toMatchObject({ outcome: 'parked', exitCode: 5, parkedUntil: `${tomorrow}T00:00:00Z` });
    expect(stage.stage.server.log).toEqual([]);
    expect(parked.said).toContain(`The budget of $3.00 for the day ${today} (UTC) cannot hold the next call`);
    expect(parked.said).toContain('spent $2.90, held by calls under way $0.00. The call was not made.');
    expect(parked.said).toContain(`It begins anew at ${tomorrow}T00:00:00Z.`);
    expect(parked.said).toContain(
      `raise \`budgets.day\` in your configuration; either way go on with \`tercet resume ${parked.run}\``,
    );
    stage.clock.skip(86_400_000);
    const resumed = await stage.run(parked.run);
    expect(resumed.result.outcome, resumed.result.reason).toBe('approved');
  });

  it('is shared by runs one after the other, and the month is a cap of its own', async () => {
    await using stage = await faultStage(twice, { config: 'budgets: { day: 100, month: 1.2 }\n' });
    const first = await stage.run();
    expect(first.result.outcome, first.result.reason).toBe('approved');
    await book(stage, settledReceipt('spent', '1.1', now()));
    const second = await stage.run();
    expect(second.result.outcome).toBe('parked');
    expect(second.said).toContain(`The budget of $1.20 for the month ${new Date().toISOString().slice(0, 7)} (UTC)`);
    expect(second.result.parkedUntil).toMatch(/^\d{4}-\d{2}-01T00:00:00Z$/);
  });

  it('says so when no day would do, because one call alone is larger', async () => {
    await using stage = await faultStage(SMOOTH, { config: 'budgets: { day: 0.01 }\n' });
    const { result, said } = await stage.run();
    expect(result).toMatchObject({ outcome: 'parked', parkedUntil: null });
    expect(said).toContain('A call of this size never fits: raise `budgets.day`');
    expect(said).toContain('roles.planner.maxOutputTokens');
  });
});

describe('calls under way in other runs', () => {
  it('are waited for where they may give back what they hold, and the run says so', async () => {
    await using stage = await faultStage(SMOOTH, { config: 'budgets: { day: 3 }\n' });
    const held = heldReceipt('held', { ...now(), heldUsd: '2.9' });
    await book(stage, held);
    let waits = 0;
    stage.clock.onSleep = async () => {
      waits += 1;
      if (waits === 3) await book(stage, { ...held, ...settledReceipt('held', '0.1', now()) });
    };
    const { result, events, sleeps, said } = await stage.run();
    expect(result.outcome, result.reason).toBe('approved');
    expect(sleeps).toEqual([100, 200, 400]);
    expect(events('budget.awaited')).toMatchObject([{ scope: 'day', unit: 'usd', cap: '3', spent: '0', held: '2.9' }]);
    expect(said).toMatch(
      /The planner's next call \(up to \$0\.\d+\) waits for other runs, at most 1 min 0 s: budget of \$3\.00 a day/,
    );
  });

  it('are waited for a minute at most', async () => {
    await using stage = await faultStage(SMOOTH, { config: 'budgets: { day: 3 }\n' });
    await book(stage, heldReceipt('held', { ...now(), heldUsd: '2.9' }));
    const { result, sleeps, said } = await stage.run();
    expect(result.outcome).toBe('parked');
    const waited = sleeps.reduce((sum, ms) => sum + ms, 0);
    expect(waited).toBeGreaterThanOrEqual(60_000);
    expect(waited).toBeLessThan(63_000);
    expect(said).toContain('held by calls under way $2.90');
  });

  it('are not waited for where what is spent leaves no room', async () => {
    await using stage = await faultStage(SMOOTH, { config: 'budgets: { day: 3 }\n' });
    await book(stage, settledReceipt('spent', '2.95', now()));
    await book(stage, heldReceipt('held', { ...now(), heldUsd: '0.05' }));
    expect((await stage.run()).sleeps).toEqual([]);
  });
});

describe('caps in a configuration', () => {
  const file = (budgets: string) => ({ 'tercet.yaml': `budgets: ${budgets}\n` });

  it('of a repository only lower the person’s own', async () => {
    await using lower = await faultStage(SMOOTH, {
      config: 'budgets: { day: 50 }\n',
      files: file('{ day: 0.02, run: 0.01 }'),
    });
    const low = await lower.run();
    expect(low.said).toContain('The budget of $0.01 cannot hold');
    await using higher = await faultStage(SMOOTH, {
      config: 'budgets: { day: 0.02 }\n',
      files: file('{ day: 50, run: 500 }'),
    });
    const high = await higher.run();
    expect(high.said).toContain('The budget of $0.02 for the day');
    expect(high.said).toContain('budget $5.00');
  });

  it('are shown by `tercet costs`, with what is left', async () => {
    const config = 'budgets: { day: 20, month: 200, credits: { month: 500 } }\n';
    await using stage = await setStage(SMOOTH, { config });
    const ran = await stage.tercet(RUN);
    expect(ran.code, ran.stderr).toBe(0);
    const spent = Number(summary(ran).cost.usd);
    const { stdout } = await stage.tercet(['costs']);
    const today = new Date().toISOString().slice(0, 10);
    expect(stdout).toMatch(
      new RegExp(
        `Budget of the day ${today} \\(UTC\\): \\$0\\.\\d+ of \\$20\\.00 spent, \\$0\\.00 held, \\$19\\.\\d+ left; begins anew at`,
      ),
    );
    expect(stdout).toContain(`Budget of the month ${today.slice(0, 7)} (UTC):`);
    expect(stdout).toContain('0 credits of 500 credits spent, 0 credits held, 500 credits left');
    const { budgets } = (await stage.tercet(['costs', '--json'])).json() as { budgets: Record<string, string>[] };
    expect(budgets).toMatchObject([
      { scope: 'day', unit: 'usd', amount: '20', held: '0' },
      { scope: 'month', unit: 'usd', amount: '200' },
      { scope: 'month', unit: 'credits', amount: '500', spent: '0', left: '500' },
    ]);
    expect(Number(budgets[0]?.spent)).toBeCloseTo(spent, 9);
    expect(Number(budgets[0]?.left)).toBeCloseTo(20 - spent, 9);
  });
});

describe('credits and subscriptions', () => {
  const answers = {
    plan: { object: aPlan([TASK]) },
    edit: { text: EDIT },
    review: { object: approval(['T1.1']) },
  };
  const planner = scriptedAgent('planner', byPurpose(answers));
  const reviewer = scriptedAgent('reviewer', byPurpose(answers));
  const paidIn = (billing: Agent['billing'], more: Partial<Agent> = {}, credits: string | null = null): Agent => {
    const agent = scriptedAgent('executor', byPurpose(answers), { model: 'vendor/agent', billing });
    const stating = (result: TurnResult): TurnResult => (result.ok ? { ...result, reportedCredits: credits } : result);
    return { ...agent, ...more, turn: async (turn, options) => stating(await agent.turn(turn, options)) };
  };
  const stageOf = (executor: Agent, config = '') => faultStage({}, { config, agents: { planner, executor, reviewer } });

  it('are booked in their own unit, and are no dollars', async () => {
    await using stage = await stageOf(paidIn('credits', { creditsPerTurn: '12' }, '7.5'), 'budget: 0\n');
    const { result, of, said } = await stage.run();
    expect(result.outcome, result.reason).toBe('approved');
    expect(of('edit')).toMatchObject([
      {
        unit: 'credits',
        state: 'settled',
        heldUsd: null,
        cost: { usd: null, basis: 'credits' },
        quantity: { held: '12', taken: '7.5' },
      },
    ]);
    expect(result.cost).toMatchObject({ usd: '0', unknownCalls: 0, others: [{ unit: 'credits', amount: '7.5' }] });
    expect(said).toContain('$0.00 + 7.5 credits');
  });

  it('have caps of their own, held before the call', async () => {
    const agent = paidIn('credits', { creditsPerTurn: '12' }, '7.5');
    await using stage = await stageOf(agent, 'budgets: { day: 1000, credits: { run: 100, day: 11 } }\n');
    const { result, of, said } = await stage.run();
    expect(result.outcome).toBe('parked');
    expect(of('edit')).toEqual([]);
    expect(said).toContain('The budget of 11 credits for the day');
    expect(said).toContain('could cost up to 12 credits; spent 0 credits, held by calls under way 0 credits');
    expect(said).toContain('raise `budgets.credits.day`');
  });

  it('are not called when nobody says how many credits a turn takes at most', async () => {
    await using stage = await stageOf(paidIn('credits'));
    await expect(stage.run()).rejects.toMatchObject({
      code: 'config',
      message: expect.stringContaining('Nobody says how many credits a call takes at most'),
    });
  });

  it('keep counting what was held when the vendor does not say what it took', async () => {
    const agent = paidIn('credits', { creditsPerTurn: '12' }, null);
    await using stage = await stageOf(agent, 'budgets: { credits: { day: 20 } }\n');
    const first = await stage.run();
    expect(first.result.outcome, first.result.reason).toBe('approved');
    expect(first.result.cost.others).toEqual([{ unit: 'credits', amount: '0', unknownCalls: 1 }]);
    const second = await stage.run();
    expect(second.said).toContain('spent 0 credits, held by calls under way 12 credits');
  });

  it('count one call of a subscription a turn, under no cap of dollars', async () => {
    const config = 'budget: 0\nbudgets: { day: 0, subscription-calls: { day: 1 } }\n';
    await using stage = await stageOf(paidIn('subscription'), config);
    const first = await stage.run();
    expect(first.result.outcome, first.result.reason).toBe('approved');
    expect(first.of('edit')).toMatchObject([{ unit: 'subscription-calls', quantity: { held: '1', taken: '1' } }]);
    expect(first.said).toContain('$0.00 + 1 subscription call');
    const second = await stage.run();
    expect(second.result.outcome).toBe('parked');
    expect(second.said).toContain('The budget of 1 subscription call for the day');
    expect(second.said).toContain('spent 1 subscription call');
  });
});
