import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { until } from '../../../ports/agent.contract.ts';
import { fakeAgent, isAlive } from './setup.ts';

const LIVE = fileURLToPath(new URL('live-process.ts', import.meta.url));

describe.each(['group', 'apart'] as const)('a program and what it started (%s)', (child) => {
  it('are ended within a second when the turn is cancelled', async () => {
    using made = fakeAgent('claude', [{ child, transcript: 'claude-stream-1', hang: true }]);
    const controller = new AbortController();
    const turn = made.go({}, true, controller.signal);
    await until(() => made.fake.calls().length === 1);
    const [call] = made.fake.calls();
    expect([call?.pid, call?.child].map(isAlive)).toEqual([true, true]);
    const at = performance.now();
    controller.abort();
    expect(await turn).toMatchObject({ ok: false, kind: 'cancelled' });
    expect(performance.now() - at).toBeLessThan(1000);
    await until(() => !isAlive(call?.pid) && !isAlive(call?.child), 1000);
  });

  it('are ended within two seconds when Tercet is killed', async () => {
    using made = fakeAgent('claude', [{ child, hang: true }]);
    const tercet = spawn(process.execPath, [LIVE, made.fake.program, made.folder], { stdio: 'ignore' });
    try {
      await until(() => made.fake.calls().length === 1, 10_000);
      const [call] = made.fake.calls();
      expect([call?.pid, call?.child].map(isAlive)).toEqual([true, true]);
      tercet.kill('SIGKILL');
      await until(() => !isAlive(call?.pid) && !isAlive(call?.child), 2000);
    } finally {
      tercet.kill('SIGKILL');
    }
  });

  it('leave nothing behind when the program ends by itself', async () => {
    using made = fakeAgent('claude', [{ child, transcript: 'claude-stream-1' }]);
    expect(await made.go()).toMatchObject({ ok: true });
    const [call] = made.fake.calls();
    expect(call?.child).toBeGreaterThan(0);
    await until(() => !isAlive(call?.child), 1000);
  });
});

describe('a program', () => {
  it('that is silent is ended at its deadline', async () => {
    using made = fakeAgent('claude', [{ hang: true }], { deadlines: { idleMs: 300 } });
    const result = await made.go();
    expect(result).toMatchObject({ ok: false, kind: 'stalled', message: 'Claude Code: silent for 0.3 s' });
    await until(() => !isAlive(made.fake.calls()[0]?.pid), 1000);
  });

  it('that takes too long is ended at its deadline', async () => {
    using made = fakeAgent('claude', [{ hang: true }], { deadlines: { totalMs: 300 } });
    expect(await made.go()).toMatchObject({ ok: false, kind: 'stalled', message: expect.stringContaining('0.3 s') });
  });

  it('that does not end after its last word is ended, and has answered', async () => {
    using made = fakeAgent('claude', [{ transcript: 'claude-stream-1', hang: true }], { deadlines: { lingerMs: 200 } });
    expect(await made.go()).toMatchObject({ ok: true, text: 'Done: fake final answer.' });
  });

  it('that says what is no JSON, and then crashes, has failed', async () => {
    using made = fakeAgent('claude', [{ stderr: 'Segmentation fault', exit: 139 }]);
    const result = await made.go();
    expect(result).toMatchObject({ ok: false, kind: 'bad-request', message: 'Claude Code: Segmentation fault' });
  });

  it('that is too old for our options has failed once, in its own words', async () => {
    using made = fakeAgent('claude', [{ stderr: "error: unknown option '--setting-sources'", exit: 1 }]);
    expect(await made.go()).toMatchObject({
      ok: false,
      kind: 'bad-request',
      message: expect.stringContaining('--setting-sources'),
    });
  });

  it('that is not there has failed', async () => {
    using made = fakeAgent('codex', [], { program: '/nowhere/codex' });
    expect(await made.go()).toMatchObject({ ok: false, kind: 'bad-request', billed: 'no' });
  });
});
