import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSession } from '../../src/compose/compose.ts';
import { conduct } from '../../src/compose/conduct.ts';
import { type RecordedEvent, runCodingWorkflow, TercetError, type WorkflowOptions } from '../../src/index.ts';
import { scriptedAgent } from '../../src/testing/index.ts';
import { makeRepository, type TestRepository } from '../support/repository.ts';
import { aPlan, aTask, CLAMP, MATH, planAnswer, reviewAnswer, writes } from '../support/run-context.ts';

let repo: TestRepository;
let home: string;

beforeEach(() => {
  repo = makeRepository({ 'src/math.js': MATH });
  home = mkdtempSync(path.join(tmpdir(), 'tercet-home-'));
  const price = (role: string) => `  - { id: scripted/${role}, input: 1, output: 2 }\n`;
  writeFileSync(
    path.join(home, 'config.yaml'),
    `sandbox: off\nprices:\n${['planner', 'executor', 'reviewer'].map(price).join('')}`,
  );
});
afterEach(() => {
  repo.remove();
  rmSync(home, { recursive: true, force: true });
});

const agents = () => ({
  planner: scriptedAgent('planner', () => ({ object: planAnswer() }), { billing: 'metered' }),
  executor: scriptedAgent('executor', () => ({ text: writes('src/math.js', MATH + CLAMP) }), { billing: 'metered' }),
  reviewer: scriptedAgent('reviewer', () => ({ object: reviewAnswer() }), { billing: 'metered' }),
});
const env = () => ({ ...repo.env, TERCET_HOME: home });
const start = (options: Partial<WorkflowOptions> = {}) =>
  runCodingWorkflow({
    featureRequest: 'Clamp values',
    repository: repo.root,
    env: env(),
    planning: 'always',
    ...agents(),
    ...options,
  });

async function collected(events: AsyncIterable<RecordedEvent>): Promise<RecordedEvent[]> {
  const all: RecordedEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

describe('the library', () => {
  it('gives plan, implementation, review and cost', async () => {
    const run = start();
    const { plan, implementation, review, cost, outcome, exitCode } = await run;
    expect([outcome, exitCode]).toEqual(['approved', 0]);
    expect(plan?.title).toBe('Clamp');
    expect(implementation?.branch).toBe(`tercet/clamp-values-${run.id.slice(-4)}`);
    expect(review?.verdict).toBe('approved');
    expect(cost).toMatchObject({ basis: 'computed', unknownCalls: 0 });
  });

  it('streams every event, from the first on, to each who reads', async () => {
    const run = start();
    const [live, result] = await Promise.all([collected(run.events), run]);
    expect(live.map(({ seq }) => seq)).toEqual(live.map((_, index) => index + 1));
    expect(live[0]?.type).toBe('run.started');
    expect(live.at(-1)).toMatchObject({ type: 'run.finished', outcome: result.outcome });
    expect(await collected(run.events)).toEqual(live);
  });

  it('carries out a plan of one’s own, without a planner', async () => {
    const plan = aPlan(aTask());
    const { outcome } = await start({
      plan,
      planner: scriptedAgent('planner', () => Promise.reject(new Error('asked'))),
    });
    expect(outcome).toBe('approved');
  });

  it('can be cancelled', async () => {
    const controller = new AbortController();
    const planner = scriptedAgent('planner', () => {
      controller.abort();
      return { object: planAnswer(), delayMs: 60_000 };
    });
    expect(await start({ planner, signal: controller.signal })).toMatchObject({ outcome: 'cancelled', exitCode: 130 });
  });

  it.each<[string, Partial<WorkflowOptions>, string]>([
    ['no request', { featureRequest: undefined as unknown as string }, 'usage'],
    ['an empty request', { featureRequest: '  ' }, 'usage'],
    ['a plan that is none', { plan: { title: 'x' } as unknown as NonNullable<WorkflowOptions['plan']> }, 'usage'],
    ['a budget that is none', { budgetUsd: Number.NaN }, 'usage'],
    ['a base that is none', { base: 'no-such-ref' }, 'usage'],
    ['a folder without a repository', { repository: tmpdir() }, 'usage'],
    ['an unknown trio', { trio: 'nonsense' }, 'config'],
    [
      'agents of one lineage',
      { reviewer: scriptedAgent('reviewer', () => ({}), { lineage: 'scripted-executor' }) },
      'lineage',
    ],
  ])('rejects before anything is spent: %s', async (_, options, code) => {
    const error = await start(options).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TercetError);
    expect(error).toMatchObject({ code });
  });
});

describe('conducting a run', () => {
  it('closes the display also when the run could not begin', async () => {
    let closed = 0;
    const session = await openSession({ env: env(), cwd: repo.root });
    const casting = {
      kind: 'run' as const,
      request: { text: 'x', source: 'text' as const, base: repo.git('rev-parse', 'HEAD') },
      order: { overrides: {}, plan: null, subject: null },
      needed: ['planner'] as const,
      person: null,
      reporters: [{ report: () => {}, close: () => void closed++ }],
      signal: new AbortController().signal,
      branch: null,
      run: '20261122-100000-abcd',
    };
    try {
      await expect(conduct(session, casting, () => Promise.reject(new Error('not reached')))).rejects.toMatchObject({
        code: 'config',
        message: /No API key is set/u,
      });
      expect(closed).toBe(1);
    } finally {
      await session.close();
    }
  });

  it('records a run from its first moment to its last, and what its work throws', async () => {
    const session = await openSession({ env: env(), cwd: repo.root });
    const casting = {
      kind: 'run' as const,
      request: { text: 'x', source: 'text' as const, base: repo.git('rev-parse', 'HEAD') },
      order: { overrides: {}, plan: null, subject: null },
      needed: [],
      agents: agents(),
      person: null,
      reporters: [],
      signal: new AbortController().signal,
      branch: 'tercet/x',
      run: '20261122-100000-abcd',
    };
    try {
      const work = async () => {
        expect((await session.store.get(casting.run)).outcome).toBe('running');
        throw new TypeError('oops');
      };
      await expect(conduct(session, casting, work)).rejects.toThrow('oops');
      expect(await session.store.get(casting.run)).toMatchObject({ outcome: 'failed', reason: 'oops' });
    } finally {
      await session.close();
    }
  });
});
