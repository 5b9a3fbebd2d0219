import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { RunState } from '../../../src/apps/mcp/schemas.ts';
import { connect, ERAS } from '../../support/mcp.ts';
import { REQUEST, SMOOTH } from '../../support/shop-change.ts';
import { setStage } from '../../support/stage.ts';

/** The first plan takes too long; the next one comes at once. */
const SLOW = {
  ...SMOOTH,
  planner: [() => pause(60_000, SMOOTH.planner[0], { ref: false }), ...SMOOTH.planner],
};
const CALL = { request: REQUEST, planning: 'always', approval: 'skip' };

async function until<T>(look: () => Promise<T>, good: (value: T) => boolean): Promise<T> {
  for (let turn = 0; turn < 100; turn++) {
    const value = await look();
    if (good(value)) return value;
    await pause(50);
  }
  throw new Error('it did not come to that');
}

describe.each(ERAS)('a run in the %s protocol', (era) => {
  it('ends cleanly when the client cancels the call that made it, and can be resumed', async () => {
    await using stage = await setStage(SLOW);
    await using mcp = await connect({ era, home: stage.home, cwd: stage.repository.root });
    const controller = new AbortController();
    const call = mcp.client.callTool(
      { name: 'run_coding_workflow', arguments: { ...CALL, waitSeconds: 60 } },
      { signal: controller.signal },
    );
    call.catch(() => {});
    await until(
      async () => stage.server.log.length,
      (calls) => calls === 1,
    );
    controller.abort();
    await expect(call).rejects.toThrow();
    const { runs } = await until(
      () => mcp.call<{ runs: RunState[] }>('list_runs', {}),
      ({ runs }) => runs[0]?.outcome === 'cancelled',
    );
    const done = await mcp.call('resume_run', { run: runs[0]?.run });
    expect(done).toMatchObject({ run: runs[0]?.run, outcome: 'approved' });
  });

  it('ends cleanly by cancel_run; a wait that is cancelled ends nothing', async () => {
    await using stage = await setStage(SLOW);
    await using mcp = await connect({ era, home: stage.home, cwd: stage.repository.root });
    const { run } = await mcp.call('run_coding_workflow', { ...CALL, waitSeconds: 0 });
    const waiting = mcp.client.callTool({ name: 'get_run', arguments: { run, waitSeconds: 60 } }, { timeout: 200 });
    await expect(waiting).rejects.toThrow(/timed out/i);
    expect(await mcp.call('get_run', { run })).toMatchObject({ state: 'working', outcome: null });
    expect(await mcp.call('cancel_run', { run })).toMatchObject({ run, outcome: 'cancelled', resumable: true });
    expect(await mcp.call('cancel_run', { run })).toMatchObject({ run, outcome: 'cancelled' });
  });

  it('ends cleanly when the client goes away, and another server goes on', async () => {
    await using stage = await setStage(SLOW);
    const first = await connect({ era, home: stage.home, cwd: stage.repository.root });
    const { run } = await first.call('run_coding_workflow', { ...CALL, waitSeconds: 0 });
    await until(
      async () => stage.server.log.length,
      (calls) => calls === 1,
    );
    await first.client.close();
    await using second = await connect({ era, home: stage.home, cwd: stage.repository.root });
    const gone = await until(
      () => second.call('get_run', { run }),
      ({ state }) => state !== 'working',
    );
    expect(gone).toMatchObject({
      state: 'ended',
      outcome: 'cancelled',
      reason: expect.stringContaining('The client has gone.'),
    });
    expect(await second.call('resume_run', { run })).toMatchObject({ outcome: 'approved' });
  });

  it('is interrupted when its server is killed, and another server goes on', async () => {
    await using stage = await setStage(SLOW);
    const first = await connect({ era, home: stage.home, cwd: stage.repository.root });
    const { run } = await first.call('run_coding_workflow', { ...CALL, waitSeconds: 0 });
    await until(
      async () => stage.server.log.length,
      (calls) => calls === 1,
    );
    process.kill(first.pid, 'SIGKILL');
    await using second = await connect({ era, home: stage.home, cwd: stage.repository.root });
    const gone = await until(
      () => second.call('get_run', { run }),
      ({ state }) => state !== 'working',
    );
    expect(gone).toMatchObject({ state: 'interrupted', outcome: null, resumable: true });
    expect(await second.call('resume_run', { run })).toMatchObject({ outcome: 'approved' });
    await first.client.close();
  });
});
