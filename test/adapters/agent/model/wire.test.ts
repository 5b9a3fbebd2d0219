import { describe, expect, it } from 'vitest';
import type { Effort } from '../../../../src/contract/role.ts';
import type { TurnAnswer, TurnMessage } from '../../../../src/ports/agent.ts';
import { aTurn, ok, READ_TOOL, SCHEMA } from '../../../ports/agent.contract.ts';
import { agentOn, KEY, KINDS, live, withServer } from './setup.ts';

type Json = Record<string, unknown>;

const LONG = 'A rule that every task keeps. '.repeat(400);

function bodyOf(server: { log: { body: unknown }[] }, index: number): Json {
  return server.log[index]?.body as Json;
}

/** A second round: the assistant's message handed back with a result for each call. */
function roundTwo(first: TurnAnswer, user: string): TurnMessage[] {
  return [
    { role: 'user', text: user },
    { role: 'assistant', text: first.text, toolCalls: first.toolCalls, raw: JSON.parse(JSON.stringify(first.raw)) },
    { role: 'tool', results: first.toolCalls.map(({ id, name }) => ({ id, name, text: 'file text', isError: false })) },
  ];
}

describe('tokens equal what the provider bills, call by call', () => {
  it.each(KINDS)('%s', async (kind) => {
    const replies = [
      { text: 'first' },
      { text: 'second', thinking: 'let me think about that' },
      { object: { verdict: 'yes', notes: [] } },
    ];
    await withServer(replies, async (server) => {
      const agent = agentOn(server, kind);
      const messages: TurnMessage[] = [{ role: 'user', text: LONG, cache: true }];
      const usages = [];
      for (const extra of ['a', 'b', 'c']) {
        const turn = aTurn({
          system: LONG,
          messages: [...messages, { role: 'user', text: `task ${extra}` }],
          output: extra === 'c' ? { name: 'answer', schema: SCHEMA } : null,
        });
        usages.push(ok(await agent.turn(turn, live())).usage);
      }
      expect(usages).toEqual(server.log.map(({ usage }) => usage));
      if (kind !== 'google') expect(usages[1]?.cacheRead).toBeGreaterThan(1024);
      if (kind === 'anthropic') expect(usages[0]?.cacheWrite5m).toBeGreaterThan(1024);
    });
  });

  it('splits Anthropic cache writes by lifetime', async () => {
    await withServer([{ text: 'one' }, { text: 'two' }], async (server) => {
      const agent = agentOn(server, 'anthropic', { cacheTtl: '1h' });
      const first = ok(await agent.turn(aTurn({ system: LONG }), live())).usage;
      expect(first).toMatchObject({ cacheWrite5m: 0, cacheWrite1h: expect.any(Number), cacheRead: 0 });
      const second = ok(await agent.turn(aTurn({ system: LONG }), live())).usage;
      expect(second).toMatchObject({ cacheRead: first?.cacheWrite1h, cacheWrite1h: 0 });
    });
  });

  it.each(KINDS)('%s: missing usage is null, never zero or NaN', async (kind) => {
    await withServer([{ text: 'an answer', usage: 'missing' }], async (server) => {
      expect(ok(await agentOn(server, kind).turn(aTurn(), live()))).toMatchObject({
        text: 'an answer',
        usage: null,
        finish: 'stop',
      });
    });
  });
});

