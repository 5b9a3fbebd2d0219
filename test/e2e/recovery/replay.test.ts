import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import { runCodingWorkflow } from '../../../src/library.ts';
import { REQUEST as GIFT_WRAP, script } from '../../crash/story.ts';
import { aPlan, approval, aTask, file } from '../../support/answers.ts';
import { EDIT, REQUEST, RUN, SMOOTH, TASK } from '../../support/shop-change.ts';
import { runFolder, type Stage, setStage, summary } from '../../support/stage.ts';
import { faultStage } from '../faults/fault-stage.ts';

// Each test is several processes; a busy machine takes its time.
vi.setConfig({ testTimeout: 90_000 });

const COUNT_SOCKETS = fileURLToPath(new URL('count-sockets.ts', import.meta.url));
const NO_BUBBLEWRAP = fileURLToPath(new URL('no-bubblewrap.ts', import.meta.url));
const STORY = ['run', GIFT_WRAP, '--yes', '--always-plan', '--json', '--branch', 'story'];

interface Replayed {
  outcome: string;
  branch: string | null;
  commits: { recorded: string; replayed: string | null; difference: string | null }[];
  changedChecks: { command: string; exitCode: number }[];
  missing: string | null;
  same: boolean;
}

/** Replays with every connection refused and written down, and without a key. */
async function replay(stage: Stage, run: string, ...more: string[]) {
  const log = path.join(stage.home.folder, 'sockets');
  const result = await stage.tercet(['replay', run, '--json', ...more], {
    env: {
      NODE_OPTIONS: `--import=${COUNT_SOCKETS}`,
      SOCKET_LOG: log,
      ANTHROPIC_API_KEY: '',
      OPENAI_API_KEY: '',
      GEMINI_API_KEY: '',
    },
  });
  expect(existsSync(log), 'a connection was tried').toBe(false);
  return { ...result, said: () => result.json() as unknown as Replayed };
}

/** Everything of the run and of the repository that a replay must leave alone. */
async function marks(stage: Stage, run: string) {
  const folder = runFolder(stage.home, run);
  const files = readdirSync(folder).map((name) => {
    const text = readFileSync(path.join(folder, name));
    return `${name} ${statSync(path.join(folder, name)).mtimeMs} ${createHash('sha256').update(text).digest('hex')}`;
  });
  return {
    files,
    receipts: await stage.receipts(),
    refs: stage.repository.git('for-each-ref'),
    worktrees: stage.repository.git('worktree', 'list'),
    user: stage.repository.fingerprint(),
    calls: stage.server.log.length,
  };
}

