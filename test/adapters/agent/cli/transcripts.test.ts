import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { SCHEMA } from '../../../ports/agent.contract.ts';
import { fakeAgent } from './setup.ts';

const OUTPUT = { name: 'answer', schema: SCHEMA };
const claude = (transcript: string, exit = 0, given: Parameters<typeof fakeAgent>[2] = {}) =>
  fakeAgent('claude', [{ transcript, exit }], given);

describe('Claude Code', () => {
  it('answers; its figures are those of the last result', async () => {
    using made = fakeAgent('claude', [{ transcript: 'claude-stream-1', write: { 'hello.txt': 'hi\n' } }]);
    expect(await made.go()).toMatchObject({
      ok: true,
      text: 'Done: fake final answer.',
      finish: 'stop',
      servedModel: 'claude-sonnet-5-5',
      reportedUsd: '0.00884',
      usage: { inputUncached: 2400, cacheRead: 10000, cacheWrite5m: 600, cacheWrite1h: 0, output: 154, reasoning: 0 },
      requestId: 'req_fake_2',
      notes: [],
    });
    expect(readFileSync(path.join(made.folder, 'hello.txt'), 'utf8')).toBe('hi\n');
  });

  it('is started in the folder, with its own variables and no other key', async () => {
    using made = claude('claude-stream-1');
    await made.go({ system: 'Be brief.', effort: 'max', messages: [{ role: 'user', text: 'Say é.' }] });
    const [call] = made.fake.calls();
    expect(call).toMatchObject({ cwd: made.folder, input: 'Say é.' });
    expect(call?.args.join(' ')).toBe(
      '-p --output-format stream-json --verbose --model claude-sonnet-5-5 --effort max --permission-mode acceptEdits --disallowedTools WebFetch,WebSearch --setting-sources user --strict-mcp-config --no-session-persistence --append-system-prompt Be brief. --max-budget-usd 0.75',
    );
    const { ANTHROPIC_API_KEY, HOME, PATH, OPENAI_API_KEY, CODEX_API_KEY, GEMINI_API_KEY, TERCET_HOME } =
      call?.env ?? {};
    expect({ ANTHROPIC_API_KEY, HOME }).toEqual({ ANTHROPIC_API_KEY: 'sk-ant-test-0123456789', HOME: '/home/nobody' });
    expect([OPENAI_API_KEY, CODEX_API_KEY, GEMINI_API_KEY, TERCET_HOME].filter((value) => value !== undefined)).toEqual(
      [],
    );
    expect(PATH).not.toContain('relative');
  });

  it('on a login gets no key, and its turn is one call', async () => {
    using made = claude('claude-stream-1', 0, { billing: 'login' });
    expect(made.agent.billing).toBe('subscription');
    await made.go();
    const [call] = made.fake.calls();
    expect(call?.env.ANTHROPIC_API_KEY).toBeUndefined();
    expect(call?.args).not.toContain('--max-budget-usd');
  });

  it('that only reads has no tools that write, and the schema', async () => {
    using made = fakeAgent('claude', [{ transcript: 'claude-stream-1', answer: { verdict: 'yes', notes: [] } }]);
    expect(await made.go({ output: OUTPUT }, false)).toMatchObject({ ok: true, object: { verdict: 'yes', notes: [] } });
    const args = made.fake.calls()[0]?.args ?? [];
    expect(args[args.indexOf('--permission-mode') + 1]).toBe('dontAsk');
    expect(args[args.indexOf('--disallowedTools') + 1]).toContain('Edit,Write,NotebookEdit');
    expect(JSON.parse(args[args.indexOf('--json-schema') + 1] ?? '')).toEqual(SCHEMA);
  });

  it('that disobeyed the schema ends with success: there is no object', async () => {
    using made = claude('claude-json-schema-bad');
    expect(await made.go({ output: OUTPUT }, false)).toMatchObject({ ok: true, object: null, text: 'no json here' });
  });

  it('with a subagent has two results: the last one counts, with all models in it', async () => {
    using made = claude('claude-subagent', 0, { model: 'claude-code/claude-haiku-5-5' });
    expect(await made.go()).toMatchObject({
      ok: true,
      text: 'SUBPLAN',
      // The subagent's own model is not the one that served the turn.
      servedModel: 'claude-haiku-5-5',
      reportedUsd: '0.009578',
      usage: { inputUncached: 4800, cacheRead: 20000, cacheWrite5m: 1200, output: 308 },
    });
  });

  it('that was denied a tool says so', async () => {
    using made = claude('claude-denied');
    expect(await made.go()).toMatchObject({ ok: true, notes: ['Claude Code was denied 1 uses of Bash.'] });
  });

  it.each([
    ['claude-maxturns', '0.000246', 'Claude Code: Reached maximum number of turns (1).'],
    ['claude-budget', '0.00884', 'Claude Code: Reached maximum budget ($0.001).'],
  ])('that stops at a limit (%s) was cut, and is paid for', async (transcript, reportedUsd, note) => {
    using made = claude(transcript, 1);
    expect(await made.go()).toMatchObject({ ok: true, finish: 'length', reportedUsd, notes: [note] });
  });

  it.each([
    ['claude-error-400', 'bad-request', 'Claude Code: API Error: 400 fake failure'],
    ['claude-error-401', 'bad-key', 'log in with `claude /login`'],
    ['claude-error-529', 'overloaded', 'API Error: 529 fake failure'],
  ])('that failed with success (%s) has failed: %s', async (transcript, kind, message) => {
    using made = claude(transcript, 1);
    const result = await made.go();
    expect(result).toMatchObject({ ok: false, kind, billed: 'no', usage: null, reportedUsd: '0' });
    expect(result).toMatchObject({ message: expect.stringContaining(message) });
  });

  it('that works in another folder is ended', async () => {
    using made = fakeAgent('claude', [{ transcript: 'claude-stream-1', cwd: '/elsewhere', hang: true }]);
    expect(await made.go()).toMatchObject({
      ok: false,
      kind: 'bad-request',
      message: expect.stringContaining('/elsewhere'),
    });
  });
});