describe('cache breakpoints', () => {
  it('marks the system text and at most three user messages, on a prefix that stays byte-identical', async () => {
    await withServer([{ text: 'one' }, { text: 'two' }], async (server) => {
      const agent = agentOn(server, 'anthropic');
      const prefix: TurnMessage[] = [1, 2, 3, 4].map((n) => ({ role: 'user', text: `block ${n}`, cache: true }));
      for (const task of ['first task', 'second task']) {
        await agent.turn(aTurn({ messages: [...prefix, { role: 'user', text: task }], tools: [READ_TOOL] }), live());
      }
      const [a, b] = [bodyOf(server, 0), bodyOf(server, 1)];
      const blocks = (body: Json) => (body.messages as { content: Json[] }[]).flatMap(({ content }) => content);
      expect((a.system as Json[]).at(-1)?.cache_control).toEqual({ type: 'ephemeral' });
      expect(blocks(a).map((block) => block.cache_control !== undefined)).toEqual([false, true, true, true, false]);
      const upTo = (body: Json) => JSON.stringify([body.tools, body.system, blocks(body).slice(0, 4)]);
      expect(upTo(a)).toBe(upTo(b));
    });
  });

  it('keeps the cache key of OpenAI stable over the calls of a role', async () => {
    await withServer([{ text: 'one' }, { text: 'two' }], async (server) => {
      const agent = agentOn(server, 'openai');
      await agent.turn(aTurn(), live());
      await agent.turn(aTurn({ messages: [{ role: 'user', text: 'other' }] }), live());
      expect(bodyOf(server, 0).prompt_cache_key).toMatch(/^tercet-[0-9a-f]{24}$/);
      expect(bodyOf(server, 1).prompt_cache_key).toBe(bodyOf(server, 0).prompt_cache_key);
      expect(bodyOf(server, 0).store).toBe(false);
    });
  });
});

describe('reasoning handed back', () => {
  it('returns Anthropic thinking with its signature, in its place before the tool call', async () => {
    const replies = [
      { thinking: 'I need the file.', text: 'Reading.', toolCalls: [{ name: 'read_file', input: { path: 'a.ts' } }] },
      { text: 'done' },
    ];
    await withServer(replies, async (server) => {
      const agent = agentOn(server, 'anthropic');
      const first = ok(await agent.turn(aTurn({ tools: [READ_TOOL], effort: 'high' }), live()));
      expect(first.text).toBe('Reading.');
      ok(await agent.turn(aTurn({ tools: [READ_TOOL], messages: roundTwo(first, 'Do the task.') }), live()));
      const [, assistant] = bodyOf(server, 1).messages as { content: Json[] }[];
      expect(assistant?.content.map(({ type }) => type)).toEqual(['thinking', 'text', 'tool_use']);
      // The server answers 400 to a signature it did not make.
      expect(server.log[1]?.status).toBe(200);
    });
  });

  it('returns OpenAI reasoning items encrypted', async () => {
    const replies = [
      { thinking: 'think', toolCalls: [{ name: 'read_file', input: { path: 'a.ts' } }] },
      { text: 'done' },
    ];
    await withServer(replies, async (server) => {
      const agent = agentOn(server, 'openai');
      const first = ok(await agent.turn(aTurn({ tools: [READ_TOOL] }), live()));
      ok(await agent.turn(aTurn({ tools: [READ_TOOL], messages: roundTwo(first, 'Do the task.') }), live()));
      const items = (bodyOf(server, 1).input as Json[]).map((item) => item.type ?? item.role);
      expect(items).toEqual(['developer', 'user', 'reasoning', 'function_call', 'function_call_output']);
      expect(bodyOf(server, 0).include).toEqual(['reasoning.encrypted_content']);
    });
  });

  it('returns Google thought signatures', async () => {
    const replies = [
      { thinking: 'think', toolCalls: [{ name: 'read_file', input: { path: 'a.ts' } }] },
      { text: 'done' },
    ];
    await withServer(replies, async (server) => {
      const agent = agentOn(server, 'google');
      const first = ok(await agent.turn(aTurn({ tools: [READ_TOOL] }), live()));
      ok(await agent.turn(aTurn({ tools: [READ_TOOL], messages: roundTwo(first, 'Do the task.') }), live()));
      expect(JSON.stringify(bodyOf(server, 1).contents)).toContain(Buffer.from('think').toString('base64'));
    });
  });

  it('does not hand one model the signatures of another', async () => {
    const replies = [
      { thinking: 'mine', toolCalls: [{ name: 'read_file', input: { path: 'a.ts' } }] },
      { text: 'done' },
    ];
    await withServer(replies, async (server) => {
      const first = ok(await agentOn(server, 'anthropic').turn(aTurn({ tools: [READ_TOOL] }), live()));
      const other = agentOn(server, 'openai');
      expect(ok(await other.turn(aTurn({ tools: [READ_TOOL], messages: roundTwo(first, 'x') }), live())).text).toBe(
        'done',
      );
      expect(JSON.stringify(bodyOf(server, 1))).not.toContain('mine');
    });
  });
});