describe('a replay', () => {
  it('makes the same commits without a call, a key, or a trace; a call that has no receipt is named, not made', async () => {
    await using stage = await setStage(script);
    const { run, commits } = summary(await stage.tercet(STORY));
    expect(commits).toHaveLength(2);
    const before = await marks(stage, run);
    const result = await replay(stage, run);
    expect(result.code, result.stderr).toBe(0);
    expect(result.said()).toMatchObject({ outcome: 'approved', same: true, missing: null, branch: null });
    expect(result.said().commits.map(({ replayed }) => replayed)).toEqual(commits.map(({ sha }) => sha));
    expect(await marks(stage, run)).toEqual(before);

    // Without one of the receipts.
    const { DatabaseSync } = await import('node:sqlite');
    const database = new DatabaseSync(path.join(stage.home.folder, 'data', 'ledger.db'));
    database.exec('DELETE FROM receipt WHERE json LIKE \'%"purpose":"repair"%\'');
    database.close();
    const without = await replay(stage, run);
    expect(without.code).toBe(1);
    expect(without.said().missing).toMatch(
      /^repair by the executor anthropic\/claude-haiku-5-5 for T2 \(call [0-9a-f]+\)$/,
    );
    expect(without.said().commits.map(({ difference }) => difference)).toEqual([null, 'the replay did not come to it']);
    expect(stage.server.log).toHaveLength(before.calls);
    expect(stage.repository.git('branch', '--list', 'tercet/replay-*')).toBe('');
  });

  it('does so after the branch is gone and its objects are pruned, under another name and clock zone', async () => {
    await using stage = await setStage(SMOOTH);
    const { run, branch, commits } = summary(await stage.tercet(RUN));
    stage.repository.git('branch', '-D', branch ?? '');
    stage.repository.git('reflog', 'expire', '--expire=now', '--all');
    stage.repository.git('gc', '--quiet', '--prune=now');
    stage.repository.git('config', 'user.name', 'Somebody Else');
    const text = await stage.tercet(['replay', run, '--keep'], { env: { TZ: 'Asia/Kathmandu' } });
    expect(text.code, text.stderr).toBe(0);
    expect(text.stdout).toContain('1 of 1 commits are the same.');
    const kept = /Kept as (\S+)\./.exec(text.stdout)?.[1] ?? '';
    expect(stage.repository.git('rev-parse', kept)).toBe(commits[0]?.sha);
  });

  it('does so for a run that was killed and resumed', async () => {
    await using stage = await setStage(script);
    const killed = await stage.tercet(STORY, {
      onStderr: (text, kill) => {
        if (text.includes('T2')) kill('SIGKILL');
      },
    });
    expect(killed.code).toBeNull();
    const { run } = summary(await stage.tercet(['resume', '--json']));
    const result = await replay(stage, run);
    expect(result.code, result.stdout + result.stderr).toBe(0);
  });

  it('does so for a run whose review failed for good and that was resumed with another executor', async () => {
    const refusal = { fault: { kind: 'status' as const, status: 400 } };
    await using stage = await setStage({ ...SMOOTH, reviewer: [refusal, ...SMOOTH.reviewer] });
    const first = summary(await stage.tercet(RUN));
    expect(first.outcome).toBe('inconclusive');
    const second = summary(
      await stage.tercet(['resume', first.run, '--json', '--executor', 'anthropic/claude-sonnet-5-5']),
    );
    expect(second.outcome).toBe('approved');
    const numbers = stage.events(first.run).map(({ seq }) => seq);
    expect(numbers, 'events of a resumed run go on counting').toEqual([...new Set(numbers)].sort((a, b) => a - b));
    const result = await replay(stage, first.run);
    expect(result.code, result.stdout + result.stderr).toBe(0);
    expect(result.said()).toMatchObject({ outcome: 'approved', same: true });
  });

  it('does so for a run whose second task was carried on with another executor', async () => {
    const first = aTask('T1', { title: 'Add a table of rows', files: [{ path: 'src/rows.js', action: 'create' }] });
    const second = aTask('T2', { ...TASK, criteria: TASK.criteria.map((each) => ({ ...each, id: 'T2.1' })) });
    const body = {
      error: { type: 'insufficient_quota', code: 'insufficient_quota', message: 'You are out of credit' },
    };
    await using stage = await setStage({
      planner: [{ object: aPlan([first, second]) }],
      executor: [
        { text: file('src/rows.js', 'export const rows = [];') },
        { fault: { kind: 'status', status: 429, body } },
        { text: EDIT },
      ],
      reviewer: [{ object: approval(['T1.1', 'T2.1']) }],
    });
    const parked = summary(await stage.tercet(RUN));
    expect(parked.outcome).toBe('parked');
    const other = ['--executor', 'anthropic/claude-sonnet-5-5'];
    const { commits } = summary(await stage.tercet(['resume', parked.run, '--json', ...other]));
    expect(commits).toHaveLength(2);
    const result = await replay(stage, parked.run);
    expect(result.code, result.stdout + result.stderr).toBe(0);
    expect(result.said()).toMatchObject({ outcome: 'approved', same: true });
  });

  it('does so for a run in which a fallback answered: after failures, and at once while the circuit was open', async () => {
    const down = Array.from({ length: 5 }, () => ({ fault: { kind: 'status' as const, status: 503 } }));
    const [plan] = SMOOTH.planner;
    await using at = await faultStage(
      { ...SMOOTH, planner: [...down, plan ?? {}], executor: SMOOTH.executor },
      {
        config:
          'roles: { planner: { fallback: google/gemini-3.8-flash }, executor: { fallback: google/gemini-3.8-flash } }\n',
      },
    );
    const { run, result, events } = await at.run();
    expect(result.outcome, result.reason).toBe('approved');
    expect(events('call.rerouted').map(({ role, to }) => [role, to])).toEqual([
      ['planner', 'google/gemini-3.8-flash'],
      ['executor', 'google/gemini-3.8-flash'],
    ]);
    const replayed = await replay(at.stage, run);
    expect(replayed.code, replayed.stdout + replayed.stderr).toBe(0);
    expect(replayed.said()).toMatchObject({ outcome: 'approved', same: true, missing: null });
  });

  it('does so for a run whose fallback failed as well', async () => {
    const down = Array.from({ length: 5 }, () => ({ fault: { kind: 'status' as const, status: 503 } }));
    const bad = { fault: { kind: 'status' as const, status: 400 } };
    const fallback = '{ fallback: google/gemini-3.8-flash }';
    await using at = await faultStage(
      { planner: [...down, ...SMOOTH.planner], executor: [bad, bad, bad], reviewer: [] },
      { config: `roles: { planner: ${fallback}, executor: ${fallback} }\n` },
    );
    const { run, result, calls } = await at.run();
    expect(result.outcome).toBe('failed');
    expect(calls('executor').length).toBeGreaterThan(0);
    const replayed = await replay(at.stage, run);
    expect(replayed.said(), replayed.stderr).toMatchObject({ outcome: 'failed', missing: null });
  });

  it('gives the answers a person gave, and the plan as they edited it', async () => {
    const questions = [{ question: 'A RangeError?', why: '', assumption: 'yes' }];
    const asking = { object: aPlan([TASK], { questions }) };
    await using stage = await setStage({ ...SMOOTH, planner: [asking, ...SMOOTH.planner] });
    let plan = '';
    const result = await runCodingWorkflow({
      featureRequest: REQUEST,
      planning: 'always',
      repository: stage.repository.root,
      env: stage.home.env,
      person: {
        answer: async () => ['A RangeError with the percentage in its message'],
        approve: async ({ file: planFile }) => {
          if (plan !== '') return 'approved';
          plan = readFileSync(planFile, 'utf8').replace(/^title: .*/m, 'title: Refuse what nobody means');
          writeFileSync(planFile, plan);
          return 'edited';
        },
      },
    });
    expect(result).toMatchObject({ outcome: 'approved', plan: { title: 'Refuse what nobody means' } });
    const replayed = await replay(stage, result.run);
    expect(replayed.code, replayed.stdout + replayed.stderr).toBe(0);
  });

  it('of a parked run ends where the recording ends', async () => {
    await using stage = await setStage({
      ...SMOOTH,
      reviewer: [{ fault: { kind: 'status', status: 429, headers: { 'retry-after': '3600' } } }],
    });
    const { run } = summary(await stage.tercet(RUN));
    const result = await replay(stage, run);
    expect(result.code, result.stdout + result.stderr).toBe(0);
    expect(result.said()).toMatchObject({ outcome: 'parked', same: true });
  });

  it('runs the commands again when told, and says which does not pass any more', async () => {
    await using stage = await setStage(SMOOTH, { config: 'checks: ["node marker.cjs"]\n' });
    stage.repository.write({
      'marker.cjs': `process.exit(require('node:fs').existsSync('${stage.home.folder}/gone') ? 1 : 0)`,
    });
    stage.repository.commit('A check that depends on the machine');
    const { run } = summary(await stage.tercet(RUN));
    expect((await replay(stage, run, '--checks', 'run')).said()).toMatchObject({ same: true, changedChecks: [] });
    writeFileSync(path.join(stage.home.folder, 'gone'), '');
    const result = await replay(stage, run, '--checks', 'run');
    expect(result.code).toBe(1);
    expect(result.said().changedChecks).toMatchObject([{ command: 'node marker.cjs', exitCode: 1 }]);
    expect(result.said().commits.map(({ difference }) => difference)).toEqual([null]);
    expect((await replay(stage, run)).code).toBe(0);
  });

  it('runs no command again that cannot be confined, whatever the recorded run was allowed', async () => {
    await using stage = await setStage(SMOOTH);
    const { run } = summary(await stage.tercet(RUN));
    const config = path.join(stage.home.folder, 'config.yaml');
    writeFileSync(config, readFileSync(config, 'utf8').replace('sandbox: off', 'sandbox: require'));
    const env = { NODE_OPTIONS: `${stage.home.env.NODE_OPTIONS} --import=${NO_BUBBLEWRAP}` };
    const refs = stage.repository.git('for-each-ref');
    const result = await stage.tercet(['replay', run, '--checks', 'run'], { env });
    expect([result.code, result.stderr]).toEqual([2, expect.stringContaining('cannot be confined')]);
    expect(stage.repository.git('for-each-ref')).toBe(refs);
    expect((await stage.tercet(['replay', run], { env })).code).toBe(0);
  });

  it('refuses what it cannot reproduce', async () => {
    await using stage = await setStage(SMOOTH);
    const { run } = summary(await stage.tercet(['plan', 'Refuse shares above 100 percent', '--json']));
    const planned = await stage.tercet(['replay', run]);
    expect(planned.code).toBe(2);
    expect(planned.stderr).toContain('no commits to reproduce');
  });
});
