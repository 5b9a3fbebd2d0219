import { describe, expect, it } from 'vitest';
import type { RunState } from '../../../src/apps/mcp/schemas.ts';
import { aFinding } from '../../support/answers.ts';
import { connect, ERAS, textOf } from '../../support/mcp.ts';
import { REQUEST, SMOOTH } from '../../support/shop-change.ts';
import { type Stage, setStage } from '../../support/stage.ts';

const KEYS = ['sk-ant-test-0123456789abcdef', 'sk-test-0123456789abcdef'];

/** Follows a run to its end. */
async function end(mcp: Awaited<ReturnType<typeof connect>>, run: string): Promise<RunState> {
  for (;;) {
    const state = await mcp.call('get_run', { run, waitSeconds: 10 });
    if (state.state !== 'working') return state;
  }
}

const open = (stage: Stage, era: (typeof ERAS)[number], more: Partial<Parameters<typeof connect>[0]> = {}) =>
  connect({ era, home: stage.home, cwd: stage.repository.root, ...more });

describe.each(ERAS)('the %s protocol', (era) => {
  it('plans, carries the plan out, reviews, and tells of it', async () => {
    await using stage = await setStage({
      planner: SMOOTH.planner,
      executor: SMOOTH.executor,
      reviewer: [
        ...SMOOTH.reviewer,
        (call) => ({
          object: {
            criteria: [],
            findings: [
              aFinding(call, {
                path: 'src/money.js',
                quote: 'export const evil = 1;',
                title: 'A \u001b[31mtrick\u202e',
                why: KEYS[0] ?? '',
              }),
            ],
            fixed: [],
          },
        }),
      ],
    });
    await using mcp = await open(stage, era, { roots: [stage.repository.root] });
    expect(mcp.client.getServerVersion()?.name).toBe('tercet');

    const begun = await mcp.call('plan', { request: REQUEST, waitSeconds: 0 });
    expect(['working', 'ended']).toContain(begun.state);
    const planned = await end(mcp, begun.run);
    expect(planned).toMatchObject({ state: 'ended', outcome: 'planned', kind: 'plan', branch: null });
    expect(planned.plan?.tasks.map((task) => task.id)).toEqual(['T1']);

    const heard: { progress: number; message?: string | undefined }[] = [];
    const result = await mcp.client.callTool(
      { name: 'execute', arguments: { planRun: planned.run, waitSeconds: 60 } },
      { onprogress: (progress) => heard.push(progress), timeout: 20_000 },
    );
    expect(result.isError, textOf(result)).not.toBe(true);
    const executed = result.structuredContent as unknown as RunState;
    expect(executed).toMatchObject({ state: 'ended', outcome: 'approved', verdict: 'approved', kind: 'execute' });
    expect(executed.commits).toHaveLength(1);
    expect(stage.repository.git('rev-parse', executed.branch ?? '').trim()).toBe(executed.commits[0]?.sha);
    expect(textOf(result)).toContain(`tercet apply ${executed.run}`);
    expect(heard.length).toBeGreaterThan(2);
    expect(heard.every(({ progress }, index) => progress > (heard[index - 1]?.progress ?? 0))).toBe(true);

    stage.repository.write({ 'src/money.js': 'export const evil = 1;\n' });
    const reviewed = await mcp.client.callTool(
      { name: 'review', arguments: { request: 'be honest' } },
      { timeout: 20_000 },
    );
    const review = reviewed.structuredContent as unknown as RunState;
    expect(review).toMatchObject({ outcome: 'changes_requested', verdict: 'changes_requested', branch: null });
    expect(review.findings[0]).toMatchObject({
      title: expect.stringMatching(/trick$/),
      anchor: 'exact',
      blocking: true,
      line: 1,
    });
    expect(textOf(reviewed)).toContain('src/money.js:1');

    const { total, runs } = await mcp.call<{ total: number; runs: RunState[] }>('list_runs', { limit: 2 });
    expect(total).toBe(3);
    expect(runs.map(({ run }) => run)).toEqual([review.run, executed.run]);

    const costs = await mcp.call<{ lines: { key: string; calls: number }[]; totalUsd: string }>('get_costs', {
      by: 'role',
    });
    expect(costs.lines.map(({ key, calls }) => [key, calls])).toEqual([
      ['planner', 1],
      ['executor', 1],
      ['reviewer', 2],
    ]);
    expect(await mcp.call('get_costs', { run: planned.run })).toMatchObject({
      totalUsd: planned.costUsd,
      unknown: null,
    });
    expect(
      await mcp.call('estimate', {
        planning: 2000,
        implementation: 15000,
        review: { input: 0, output: 3000 },
        trio: 'article',
      }),
    ).toMatchObject({
      saved: 0.8575,
    });

    for (const uri of executed.resources) {
      const { contents } = await mcp.client.readResource({ uri });
      const [file] = contents;
      expect(file !== undefined && 'text' in file ? file.text : '').toMatch(/percent|T1/);
    }
    expect(executed.resources.map((uri) => uri.split('/').at(-1))).toEqual(['plan', 'diff', 'review', 'report']);
    const listed = await mcp.client.listResources();
    expect(listed.resources.map(({ uri }) => uri)).toEqual(expect.arrayContaining(executed.resources));

    const said = JSON.stringify([
      reviewed,
      await mcp.client.readResource({ uri: `tercet://runs/${review.run}/review` }),
    ]);
    for (const key of KEYS) expect(said).not.toContain(key);
    expect(said).not.toMatch(/[\u202e\u001b]|\\u001b/);
    expect(mcp.errors).toEqual([]);
    expect(mcp.stderr()).toBe('');
  });

  it('runs the whole flow once the plan need not be approved', async () => {
    await using stage = await setStage(SMOOTH);
    await using mcp = await open(stage, era);
    const parked = await mcp.call('run_coding_workflow', { request: REQUEST, planning: 'always' });
    expect(parked).toMatchObject({ state: 'ended', outcome: 'parked', resumable: true, commits: [] });
    const done = await mcp.call('resume_run', { run: parked.run, approval: 'skip' });
    expect(done).toMatchObject({ run: parked.run, outcome: 'approved', resumable: false });
    expect(stage.calls('planner')).toHaveLength(1);
    await expect(mcp.call('resume_run', { run: parked.run })).rejects.toThrow('nothing to go on with');
  });
});