describe('effort on the wire', () => {
  const sent = async (model: string, effort: Effort, maxOutputTokens = 16_000) => {
    const kind = model.split('/')[0] as 'anthropic' | 'openai' | 'google';
    return withServer([{ text: 'ok' }], async (server) => {
      ok(await agentOn(server, kind, { model }).turn(aTurn({ effort, maxOutputTokens }), live()));
      const { thinking, output_config, reasoning, generationConfig, max_tokens } = bodyOf(server, 0);
      return {
        thinking,
        effort: (output_config as Json)?.effort,
        reasoning,
        config: generationConfig as Json,
        max_tokens,
      };
    });
  };

  it('makes Claude 5.5 think adaptively', async () => {
    const high = await sent('anthropic/claude-haiku-5-5', 'high');
    expect(high).toMatchObject({ thinking: { type: 'adaptive' }, effort: 'high', max_tokens: 16_000 });
    expect((await sent('anthropic/claude-haiku-5-5', 'none')).thinking).toEqual({ type: 'disabled' });
    expect(await sent('anthropic/claude-opus-5-5', 'none')).toMatchObject({ effort: 'low' });
  });

  it('gives older Claude models a budget within the output limit, or nothing', async () => {
    const budget = await sent('anthropic/claude-sonnet-4-5', 'medium');
    expect(budget).toMatchObject({ thinking: { type: 'enabled', budget_tokens: 6400 }, max_tokens: 16_000 });
    expect((await sent('anthropic/claude-sonnet-4-5', 'high', 1500)).thinking).toBeUndefined();
    expect((await sent('anthropic/claude-3-haiku-20240307', 'high', 4000)).thinking).toBeUndefined();
  });

  it.each([
    ['openai/gpt-6.1-sol', 'none', { effort: 'low' }],
    ['openai/gpt-6.1-sol', 'high', { effort: 'high' }],
    ['openai/gpt-6.1-sol', 'max', { effort: 'max' }],
    ['openai/gpt-5', 'max', { effort: 'high' }],
    ['openai/gpt-5.1', 'none', { effort: 'none' }],
    ['openai/o3', 'none', { effort: 'low' }],
    ['openai/o3', 'max', { effort: 'high' }],
    ['openai/gpt-5-pro', 'low', { effort: 'high' }],
    ['openai/gpt-5.3-codex', 'none', { effort: 'low' }],
    ['openai/gpt-4o', 'high', undefined],
    ['openai/gpt-4.1-mini', 'medium', undefined],
    ['openai/gpt-5-chat-latest', 'medium', undefined],
  ] as const)('%s with effort %s', async (model, effort, reasoning) => {
    expect((await sent(model, effort)).reasoning).toEqual(reasoning);
  });

  it('sets the thinking level of Gemini, and none on Gemini 1.5', async () => {
    expect((await sent('google/gemini-3.8-flash', 'high')).config.thinkingConfig).toEqual({ thinkingLevel: 'high' });
    expect((await sent('google/gemini-1.5-flash', 'high')).config.thinkingConfig).toBeUndefined();
  });

  it('tells an unknown compatible server nothing, and OpenRouter the effort', async () => {
    await withServer([{ text: 'ok' }, { text: 'ok' }], async (server) => {
      await agentOn(server, 'openai-compatible').turn(aTurn({ effort: 'high' }), live());
      const router = agentOn(server, 'openai-compatible', { model: 'openrouter/anthropic/claude-sonnet-5-5' });
      await router.turn(aTurn({ effort: 'high' }), live());
      expect(bodyOf(server, 0).reasoning_effort).toBeUndefined();
      expect(bodyOf(server, 1)).toMatchObject({ reasoning_effort: 'high', model: 'anthropic/claude-sonnet-5-5' });
    });
  });
});

