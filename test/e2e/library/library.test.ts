import { describe, expect, it } from 'vitest';
import { aFinding, aPlan, approval } from '../../support/answers.ts';
import { type Home, makeHome } from '../../support/cli.ts';
import { makeRepository, type TestRepository } from '../../support/repository.ts';
import { ADDED, EDIT, REQUEST, SMOOTH, TASK } from '../../support/shop-change.ts';
import { setStage, shopFiles } from '../../support/stage.ts';

/** What is shipped, with the types of what it was built from. */
const shipped = (entry: string): string => new URL(`../../../dist/${entry}.js`, import.meta.url).href;
const { runCodingWorkflow, TercetError } = (await import(shipped('index'))) as typeof import('../../../src/index.ts');
const { byPurpose, scriptedAgent } = (await import(
  shipped('testing')
)) as typeof import('../../../src/testing/index.ts');

/** A repository and a home with no provider in reach. */
async function withShop(work: (repository: TestRepository, home: Home) => Promise<void>): Promise<void> {
  await using home = await makeHome(null);
  const repository = makeRepository(shopFiles());
  try {
    await work(repository, home);
  } finally {
    repository.remove();
  }
}

async function all<T>(events: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const event of events) list.push(event);
  return list;
}

function agents() {
  return {
    planner: scriptedAgent('planner', byPurpose({ plan: SMOOTH.planner })),
    executor: scriptedAgent('executor', byPurpose({ edit: { text: EDIT } })),
    reviewer: scriptedAgent('reviewer', byPurpose({ review: SMOOTH.reviewer })),
  };
}

