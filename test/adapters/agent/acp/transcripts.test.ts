import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildCatalogue, findPrice } from '../../../../src/pricing/catalogue.ts';
import { costOf } from '../../../../src/pricing/cost.ts';
import { ok, SCHEMA } from '../../../ports/agent.contract.ts';
import { fakeAcp } from './setup.ts';

const read = (folder: string, file: string) => readFileSync(path.join(folder, file), 'utf8');

describe('opencode', () => {
  it('writes through the door once it was allowed, for once; its cost is what it last said', async () => {
    using made = fakeAcp('opencode');
    const answer = ok(await made.go());
    expect(answer).toMatchObject({
      text: 'Done: fake final answer.',
      finish: 'stop',
      reportedUsd: '0.00596',
      // It counts its last step only, and this turn had two.
      usage: null,
      servedModel: null,
      requestId: 'ses_dfcecec60ffe2nvOwM5mq37xfb',
      notes: [],
    });
    expect(read(made.folder, 'oc.txt')).toBe('from opencode\n');
    expect(made.fake.words().find(({ answered }) => answered === 0)?.result).toEqual({
      outcome: { outcome: 'selected', optionId: 'once' },
    });
    const [call] = made.fake.calls();
    expect(call?.args).toEqual(['acp', '--cwd', made.folder]);
    expect(call?.env).toMatchObject({
      OPENCODE_DISABLE_PROJECT_CONFIG: '1',
      OPENCODE_PERMISSION: expect.stringContaining('"edit":"ask"'),
    });
    expect(made.sent('session/new')).toEqual([{ cwd: made.folder, mcpServers: [] }]);
    const [hello] = made.sent('initialize');
    expect(hello).toMatchObject({
      protocolVersion: 1,
      clientCapabilities: { fs: { readTextFile: true, writeTextFile: true }, terminal: false },
      clientInfo: { name: 'tercet', version: '0.0.0-test' },
    });
  });

  it('of a turn without tools counts all of it: thinking apart from its output, input without what was cached', async () => {
    using made = fakeAcp('opencode', [{ acp: 'acp-opencode-plain' }]);
    expect(ok(await made.go())).toMatchObject({
      usage: { inputUncached: 2000, cacheRead: 5000, cacheWrite5m: 0, output: 120, reasoning: 64 },
    });
  });

  it('is set to the model that was asked for, and to its mode for reading', async () => {
    using made = fakeAcp('opencode', [{}], { model: 'opencode/fake/big' });
    await made.go({}, false);
    expect(made.sent('session/set_config_option').map(({ configId, value }) => [configId, value])).toEqual([
      ['model', 'fake/big'],
      ['mode', 'plan'],
    ]);
  });

  it('without the model that was asked for has failed before any call, and says what it has', async () => {
    using made = fakeAcp('opencode', [{}], { model: 'opencode/fake/none' });
    expect(await made.go()).toMatchObject({
      ok: false,
      kind: 'unknown-model',
      billed: 'no',
      message: expect.stringMatching(/^opencode: has no model fake\/none; it has .*fake\/big, fake\/fast/),
    });
    expect(made.sent('session/prompt')).toEqual([]);
  });
});

describe('Gemini CLI', () => {
  it('reads and writes through the door; its thinking is counted nowhere, so its price is an estimate', async () => {
    using made = fakeAcp('gemini-cli');
    expect(ok(await made.go())).toMatchObject({
      text: 'Done: fake final answer.',
      usage: { inputUncached: 14_000, cacheRead: 0, output: 112, reasoning: null },
      partial: true,
      reportedUsd: null,
      servedModel: 'gemini-3.8-flash',
    });
    expect(read(made.folder, 'gem.txt')).toBe('from gemini\n');
    expect(made.fake.words().find(({ answered }) => answered === 0)?.result, 'a file that is not there').toEqual({
      content: '',
    });
    expect(made.sent('authenticate')).toEqual([{ methodId: 'gemini-api-key' }]);
    expect(made.fake.calls()[0]?.args).toEqual(['--acp', '--model', 'gemini-3.8-flash']);
    expect(made.sent('session/set_model').map(({ modelId }) => modelId)).toEqual(['gemini-3.8-flash']);
    const { GEMINI_API_KEY, ANTHROPIC_API_KEY } = made.fake.calls()[0]?.env ?? {};
    expect([GEMINI_API_KEY, ANTHROPIC_API_KEY]).toEqual(['gemini-test-0123456789', undefined]);
  });

  it('on its login is given no key and not asked to authenticate', async () => {
    using made = fakeAcp('gemini-cli', [{}], { billing: 'login' });
    expect(made.agent.billing).toBe('subscription');
    await made.go();
    expect(made.sent('authenticate')).toEqual([]);
    expect(made.fake.calls()[0]?.env.GEMINI_API_KEY).toBeUndefined();
  });
});

