import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { ProviderKind } from '../../../../src/adapters/agent/model/settings.ts';
import type { TurnFailure, TurnResult } from '../../../../src/ports/agent.ts';
import { aTurn, expectSane, ok, READ_TOOL, SCHEMA } from '../../../ports/agent.contract.ts';
import type { Fault, Reply } from '../../../support/model-server/server.ts';
import { agentOn, KEY, KINDS, live, withServer } from './setup.ts';

/** For the tests that wait for one of them; the others have the defaults, however slow the machine. */
const DEADLINES = { firstChunkMs: 400, idleMs: 250, totalMs: 5000 };
const TEXT = 'A sentence of the answer. '.repeat(60);

/** The outcome of one turn against one reply; exactly one request was made for it. */
async function outcome(
  kind: ProviderKind,
  reply: Reply,
  given: Parameters<typeof agentOn>[2] = {},
): Promise<TurnResult> {
  return withServer([reply], async (server) => {
    const result = await agentOn(server, kind, given).turn(aTurn(), live());
    expect(server.log).toHaveLength(1);
    if (!result.ok) expectSane(result.usage);
    return result;
  });
}

async function failure(kind: ProviderKind, reply: Reply, given?: Parameters<typeof agentOn>[2]): Promise<TurnFailure> {
  const result = await outcome(kind, reply, given);
  if (result.ok) throw new Error(`expected a failure, got: ${result.text.slice(0, 100)}`);
  return result;
}

function status(code: number, body?: unknown, headers?: Record<string, string>): Reply {
  return {
    fault: { kind: 'status', status: code, ...(body === undefined ? {} : { body }), ...(headers ? { headers } : {}) },
  };
}

const say = (message: string, extra: object = {}) => ({ error: { message, type: 'error', ...extra } });