describe('Codex', () => {
  it('answers; its input includes what was cached', async () => {
    using made = fakeAgent('codex', [{ transcript: 'codex-exec-1' }]);
    expect(await made.go({ effort: 'high' })).toMatchObject({
      ok: true,
      text: 'Done: fake final answer.',
      servedModel: null,
      reportedUsd: null,
      usage: { inputUncached: 4000, cacheRead: 10000, cacheWrite5m: 0, cacheWrite1h: 0, output: 240, reasoning: 128 },
    });
    const [call] = made.fake.calls();
    expect(call?.args.slice(0, -1).join(' ')).toBe(
      `exec --json --ephemeral --skip-git-repo-check --sandbox workspace-write --cd ${made.folder} --model gpt-6.1-sol --config model_reasoning_effort="high"`,
    );
    expect(call?.input).toBe('You implement tasks.\n\nDo the task.');
    expect(call?.env.CODEX_API_KEY).toBe('sk-codex-test-0123456789');
    expect(call?.env.OPENAI_API_KEY).toBeUndefined();
  });

  it('that only reads is in its read-only sandbox, with the schema in a file that is gone after', async () => {
    using made = fakeAgent('codex', [{ transcript: 'codex-exec-2' }]);
    expect(await made.go({ output: OUTPUT }, false)).toMatchObject({
      ok: true,
      object: { verdict: 'approve', issues: [] },
      usage: { inputUncached: 2000, cacheRead: 5000, output: 120, reasoning: 64 },
    });
    const args = made.fake.calls()[0]?.args ?? [];
    expect(args).toContain('read-only');
    const file = args[args.indexOf('--output-schema') + 1] ?? '';
    expect(path.isAbsolute(file)).toBe(true);
    expect(() => readFileSync(file)).toThrow('ENOENT');
  });

  it('that counts nothing has no usage, not zero', async () => {
    using made = fakeAgent('codex', [{ transcript: 'codex-review' }]);
    expect(await made.go()).toMatchObject({ ok: true, usage: null });
  });

  it('that only tries to connect is ended', async () => {
    using made = fakeAgent('codex', [{ transcript: 'codex-err', hang: true }]);
    expect(await made.go()).toMatchObject({ ok: false, kind: 'network', billed: 'no' });
  });

  it('whose turn failed has failed', async () => {
    const failed = { type: 'turn.failed', error: { message: 'unexpected status 401 Unauthorized' } };
    using made = fakeAgent('codex', [{ lines: [{ type: 'turn.started' }, failed], exit: 1 }]);
    expect(await made.go()).toMatchObject({ ok: false, kind: 'bad-key', billed: 'no' });
  });
});

describe('Cursor', () => {
  it('answers; its input leaves out what was cached', async () => {
    using made = fakeAgent('cursor', [{ transcript: 'cursor-stream-json' }]);
    expect(await made.go()).toMatchObject({
      ok: true,
      text: 'Created hello.txt.',
      servedModel: 'composer-2.5',
      requestId: 'req-1',
      reportedUsd: null,
      usage: { inputUncached: 11662, cacheRead: 23408, cacheWrite5m: 0, output: 149, reasoning: null },
    });
    const [call] = made.fake.calls();
    expect(call?.args.slice(0, -1).join(' ')).toBe(
      '-p --output-format stream-json --trust --model composer-2.5 --force',
    );
    expect(call?.args.at(-1)).toBe('You implement tasks.\n\nDo the task.');
  });

  it('that only reads asks, and has the schema in words', async () => {
    using made = fakeAgent('cursor', [{ transcript: 'cursor-stream-json', answer: { verdict: 'no', notes: [] } }]);
    expect(await made.go({ output: OUTPUT }, false)).toMatchObject({ ok: true, object: { verdict: 'no', notes: [] } });
    const args = made.fake.calls()[0]?.args ?? [];
    expect(args).not.toContain('--force');
    expect(args.at(-1)).toContain(JSON.stringify(SCHEMA));
  });

  it('of an old build has no usage', async () => {
    const result = { type: 'result', subtype: 'success', is_error: false, result: 'Done.' };
    using made = fakeAgent('cursor', [{ lines: [result] }]);
    expect(await made.go()).toMatchObject({ ok: true, usage: null, servedModel: null });
  });

  it('that fails may have no result, only words on stderr', async () => {
    using made = fakeAgent('cursor', [{ stderr: 'Error: Authentication required. Please run login.', exit: 1 }]);
    expect(await made.go()).toMatchObject({ ok: false, kind: 'bad-key', billed: 'no' });
  });

  it('is not given a prompt that no argument can hold', async () => {
    using made = fakeAgent('cursor', []);
    const messages = [{ role: 'user' as const, text: 'x'.repeat(200_000) }];
    expect(await made.go({ messages })).toMatchObject({ ok: false, kind: 'too-long', billed: 'no' });
  });
});