describe('claude-agent-acp', () => {
  it('is told to ask, and to take the model behind an alias; its tokens at our prices are what it reports', async () => {
    using made = fakeAcp('claude-acp');
    const answer = ok(await made.go());
    expect(answer).toMatchObject({
      text: 'Done: fake final answer.',
      // Of all models of the turn: the turn’s own figures leave out a side call that was billed.
      usage: { inputUncached: 3600, cacheRead: 15_000, cacheWrite5m: 900, output: 231, reasoning: 0 },
      reportedUsd: '0.000738',
      servedModel: 'claude-haiku-5-5',
    });
    const price = findPrice(buildCatalogue([]), 'anthropic/claude-haiku-5-5', '2026-11-22');
    if (price === null || answer.usage === null) throw new Error('no price, or no usage');
    expect(costOf(answer.usage, price)).toBe(answer.reportedUsd);
    expect(made.sent('session/set_config_option').map(({ configId, value }) => [configId, value])).toEqual([
      ['model', 'haiku'],
      ['effort', 'low'],
      ['mode', 'default'],
    ]);
  });

  it('is told to leave the repository’s settings alone, and to make no calls that it does not count', async () => {
    using made = fakeAcp('claude-acp');
    await made.go();
    expect(made.fake.calls()[0]?.env.CLAUDE_CODE_ENABLE_PROMPT_SUGGESTION).toBe('false');
    expect(made.sent('session/new')[0]).toMatchObject({
      _meta: { claudeCode: { options: { settingSources: ['user'] } } },
    });
  });

  it('in a mode that asks nothing works by itself', async () => {
    using made = fakeAcp('claude-acp', [{ acp: 'acp-claude', write: { 'cc.txt': 'from claude acp\n' } }]);
    expect(ok(await made.go())).toMatchObject({ text: 'Done: fake final answer.', reportedUsd: '0.000738' });
  });
});

describe('codex-acp', () => {
  it('answers; its input leaves out what was cached, its output holds the thinking, and a side call is uncounted', async () => {
    using made = fakeAcp('codex-acp', [{}], {});
    expect(ok(await made.go({ effort: 'high' }))).toMatchObject({
      text: 'Done: fake final answer.',
      usage: { inputUncached: 4000, cacheRead: 10_000, cacheWrite5m: 0, output: 240, reasoning: 128 },
      partial: true,
      reportedUsd: null,
      servedModel: 'gpt-6.1-sol',
    });
    expect(made.sent('authenticate')).toEqual([{ methodId: 'api-key' }]);
    expect(made.sent('session/set_config_option').map(({ configId, value }) => [configId, value])).toEqual([
      ['reasoning_effort', 'high'],
      ['mode', 'workspace-write'],
    ]);
  });

  it('that only reads is put into its read-only mode, whatever became of its own sandbox', async () => {
    using made = fakeAcp('codex-acp', [{ acp: 'acp-codex' }]);
    expect(ok(await made.go({}, false))).toMatchObject({ usage: { output: 240 } });
    expect(made.sent('session/set_config_option').at(-1)).toMatchObject({ configId: 'mode', value: 'read-only' });
  });
});