describe('a refused request costs nothing and says what to do', () => {
  const rows: [string, ProviderKind, Reply, Partial<TurnFailure>][] = [
    [
      '429 with seconds',
      'anthropic',
      status(429, undefined, { 'retry-after': '1' }),
      { kind: 'rate-limit', retryAfterMs: 1000 },
    ],
    [
      '429 with an hour',
      'openai',
      status(429, undefined, { 'retry-after': '3600' }),
      { kind: 'rate-limit', retryAfterMs: 3_600_000 },
    ],
    [
      '429 with milliseconds',
      'openai',
      status(429, undefined, { 'retry-after-ms': '250' }),
      { kind: 'rate-limit', retryAfterMs: 250 },
    ],
    ['429 that says nothing', 'openai-compatible', status(429), { kind: 'rate-limit', retryAfterMs: null }],
    [
      '429 of Google with a delay',
      'google',
      status(429, {
        error: {
          code: 429,
          message: 'You exceeded your current quota',
          status: 'RESOURCE_EXHAUSTED',
          details: [{ retryDelay: '34s' }],
        },
      }),
      { kind: 'rate-limit', retryAfterMs: 34_000 },
    ],
    [
      '429 quota exhausted',
      'openai',
      status(429, say('You exceeded your current quota', { code: 'insufficient_quota' })),
      { kind: 'quota' },
    ],
    [
      '400 credit balance',
      'anthropic',
      status(400, {
        type: 'error',
        error: { type: 'invalid_request_error', message: 'Your credit balance is too low' },
      }),
      { kind: 'quota' },
    ],
    ['402', 'openai-compatible', status(402, say('Insufficient credits')), { kind: 'quota' }],
    ['529', 'anthropic', status(529), { kind: 'overloaded' }],
    ['500', 'openai', status(500), { kind: 'overloaded' }],
    [
      '503 with a page',
      'google',
      status(503, '<html>busy</html>', { 'content-type': 'text/html', 'retry-after': '2' }),
      { kind: 'overloaded', retryAfterMs: 2000 },
    ],
    [
      'context overflow, Anthropic',
      'anthropic',
      status(400, say('prompt is too long: 210000 tokens > 200000 maximum')),
      { kind: 'too-long' },
    ],
    [
      'context overflow, OpenAI',
      'openai',
      status(400, say('Too long.', { code: 'context_length_exceeded' })),
      { kind: 'too-long' },
    ],
    [
      'context overflow, Google',
      'google',
      status(400, {
        error: {
          code: 400,
          message: 'The input token count exceeds the maximum number of tokens allowed',
          status: 'INVALID_ARGUMENT',
        },
      }),
      { kind: 'too-long' },
    ],
    ['413', 'anthropic', status(413), { kind: 'too-long' }],
    [
      'unknown model',
      'anthropic',
      status(404, { type: 'error', error: { type: 'not_found_error', message: 'model: claude-nope' } }),
      { kind: 'unknown-model' },
    ],
    [
      'unknown model as 400',
      'openai-compatible',
      status(400, say('The model `nope` does not exist')),
      { kind: 'unknown-model' },
    ],
    ['401', 'openai', status(401, say('Incorrect API key provided')), { kind: 'bad-key' }],
    ['403', 'anthropic', status(403), { kind: 'bad-key' }],
    [
      'bad key as 400',
      'google',
      status(400, { error: { code: 400, message: 'API key not valid.', status: 'INVALID_ARGUMENT' } }),
      { kind: 'bad-key' },
    ],
    ['other 400', 'openai', status(400, say('Unknown parameter')), { kind: 'bad-request' }],
    ['a redirect', 'openai', status(307, '', { location: 'https://elsewhere.example/v1' }), { kind: 'bad-request' }],
  ];
  it.each(rows)('%s (%s)', async (_name, kind, reply, expected) => {
    const failed = await failure(kind, reply);
    expect(failed).toMatchObject({ ok: false, billed: 'no', usage: null, retryAfterMs: null, ...expected });
    expect(failed.requestId).toBe('req_000000');
    expect(failed.message).not.toBe('');
  });

  it('reads a date in retry-after', async () => {
    const at = new Date(Date.now() + 90_000).toUTCString();
    const { retryAfterMs } = await failure('anthropic', status(429, undefined, { 'retry-after': at }));
    expect(retryAfterMs).toBeGreaterThan(80_000);
    expect(retryAfterMs).toBeLessThanOrEqual(90_000);
  });

  it('cannot say what a gateway timeout costs', async () => {
    expect(await failure('openai', status(504))).toMatchObject({ kind: 'overloaded', billed: 'maybe' });
  });

  it('does not ask without a key', async () => {
    await withServer([{ text: 'x' }], async (server) => {
      const agent = agentOn(server, 'anthropic', { provider: { apiKey: null } });
      expect(await agent.turn(aTurn(), live())).toMatchObject({ kind: 'bad-key', billed: 'no' });
      expect(server.log).toHaveLength(0);
    });
  });
});

