import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ok, until } from '../../../ports/agent.contract.ts';
import { isAlive } from '../cli/setup.ts';
import { fakeAcp } from './setup.ts';

const asked = (made: ReturnType<typeof fakeAcp>) => made.fake.words().filter(({ asked }) => asked !== undefined);

describe('an agent that fails', () => {
  it('is too old: its version of the protocol is another', async () => {
    using made = fakeAcp('opencode', [{ fault: 'old' }]);
    expect(await made.go()).toMatchObject({
      ok: false,
      kind: 'bad-request',
      billed: 'no',
      message: 'opencode: speaks version 0 of the Agent Client Protocol and not 1; update it',
    });
  });

  it('is too old: it knows no ACP', async () => {
    using made = fakeAcp('opencode', [{ fault: 'no-acp' }]);
    expect(await made.go()).toMatchObject({
      ok: false,
      kind: 'bad-request',
      billed: 'no',
      message: 'opencode: error: unknown command acp',
    });
  });

  it('is logged out', async () => {
    using made = fakeAcp('claude-acp', [{ fault: 'logged-out' }]);
    expect(await made.go()).toMatchObject({
      ok: false,
      kind: 'bad-key',
      billed: 'no',
      message: 'Claude Agent (ACP): Authentication required (log in with `claude /login`, or set its key)',
    });
  });

  it('is not there', async () => {
    using made = fakeAcp('opencode', [], { program: '/nowhere/opencode' });
    expect(await made.go()).toMatchObject({ ok: false, kind: 'bad-request', billed: 'no' });
  });

  it('crashes in the middle', async () => {
    using made = fakeAcp('opencode', [{ fault: 'crash' }]);
    expect(await made.go()).toMatchObject({ ok: false, message: 'opencode: Segmentation fault', usage: null });
  });

  it('is silent before there is a session: it waits for somebody to log in, say', async () => {
    using made = fakeAcp('opencode', [{ fault: 'mute' }], { deadlines: { helloMs: 300 } });
    expect(await made.go()).toMatchObject({
      ok: false,
      kind: 'stalled',
      billed: 'no',
      message: 'opencode: opened no session within 0.3 s',
    });
    await until(() => !isAlive(made.fake.calls()[0]?.pid), 2000);
  });

  it('is silent after that', async () => {
    using made = fakeAcp('opencode', [{ fault: 'silent' }], { deadlines: { idleMs: 400 } });
    expect(await made.go()).toMatchObject({ ok: false, kind: 'stalled', message: 'opencode: silent for 0.4 s' });
  });

  it('talks without end', async () => {
    using made = fakeAcp('opencode', [{ fault: 'chatter' }], { deadlines: { totalMs: 900, idleMs: 400 } });
    expect(await made.go()).toMatchObject({
      ok: false,
      kind: 'stalled',
      billed: 'maybe',
      message: expect.stringContaining('0.9 s'),
    });
  });

  it('says a line without end', async () => {
    using made = fakeAcp('opencode', [{ fault: 'endless-line' }]);
    expect(await made.go()).toMatchObject({ ok: false, kind: 'too-large' });
    await until(() => !isAlive(made.fake.calls()[0]?.pid), 2000);
  });

  it('says what is no message, and works all the same', async () => {
    using made = fakeAcp('opencode', [{ fault: 'garbage' }]);
    expect(ok(await made.go())).toMatchObject({ text: 'Done: fake final answer.', reportedUsd: '0.00596' });
  });

  it('rejects every setting but the model', async () => {
    using made = fakeAcp('gemini-cli', [{ fault: 'rejects-settings' }], { model: 'gemini-cli/auto' });
    expect(await made.go()).toMatchObject({ ok: true });
  });

  it('rejects the model', async () => {
    using made = fakeAcp('opencode', [{ fault: 'rejects-settings' }], { model: 'opencode/fake/big' });
    expect(await made.go()).toMatchObject({ ok: false, kind: 'bad-request', billed: 'no' });
  });

  it.each([
    [{ code: 401, message: 'nope' }, 'bad-key', 'no'],
    [{ code: -32603, message: 'Internal error', data: { details: 'usage limit reached' } }, 'rate-limit', 'no'],
    [{ code: -32603, message: 'Internal error: 503 unavailable' }, 'overloaded', 'no'],
    [{ code: -32603, message: 'prompt is too long' }, 'too-long', 'no'],
    [{ code: -32603, message: 'Internal error' }, 'bad-request', 'no'],
  ])('answers the prompt with an error (%o)', async (error, kind, billed) => {
    using made = fakeAcp('opencode', [{ error }]);
    expect(await made.go()).toMatchObject({ ok: false, kind, billed });
  });

  it('tells an error as its answer, and has counted nothing', async () => {
    using made = fakeAcp('codex-acp', [{ acp: 'acp-codex-error' }]);
    expect(await made.go()).toMatchObject({
      ok: false,
      kind: 'bad-request',
      billed: 'no',
      message: 'Codex (ACP): Missing environment variable: `CODEX_API_KEY`.',
    });
  });
});

describe('why it stopped', () => {
  it.each([
    ['max_tokens', true, { ok: true, finish: 'length' }],
    ['max_turn_requests', true, { ok: true, finish: 'length', reportedUsd: '0.00596' }],
    ['refusal', true, { ok: false, kind: 'refused', billed: 'yes', reportedUsd: '0.00596' }],
    ['cancelled', true, { ok: false, kind: 'cut-off' }],
    ['something new', true, { ok: true, finish: 'stop' }],
  ])('%s', async (stopReason, write, outcome) => {
    using made = fakeAcp('opencode', [{ stopReason }]);
    expect(await made.go({}, write)).toMatchObject(outcome);
  });

  it('with nothing said is no answer of one that only reads', async () => {
    using made = fakeAcp('opencode', [{ answer: '' }]);
    expect(await made.go({}, false)).toMatchObject({ ok: false, kind: 'empty', billed: 'yes' });
  });
});

describe('what it asks of us', () => {
  it('and nobody knows is answered so', async () => {
    using made = fakeAcp('opencode', [
      {
        asks: [
          { method: 'vendor/new_thing', params: {} },
          { method: 'terminal/create', params: { command: 'ls' } },
        ],
      },
    ]);
    expect(ok(await made.go()).text).toBe('Done: fake final answer.');
    expect(asked(made).map(({ error }) => error?.code)).toEqual([-32601, -32601]);
  });

  it('as a question is declined, and a person is told', async () => {
    using made = fakeAcp('opencode', [
      { asks: [{ method: 'elicitation/create', params: { mode: 'form', message: 'Which?', requestedSchema: {} } }] },
    ]);
    expect(ok(await made.go()).notes).toEqual(['opencode was refused: an answer to its question.']);
    expect(asked(made)[0]?.result).toEqual({ action: 'decline' });
  });

  it('after its end is passed over', async () => {
    using made = fakeAcp('opencode', [
      { late: [{ method: 'fs/write_text_file', params: { path: '{cwd}/late.txt', content: 'late' } }] },
    ]);
    expect(ok(await made.go()).text).toBe('Done: fake final answer.');
    expect(existsSync(`${made.folder}/late.txt`)).toBe(false);
  });
});
