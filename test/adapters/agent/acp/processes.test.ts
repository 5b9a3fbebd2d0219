import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { until } from '../../../ports/agent.contract.ts';
import { isAlive } from '../cli/setup.ts';
import { fakeAcp } from './setup.ts';

const LIVE = fileURLToPath(new URL('live-process.ts', import.meta.url));

describe.each(['group', 'apart'] as const)('an agent over ACP and what it started (%s)', (child) => {
  it('are ended within two seconds when Tercet is killed', async () => {
    using made = fakeAcp('opencode', [{ child, hang: true }]);
    const tercet = spawn(process.execPath, [LIVE, made.fake.program, made.folder], { stdio: 'ignore' });
    try {
      await until(() => made.sent('session/prompt').length === 1, 10_000);
      const [call] = made.fake.calls();
      expect([call?.pid, call?.child].map(isAlive)).toEqual([true, true]);
      tercet.kill('SIGKILL');
      await until(() => !isAlive(call?.pid) && !isAlive(call?.child), 2000);
    } finally {
      tercet.kill('SIGKILL');
    }
  });

  it('leave nothing behind when the turn has ended', async () => {
    using made = fakeAcp('opencode', [{ child }]);
    expect(await made.go()).toMatchObject({ ok: true });
    const [call] = made.fake.calls();
    expect(call?.child).toBeGreaterThan(0);
    await until(() => !isAlive(call?.pid) && !isAlive(call?.child), 1000);
  });

  it('are ended also when the agent does not end by itself after its answer', async () => {
    using made = fakeAcp('opencode', [{ child, stays: true }], { deadlines: { lingerMs: 200 } });
    expect(await made.go()).toMatchObject({ ok: true, text: 'Done: fake final answer.' });
    const [call] = made.fake.calls();
    await until(() => !isAlive(call?.pid) && !isAlive(call?.child), 1000);
  });
});
