import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { aPlan, aTask, file } from '../../support/answers.ts';
import type { Fault } from '../../support/model-server/server.ts';
import { EDIT, RUN, SMOOTH, TASK } from '../../support/shop-change.ts';
import { type Stage, setStage, summary } from '../../support/stage.ts';

const status = (code: number, headers: Record<string, string> = {}, body?: unknown): { fault: Fault } => ({
  fault: { kind: 'status', status: code, headers, ...(body === undefined ? {} : { body }) },
});

describe('a provider that says wait', () => {
  it('is waited for when it is a second, visibly, and the failed call is booked at nothing', async () => {
    await using stage = await setStage({
      ...SMOOTH,
      planner: [status(429, { 'retry-after': '1' }), ...SMOOTH.planner],
    });
    const result = await stage.tercet(RUN);
    expect(result.code, result.stderr).toBe(0);
    expect(result.stderr).toMatch(
      /planner call to anthropic\/claude-fable-5-2 failed \(rate-limit\).*trying again in 1/,
    );
    const { run } = summary(result);
    expect((await stage.receipts(run)).map(({ purpose, state }) => [purpose, state])).toEqual([
      ['plan', 'failed'],
      ['plan', 'settled'],
      ['edit', 'settled'],
      ['review', 'settled'],
    ]);
    const [failed] = await stage.receipts(run);
    expect(failed).toMatchObject({ usage: null, cost: { usd: '0' } });
    const [first, second] = stage.server.log.map(({ at }) => Date.parse(at));
    expect((second ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(1000);
  });

  it('parks the run when it is an hour, and says how long', async () => {
    await using stage = await setStage({ ...SMOOTH, reviewer: [status(429, { 'retry-after': '3600' })] });
    const result = await stage.tercet(RUN);
    expect(result.code, result.stderr).toBe(5);
    const said = summary(result);
    expect(said).toMatchObject({
      outcome: 'parked',
      verdict: null,
      tasks: [{ status: 'done' }],
      commits: [{ task: 'T1' }],
    });
    expect(said.reason).toContain('It asks to wait 3600 s');
    expectClean(stage, said.branch ?? '');
  });
});

it('parks when the quota is used up, without trying again', async () => {
  const body = {
    error: { type: 'insufficient_quota', code: 'insufficient_quota', message: 'You exceeded your quota' },
  };
  await using stage = await setStage({ ...SMOOTH, reviewer: [status(429, {}, body)] });
  const result = await stage.tercet(RUN);
  expect(result.code, result.stderr).toBe(5);
  expect(summary(result).reason).toContain('quota or credit is used up');
  expect(stage.calls('reviewer')).toHaveLength(1);
});

it('parks on a bad key, which is written nowhere although the provider repeats it', async () => {
  const key = 'sk-ant-test-0123456789abcdef';
  const body = { type: 'error', error: { type: 'authentication_error', message: `invalid x-api-key: ${key}` } };
  await using stage = await setStage({ ...SMOOTH, planner: [status(401, {}, body)] });
  const result = await stage.tercet([...RUN, '--verbose']);
  expect(result.code, result.stderr).toBe(5);
  expect(summary(result).reason).toContain('The key in your environment is not accepted');
  expect(result.stdout).not.toContain(key);
  expect(result.stderr).not.toContain(key);
  const files = readdirSync(stage.home.folder, { recursive: true, withFileTypes: true }).filter((each) =>
    each.isFile(),
  );
  expect(files.map(({ name }) => name)).toEqual(expect.arrayContaining(['ledger.db', 'events.ndjson', 'run.json']));
  for (const { parentPath, name } of files) {
    expect(readFileSync(path.join(parentPath, name)).includes(key), name).toBe(false);
  }
});

it('asks no provider when the budget cannot hold the first call', async () => {
  await using stage = await setStage(SMOOTH);
  const result = await stage.tercet([...RUN, '--budget', '0.001']);
  expect(result.code, result.stderr).toBe(5);
  expect(summary(result)).toMatchObject({ outcome: 'parked', branch: null, cost: { usd: '0' } });
  expect(summary(result).reason).toContain('The call was not made');
  expect(stage.server.log).toEqual([]);
});

it('stops between two tasks when the budget ends there, and keeps what is done', async () => {
  await using stage = await setStage(
    {
      ...SMOOTH,
      planner: [{ object: aPlan(twoTasks()) }],
      executor: [{ text: file('src/rows.js', 'export const rows = [];'), usage: { output: 80_000 } }],
    },
    { config: 'roles: { planner: { model: anthropic/claude-haiku-4-5, maxOutputTokens: 4000 } }\n' },
  );
  const result = await stage.tercet([...RUN, '--budget', '0.05']);
  expect(result.code, result.stderr).toBe(5);
  const said = summary(result);
  expect(said).toMatchObject({
    outcome: 'parked',
    commits: [{ task: 'T1' }],
    tasks: [
      { task: 'T1', status: 'done' },
      { task: 'T2', status: 'skipped' },
    ],
  });
  expect(Number(said.cost.usd)).toBeLessThanOrEqual(0.05);
  expectClean(stage, said.branch ?? '');
});

describe('Ctrl-C', () => {
  it('in the middle of a call ends 130, keeps what is done, says how to go on, and leaves the tree clean', async () => {
    await using stage = await setStage({
      ...SMOOTH,
      planner: [{ object: aPlan(twoTasks()) }],
      executor: [{ text: file('src/rows.js', 'export const rows = [];') }, { text: EDIT, delayMs: 60_000 }],
    });
    const before = stage.repository.fingerprint();
    const result = await interrupted(stage, () => stage.calls('executor').length === 2);
    expect(result.code, result.stderr).toBe(130);
    expect(result.stderr).toContain('Stopping cleanly');
    const said = summary(result);
    expect(said).toMatchObject({
      outcome: 'cancelled',
      commits: [{ task: 'T1' }],
      tasks: [
        { task: 'T1', status: 'done' },
        { task: 'T2', status: 'skipped' },
      ],
    });
    expect(stage.repository.fingerprint()).toEqual(before);
    expectClean(stage, said.branch ?? '');
    // A call that was cut off may have been billed, and the ledger says so.
    const last = (await stage.receipts(said.run)).at(-1);
    expect(last).toMatchObject({
      state: 'failed',
      purpose: 'edit',
      task: 'T2',
      error: expect.stringContaining('cancelled'),
    });
    const runs = await stage.tercet(['runs']);
    expect(runs.stdout).toContain('cancelled');
  });

  it('ends a command that is running, with everything it has started', async () => {
    let pidFile = '';
    await using stage = await setStage({
      ...SMOOTH,
      planner: [
        () => {
          pidFile = path.join(stage.home.folder, 'pid');
          const command = `sh -c 'sleep 60 & echo $! > ${pidFile}; wait'`;
          return { object: aPlan([{ ...TASK, criteria: [{ id: 'T1.1', text: 'exits with code 0', command }] }]) };
        },
      ],
    });
    const result = await interrupted(stage, () => existsSync(pidFile) && readFileSync(pidFile, 'utf8').endsWith('\n'));
    expect(result.code, result.stderr).toBe(130);
    await expect.poll(() => isRunning(Number(readFileSync(pidFile, 'utf8'))), { timeout: 5_000 }).toBe(false);
    expectClean(stage, summary(result).branch ?? '');
  });
});

/** Runs, and interrupts as soon as `when` holds. */
async function interrupted(stage: Stage, when: () => boolean) {
  let timer: NodeJS.Timeout | undefined;
  const result = await stage.tercet(RUN, {
    onStderr: (_, kill) => {
      timer ??= setInterval(() => {
        if (!when()) return;
        clearInterval(timer);
        kill('SIGINT');
      }, 20);
    },
  });
  clearInterval(timer);
  return result;
}

function twoTasks() {
  const first = aTask('T1', { title: 'Add a table of rows', files: [{ path: 'src/rows.js', action: 'create' }] });
  return [first, aTask('T2', { ...TASK, criteria: TASK.criteria.map((each) => ({ ...each, id: 'T2.1' })) })];
}

/** Nothing of the run is left but its branch. */
function expectClean({ repository }: Stage, branch: string): void {
  expect(repository.git('worktree', 'list').split('\n')).toHaveLength(1);
  expect(repository.git('status', '--porcelain', '--ignored')).toBe('');
  expect(repository.git('for-each-ref', '--format=%(refname)', 'refs/heads').split('\n').sort()).toEqual(
    ['refs/heads/main', `refs/heads/${branch}`].sort(),
  );
}

/** A process that has ended but was not yet reaped by its new parent counts as ended. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  return !/^State:\s+Z/m.test(existsSync(`/proc/${pid}/status`) ? readFileSync(`/proc/${pid}/status`, 'utf8') : '');
}