describe('runCodingWorkflow', () => {
  it('takes an object for every role, and answers with plan, implementation, review and cost', async () => {
    await withShop(async (repository, home) => {
      const before = repository.fingerprint();
      const run = runCodingWorkflow({
        featureRequest: REQUEST,
        repository: repository.root,
        planning: 'always',
        branch: 'limits',
        codebaseContext: 'Amounts are cents.',
        env: home.env,
        ...agents(),
      });
      const result = await run;
      expect(result).toMatchObject({ run: run.id, outcome: 'approved', exitCode: 0 });
      expect(result.plan).toMatchObject({ title: REQUEST, tasks: [{ id: 'T1' }] });
      expect(result.implementation).toMatchObject({
        branch: 'limits',
        commits: [{ task: 'T1' }],
        files: [{ path: 'src/money.js', status: 'modified', additions: 1 }],
      });
      expect(result.review).toMatchObject({ verdict: 'approved', criteria: [{ id: 'T1.1', met: 'yes' }] });
      expect(result.cost).toMatchObject({ usd: '0', basis: 'local', unknownCalls: 0 });
      expect(repository.git('show', 'limits:src/money.js')).toContain(ADDED);
      expect(repository.fingerprint()).toEqual(before);
    });
  });

  it('tells its events to everybody who asks, whenever they ask, and then ends', async () => {
    await withShop(async (repository, home) => {
      const run = runCodingWorkflow({
        featureRequest: REQUEST,
        repository: repository.root,
        planning: 'always',
        env: home.env,
        ...agents(),
      });
      const live = await all(run.events);
      await run;
      const late = await all(run.events);
      expect(late).toEqual(live);
      expect(live.map(({ seq }) => seq)).toEqual(live.map((_, index) => index + 1));
      expect(live.every((event) => event.run === run.id && event.v === 1)).toBe(true);
      expect(live.at(0)?.type).toBe('run.started');
      expect(live.at(-1)).toMatchObject({ type: 'run.finished', outcome: 'approved' });
      expect(live.filter(({ type }) => type === 'call.settled')).toHaveLength(3);
    });
  });

  it('mixes an object of one’s own with models over their APIs', async () => {
    await using stage = await setStage({ planner: SMOOTH.planner, reviewer: SMOOTH.reviewer });
    const mine = scriptedAgent('executor', byPurpose({ edit: { text: EDIT } }), { lineage: 'mine' });
    const result = await runCodingWorkflow({
      featureRequest: REQUEST,
      repository: stage.repository.root,
      planning: 'always',
      planner: 'anthropic/claude-opus-5-5',
      executor: mine,
      env: stage.home.env,
    });
    expect(result.outcome, result.reason).toBe('approved');
    expect(mine.turns).toHaveLength(1);
    expect(stage.server.log.map(({ requestedModel }) => requestedModel)).toEqual(['claude-opus-5-5', 'gpt-6.1-sol']);
    expect(result.cost).toMatchObject({
      basis: 'mixed',
      byRole: [{ key: 'planner' }, { key: 'executor' }, { key: 'reviewer' }],
    });
  });

  it('executes a plan that is passed in, and asks no planner', async () => {
    await withShop(async (repository, home) => {
      const { planner, ...others } = agents();
      const { questions, needs, ...plan } = aPlan([TASK]);
      expect([questions, needs]).toEqual([[], []]);
      const result = await runCodingWorkflow({
        plan: { ...plan, version: 1, assumptions: [] },
        repository: repository.root,
        planner,
        env: home.env,
        ...others,
      });
      expect(result.outcome, result.reason).toBe('approved');
      expect(result.request).toMatchObject({ text: REQUEST, source: 'plan' });
      expect(planner.turns).toEqual([]);
    });
  });

  it('asks the person that is passed in: questions, then the plan', async () => {
    await withShop(async (repository, home) => {
      const asked: string[] = [];
      const questions = [{ question: 'Negative shares?', assumption: 'stay' }];
      const planner = scriptedAgent(
        'planner',
        byPurpose({ plan: { object: aPlan([TASK], { questions }) }, replan: { object: aPlan([TASK]) } }),
      );
      const run = runCodingWorkflow({
        featureRequest: REQUEST,
        repository: repository.root,
        planning: 'always',
        env: home.env,
        ...agents(),
        planner,
        person: {
          answer: async (list) => {
            asked.push(...list.map(({ question }) => question));
            return ['refused as well'];
          },
          approve: async ({ plan }) => {
            asked.push(plan.title);
            return 'rejected';
          },
        },
      });
      const result = await run;
      expect(asked).toEqual(['Negative shares?', REQUEST]);
      expect(result).toMatchObject({ outcome: 'cancelled', exitCode: 130, implementation: null });
      const ready = (await all(run.events)).find(({ type }) => type === 'plan.ready');
      expect(ready).toMatchObject({ plan: { assumptions: ['Negative shares? — refused as well'] } });
    });
  });

  it('is cancelled by its signal, which is an outcome and no exception', async () => {
    await withShop(async (repository, home) => {
      const stop = new AbortController();
      const run = runCodingWorkflow({
        featureRequest: REQUEST,
        repository: repository.root,
        planning: 'always',
        env: home.env,
        signal: stop.signal,
        ...agents(),
        executor: scriptedAgent('executor', () => {
          setTimeout(() => stop.abort(), 20);
          return { text: EDIT, delayMs: 60_000 };
        }),
      });
      const result = await run;
      expect(result).toMatchObject({ outcome: 'cancelled', exitCode: 130, review: null });
      expect(result.plan).toMatchObject({ title: REQUEST });
      expect(repository.git('worktree', 'list').split('\n')).toHaveLength(1);
    });
  });

  it('returns a bad end as a result: changes requested, failed, inconclusive', async () => {
    await withShop(async (repository, home) => {
      const options = {
        featureRequest: REQUEST,
        repository: repository.root,
        planning: 'always',
        maxRounds: 0,
        env: home.env,
      } as const;
      const finding = aFinding(
        { messages: [{ role: 'user', text: `13 +${ADDED}` }] } as Parameters<typeof aFinding>[0],
        {
          path: 'src/money.js',
          quote: ADDED.trim(),
        },
      );
      const reviewer = scriptedAgent('reviewer', () => ({ object: approval(['T1.1'], { findings: [finding] }) }));
      expect(await runCodingWorkflow({ ...options, ...agents(), reviewer })).toMatchObject({
        outcome: 'changes_requested',
        exitCode: 3,
        review: { findings: [{ blocking: true, line: 13 }] },
      });
      const silent = scriptedAgent('reviewer', () => ({ text: 'looks good to me' }));
      expect(await runCodingWorkflow({ ...options, ...agents(), reviewer: silent })).toMatchObject({
        outcome: 'inconclusive',
        exitCode: 4,
      });
      const planner = scriptedAgent('planner', () => ({ failure: { kind: 'refused' } }));
      expect(await runCodingWorkflow({ ...options, ...agents(), planner })).toMatchObject({
        outcome: 'failed',
        exitCode: 1,
        plan: null,
      });
    });
  });

  it('does not end the process of somebody who follows the events of a run that is rejected', async () => {
    await using home = await makeHome(null);
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    process.on('unhandledRejection', note);
    try {
      const run = runCodingWorkflow({ featureRequest: REQUEST, repository: home.folder, env: home.env, ...agents() });
      await expect(all(run.events)).rejects.toThrow('is not in a git repository');
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(unhandled).toEqual([]);
      await expect(run).rejects.toThrow('is not in a git repository');
    } finally {
      process.off('unhandledRejection', note);
    }
  });

  it('rejects what a person has to mend, before anything is begun', async () => {
    await withShop(async (repository, home) => {
      const options = { featureRequest: REQUEST, repository: repository.root, env: home.env };
      const cases: [string, Parameters<typeof runCodingWorkflow>[0]][] = [
        ['usage', { repository: repository.root, env: home.env, ...agents() }],
        ['usage', { ...options, base: 'nowhere', ...agents() }],
        ['usage', { ...options, featureRequest: '   ', ...agents() }],
        ['usage', { ...options, budgetUsd: 'much', ...agents() }],
        ['usage', { ...options, plan: { title: 'x' } as never, ...agents() }],
        ['usage', { ...options, planner: 'no-model' }],
        ['config', { ...options, trio: 'nobody', ...agents() }],
        ['config', { ...options, env: { ...home.env, OPENAI_API_KEY: '' } }],
        [
          'config',
          { ...options, ...agents(), executor: scriptedAgent('executor', () => ({}), { model: 'mine/unpriced' }) },
        ],
        ['lineage', { ...options, executor: 'openai/gpt-6-luna' }],
        ['usage', { ...options, repository: home.folder, ...agents() }],
      ];
      for (const [code, given] of cases) {
        const run = runCodingWorkflow(given);
        const error = await run.then(
          () => null,
          (thrown: unknown) => thrown,
        );
        expect(error, code).toBeInstanceOf(TercetError);
        expect(error).toMatchObject({ code });
        await expect(all(run.events)).rejects.toBe(error);
      }
      expect(repository.git('branch', '--list').split('\n')).toHaveLength(1);
    });
  });
});