describe('agents known from their documentation', () => {
  it('Cursor logs in, has its questions answered, and is set to the model and mode', async () => {
    using made = fakeAcp('cursor-acp');
    const answer = ok(await made.go());
    expect(answer).toMatchObject({ text: 'Created cu.txt.', usage: null, reportedUsd: null, servedModel: null });
    expect(answer.notes).toEqual(['Cursor (ACP) was refused: an answer to its question.']);
    expect(made.sent('authenticate')).toEqual([{ methodId: 'cursor_login' }]);
    expect(made.sent('initialize')[0]).toMatchObject({
      clientCapabilities: { _meta: { parameterizedModelPicker: true } },
    });
    const outcomes = made.fake.words().flatMap(({ answered, result }) => (answered === undefined ? [] : [result]));
    expect(outcomes).toEqual([
      { outcome: { outcome: 'skipped', reason: expect.any(String) } },
      { outcome: { outcome: 'accepted' } },
      { outcome: { outcome: 'selected', optionId: 'allow-once' } },
    ]);
    expect(made.sent('session/set_config_option').map(({ value }) => value)).toEqual(['composer-2.5']);
  });

  it('Cursor that only reads is in its mode for asking, and its plan is rejected', async () => {
    using made = fakeAcp('cursor-acp');
    await made.go({}, false);
    expect(made.sent('session/set_config_option').at(-1)).toMatchObject({ value: 'ask' });
    expect(made.fake.words().find(({ answered }) => answered === 101)?.result).toMatchObject({
      outcome: { outcome: 'rejected' },
    });
  });

  it('Copilot has its model and effort as arguments', async () => {
    using made = fakeAcp('copilot');
    expect(ok(await made.go({ effort: 'max' }))).toMatchObject({ text: 'Created co.txt.', usage: null });
    expect(made.fake.calls()[0]?.args.join(' ')).toBe('--acp --stdio --model gpt-6.1-sol --effort max');
  });

  it('goose has its provider and model in its environment, and the key of that provider alone', async () => {
    using made = fakeAcp('goose');
    expect(ok(await made.go())).toMatchObject({
      text: 'Created go.txt.',
      usage: { inputUncached: 5000, cacheRead: 0, output: 200, reasoning: null },
    });
    const { GOOSE_PROVIDER, GOOSE_MODEL, GOOSE_MODE, ANTHROPIC_API_KEY, OPENAI_API_KEY } =
      made.fake.calls()[0]?.env ?? {};
    expect([GOOSE_PROVIDER, GOOSE_MODEL, GOOSE_MODE]).toEqual(['anthropic', 'claude-haiku-5-5', 'approve']);
    expect([ANTHROPIC_API_KEY, OPENAI_API_KEY]).toEqual(['sk-ant-test-0123456789', undefined]);
  });

  it('Qwen Code writes through the door', async () => {
    using made = fakeAcp('qwen-code');
    expect(ok(await made.go())).toMatchObject({ text: 'Created qw.txt.' });
    expect(read(made.folder, 'qw.txt')).toBe('from qwen\n');
  });
});

describe('any of them', () => {
  it('gets the whole turn as one prompt, with the schema in words', async () => {
    using made = fakeAcp('codex-acp', [{ answer: { verdict: 'yes', notes: [] } }]);
    const answer = ok(await made.go({ output: { name: 'answer', schema: SCHEMA } }, false));
    expect(answer.object).toEqual({ verdict: 'yes', notes: [] });
    const [prompt] = made.sent('session/prompt');
    expect(JSON.stringify(prompt)).toContain('You implement tasks.');
    expect(JSON.stringify(prompt)).toContain(JSON.stringify(JSON.stringify(SCHEMA)).slice(1, -1));
  });

  it('takes its last message for the answer, and the object from anywhere', async () => {
    using made = fakeAcp('opencode', [
      { answer: 'I am done.', asks: [{ sessionUpdate: 'agent_message_chunk', content: { text: '{"verdict":"no"}' } }] },
    ]);
    const answer = ok(await made.go({ output: { name: 'answer', schema: SCHEMA } }, false));
    expect(answer).toMatchObject({ text: 'I am done.', object: { verdict: 'no' } });
  });

  it('that is left at its own model does not vouch for it', async () => {
    using made = fakeAcp('claude-acp', [{}], { model: 'claude-acp/default' });
    expect(ok(await made.go())).toMatchObject({ servedModel: null });
    expect(made.sent('session/set_config_option').map(({ configId }) => configId)).not.toContain('model');
  });

  it('writes nothing where there is no folder', async () => {
    using made = fakeAcp('opencode');
    const signal = new AbortController().signal;
    const { aTurn } = await import('../../../ports/turn.ts');
    expect(ok(await made.agent.turn(aTurn(), { signal })).notes?.[0]).toContain('this role only reads');
    expect(existsSync(path.join(made.folder, 'oc.txt'))).toBe(false);
    expect(made.sent('initialize')[0]).toMatchObject({
      clientCapabilities: { fs: { readTextFile: false, writeTextFile: false }, terminal: false },
    });
  });
});