describe('who served it', () => {
  it.each(KINDS)('%s: the model that answered, with the provider, and the request id', async (kind) => {
    await withServer([{ text: 'hello', servedModel: 'another-model-1' }], async (server) => {
      const agent = agentOn(server, kind);
      const answer = ok(await agent.turn(aTurn(), live()));
      expect(answer.servedModel).toBe(`${agent.model.split('/')[0]}/another-model-1`);
      expect(answer.requestId).toBe('req_000000');
    });
  });

  it('takes the price OpenRouter states, and nobody else’s', async () => {
    const server = { url: 'http://127.0.0.1:1' };
    const chunk = (data: unknown) => `data: ${JSON.stringify(data)}\n\n`;
    const sse = () =>
      new Response(
        chunk({ id: 'x', model: 'm', choices: [{ index: 0, delta: { content: 'hi' }, finish_reason: 'stop' }] }) +
          chunk({
            id: 'x',
            model: 'm',
            choices: [],
            usage: { prompt_tokens: 9, completion_tokens: 1, cost: 0.0000012 },
          }),
        { headers: { 'content-type': 'text/event-stream' } },
      );
    const given = { fetch: async () => sse() };
    const router = agentOn(server, 'openai-compatible', { model: 'openrouter/x/y', ...given });
    expect(ok(await router.turn(aTurn(), live())).reportedUsd).toBe('0.0000012');
    const other = agentOn(server, 'openai-compatible', { model: 'vllm/y', ...given });
    expect(ok(await other.turn(aTurn(), live())).reportedUsd).toBeNull();
  });
});

describe('structured output', () => {
  it.each(KINDS)('%s: the schema reaches the provider', async (kind) => {
    let seen: unknown;
    const script = ({ schema }: { schema: unknown }) => {
      seen = schema;
      return { object: { verdict: 'no', notes: [] } };
    };
    await withServer(script, async (server) => {
      const turn = aTurn({ output: { name: 'answer', schema: SCHEMA } });
      expect(ok(await agentOn(server, kind).turn(turn, live())).object).toEqual({ verdict: 'no', notes: [] });
      expect(seen).toMatchObject({ type: 'object', required: ['verdict', 'notes'] });
    });
  });

  it('uses a forced tool with Claude models that have no structured output', async () => {
    await withServer([{ object: { verdict: 'no', notes: [] } }], async (server) => {
      const agent = agentOn(server, 'anthropic', { model: 'anthropic/claude-3-haiku-20240307' });
      const answer = ok(await agent.turn(aTurn({ output: { name: 'answer', schema: SCHEMA } }), live()));
      expect(answer).toMatchObject({ object: { verdict: 'no', notes: [] }, finish: 'stop', toolCalls: [] });
    });
  });

  it('puts the schema into words for a server without structured output', async () => {
    let system = '';
    const script = (call: { system: string }) => {
      system = call.system;
      return { text: 'Sure:\n```json\n{"verdict": "yes", "notes": []}\n```\nThat is it.' };
    };
    await withServer(script, async (server) => {
      const agent = agentOn(server, 'openai-compatible', { provider: { structured: false } });
      const answer = ok(await agent.turn(aTurn({ output: { name: 'answer', schema: SCHEMA } }), live()));
      expect(answer.object).toEqual({ verdict: 'yes', notes: [] });
      expect(system).toContain('"required":["verdict","notes"]');
      expect(bodyOf(server, 0).response_format).toBeUndefined();
    });
  });
});

it('sends the key only in its header, and logs it masked', async () => {
  await withServer([{ text: 'x' }], async (server) => {
    await agentOn(server, 'anthropic').turn(aTurn(), live());
    expect(JSON.stringify(server.log)).not.toContain(KEY);
    expect(server.log[0]?.headers['x-api-key']).toBe('***');
  });
});

it('reports progress in characters', async () => {
  await withServer([{ text: 'x'.repeat(500) }], async (server) => {
    const seen: number[] = [];
    await agentOn(server, 'anthropic').turn(aTurn(), { ...live(), onProgress: (chars) => seen.push(chars) });
    expect(seen).toEqual([200, 400, 500]);
  });
});