describe.each(KINDS)('a stream that goes wrong: %s', (kind) => {
  const run = (fault: Fault) => failure(kind, { text: TEXT, fault });
  const short = (fault: Fault) => failure(kind, { text: TEXT, fault }, { deadlines: DEADLINES });

  it('error event first: as an overload', async () => {
    expect(await run({ kind: 'error-event', when: 'first' })).toMatchObject({ kind: 'overloaded', billed: 'no' });
  });

  it('error event in the middle: what came is discarded, and billed', async () => {
    expect(await run({ kind: 'error-event', when: 'middle' })).toMatchObject({ kind: 'overloaded', billed: 'yes' });
  });

  it('disconnect in the middle', async () => {
    expect(await run({ kind: 'disconnect' })).toMatchObject({ kind: 'network', billed: 'yes' });
  });

  it('disconnect before the first byte', async () => {
    expect(await run({ kind: 'disconnect', afterBytes: 0 })).toMatchObject({ kind: 'network', billed: 'maybe' });
  });

  it('a clean end without the stop event is no answer', async () => {
    expect(await run({ kind: 'no-stop' })).toMatchObject({ kind: 'cut-off', billed: 'yes' });
  });

  it('stall in the middle', async () => {
    expect(await short({ kind: 'stall' })).toMatchObject({ kind: 'stalled', billed: 'yes' });
  });

  it('pings alone are no sign of life', async () => {
    expect(await short({ kind: 'pings' })).toMatchObject({ kind: 'stalled', billed: 'maybe' });
  });

  it('silence before the first byte', async () => {
    expect(await failure(kind, { text: 'late', delayMs: 2000 }, { deadlines: DEADLINES })).toMatchObject({
      kind: 'stalled',
      billed: 'maybe',
    });
  });

  it('bad JSON in the stream', async () => {
    expect(await run({ kind: 'bad-json' })).toMatchObject({ kind: 'garbled', billed: 'yes' });
  });

  it('a page instead of a stream', async () => {
    expect(await run({ kind: 'html' })).toMatchObject({ kind: 'garbled', billed: 'maybe' });
  });

  it('output without end is stopped', async () => {
    const failed = await run({ kind: 'huge' });
    expect(failed).toMatchObject({ kind: 'too-large', billed: 'yes' });
  });

  it('a refusal is never success', async () => {
    expect(await failure(kind, { text: 'I cannot help.', stop: 'refusal' })).toMatchObject({
      kind: 'refused',
      billed: 'yes',
      usage: { inputUncached: expect.any(Number) },
    });
    expect(await failure(kind, { text: '', stop: 'content-filter' })).toMatchObject({ kind: 'refused' });
  });

  it('empty content is a failure with its usage', async () => {
    expect(await failure(kind, { text: '' })).toMatchObject({ kind: 'empty', billed: 'yes', usage: { output: 0 } });
  });

  it('an answer cut by its length is an answer that says so, without its tool calls', async () => {
    const cut = ok(await outcome(kind, { text: 'half of', stop: 'length' }));
    expect(cut).toMatchObject({ finish: 'length', text: 'half of', toolCalls: [] });
    const calls = [{ name: 'read_file', input: { path: 'a.txt' } }];
    expect(ok(await outcome(kind, { text: 'x', toolCalls: calls, stop: 'length' })).toolCalls).toEqual([]);
  });

  it('tool calls without the stop reason for them are not handed out', async () => {
    if (kind === 'google' || kind === 'openai') return; // there the reason follows from the calls
    const reply: Reply = { text: 'x', toolCalls: [{ name: 'read_file', input: { path: 'a' } }], stop: 'stop' };
    expect(ok(await outcome(kind, reply))).toMatchObject({ finish: 'stop', toolCalls: [] });
  });
});

describe('tool calls', () => {
  const turn = aTurn({ tools: [READ_TOOL] });

  it.each(['anthropic', 'openai', 'openai-compatible'] as const)(
    '%s: malformed arguments are said to be so',
    async (kind) => {
      const reply: Reply = { toolCalls: [{ name: 'read_file', input: '{"path": "a.t' }] };
      await withServer([reply, { text: 'sorry' }], async (server) => {
        const agent = agentOn(server, kind);
        const first = ok(await agent.turn(turn, live()));
        const [call] = first.toolCalls;
        expect(first.toolCalls).toEqual([expect.objectContaining({ input: null, malformed: '{"path": "a.t' })]);
        const again = aTurn({
          tools: [READ_TOOL],
          messages: [
            { role: 'user', text: 'go' },
            { role: 'assistant', text: '', toolCalls: first.toolCalls, raw: first.raw },
            { role: 'tool', results: [{ id: call?.id ?? '', name: 'read_file', text: 'not JSON', isError: true }] },
          ],
        });
        expect(ok(await agent.turn(again, live())).text).toBe('sorry');
      });
    },
  );

  it.each(KINDS)('%s: a repeated id gets an id of its own', async (kind) => {
    const call = { name: 'read_file', input: { path: 'a' }, id: 'toolu_same' };
    await withServer([{ toolCalls: [call, call] }], async (server) => {
      const used = aTurn({
        tools: [READ_TOOL],
        messages: [
          { role: 'user', text: 'go' },
          {
            role: 'assistant',
            text: '',
            toolCalls: [{ id: 'toolu_same', name: 'read_file', input: {}, malformed: null }],
            raw: null,
          },
          { role: 'tool', results: [{ id: 'toolu_same', name: 'read_file', text: 'a', isError: false }] },
        ],
      });
      const ids = ok(await agentOn(server, kind).turn(used, live())).toolCalls.map(({ id }) => id);
      expect(new Set([...ids, 'toolu_same']).size).toBe(3);
    });
  });
});

describe('what a broken call has cost', () => {
  it('keeps the input that message_start told, and estimates the output that came', async () => {
    await withServer([{ text: TEXT, fault: { kind: 'no-stop' } }], async (server) => {
      const result = await agentOn(server, 'anthropic').turn(aTurn(), live());
      expect(result).toMatchObject({
        ok: false,
        servedModel: 'anthropic/claude-haiku-5-5',
        usage: { inputUncached: server.log[0]?.usage?.inputUncached, output: Math.ceil(TEXT.length / 4) },
      });
    });
  });

  it('is nothing when nobody listens', async () => {
    const socket = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => socket.once('listening', resolve));
    const { port } = socket.address() as { port: number };
    await new Promise((resolve) => socket.close(resolve));
    const agent = agentOn({ url: `http://127.0.0.1:${port}` }, 'anthropic');
    expect(await agent.turn(aTurn(), live())).toMatchObject({ kind: 'network', billed: 'no' });
  });

  it('is for sure when it is cancelled after output began', async () => {
    await withServer([{ text: TEXT, fault: { kind: 'stall' } }], async (server) => {
      const controller = new AbortController();
      const result = await agentOn(server, 'openai').turn(aTurn(), {
        signal: controller.signal,
        onProgress: () => controller.abort(),
      });
      expect(result).toMatchObject({ kind: 'cancelled', billed: 'yes' });
    });
  });

  it('ends although the transport ignores the signal', async () => {
    const event = 'data: {"id":"x","model":"m","choices":[{"index":0,"delta":{"content":"hi"}}]}\n\n';
    const deaf = new ReadableStream({ start: (controller) => controller.enqueue(Buffer.from(event)) });
    const fetch = async () => new Response(deaf, { headers: { 'content-type': 'text/event-stream' } });
    const agent = agentOn({ url: 'http://127.0.0.1:1' }, 'openai-compatible', { fetch, deadlines: DEADLINES });
    expect(await agent.turn(aTurn(), live())).toMatchObject({ kind: 'stalled', billed: 'yes' });
  });

  it('ends at the total deadline although output keeps coming', async () => {
    const deadlines = { firstChunkMs: 5000, idleMs: 5000, totalMs: 200 };
    const failed = await failure('openai', { text: TEXT, fault: { kind: 'stall' } }, { deadlines });
    expect(failed).toMatchObject({ kind: 'stalled', message: expect.stringContaining('0.2 s') });
  });
});

describe('keys', () => {
  it.each(KINDS)('%s: never in a message, even when the provider echoes them', async (kind) => {
    const echo = status(
      401,
      say(`Incorrect key ${KEY}; header was Bearer ${KEY}, other sk-proj-AbCdEf123456 AIzaSyA1234567890abc`),
    );
    const { message } = await failure(kind, echo);
    expect(message).toContain('[key]');
    for (const secret of [KEY, 'sk-proj-AbCdEf123456', 'AIzaSyA1234567890abc']) expect(message).not.toContain(secret);
  });
});

it('parses a structured answer whatever the model puts around it', async () => {
  await withServer([{ text: 'Here: {"verdict":"no","notes":["{"]} done' }], async (server) => {
    const turn = aTurn({ output: { name: 'answer', schema: SCHEMA } });
    expect(ok(await agentOn(server, 'anthropic').turn(turn, live())).object).toEqual({ verdict: 'no', notes: ['{'] });
  });
});
