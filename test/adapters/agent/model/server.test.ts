import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import { aTurn, ok } from '../../../ports/agent.contract.ts';
import type { ServedCall } from '../../../support/model-server/server.ts';
import { agentOn, live, withServer } from './setup.ts';

const MAIN = resolve('test/support/model-server/main.ts');

it('runs as a process of its own, prints its URL, and shows its log', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'model-server-'));
  await writeFile(join(folder, 'script.mjs'), 'export default ({ index }) => ({ text: `answer ${index}` });');
  const child = spawn(process.execPath, [MAIN, join(folder, 'script.mjs')], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const line = await new Promise<string>((done) => createInterface({ input: child.stdout }).once('line', done));
    const { url } = JSON.parse(line) as { url: string };
    expect(ok(await agentOn({ url }, 'anthropic').turn(aTurn(), live())).text).toBe('answer 0');
    const log = (await (await fetch(`${url}/log`)).json()) as ServedCall[];
    expect(log).toMatchObject([{ provider: 'anthropic', requestedModel: 'claude-haiku-5-5', status: 200 }]);
  } finally {
    child.kill('SIGTERM');
    await new Promise((done) => child.once('exit', done));
    await rm(folder, { recursive: true });
  }
});

it('bills input as ceil(bytes / 4) of what was sent, output of what was answered', async () => {
  await withServer([{ text: 'x'.repeat(41), thinking: 'y'.repeat(9) }], async (server) => {
    const turn = aTurn({ system: 's'.repeat(10), messages: [{ role: 'user', text: 'é'.repeat(10) }] });
    ok(await agentOn(server, 'anthropic').turn(turn, live()));
    expect(server.log[0]?.usage).toEqual({
      inputUncached: Math.ceil(30 / 4),
      cacheRead: 0,
      cacheWrite5m: 0,
      cacheWrite1h: 0,
      output: 11 + 3,
      reasoning: 3,
    });
  });
});

it('caches nothing below the minimum, and only what is the same up to a breakpoint', async () => {
  const texts = ['one', 'two', 'three'].map((text) => ({ text }));
  await withServer(texts, async (server) => {
    const agent = agentOn(server, 'anthropic');
    await agent.turn(aTurn({ system: 'x'.repeat(4 * 1023) }), live());
    await agent.turn(aTurn({ system: `y${'x'.repeat(4 * 1024)}` }), live());
    await agent.turn(aTurn({ system: `z${'x'.repeat(4 * 1024)}` }), live());
    expect(server.log.map(({ usage }) => [usage?.cacheRead, usage?.cacheWrite5m])).toEqual([
      [0, 0],
      [0, 1025],
      [0, 1025],
    ]);
  });
});

it('answers without a stream when none is asked for', async () => {
  await withServer([{ text: 'plain' }, { text: 'plain' }], async (server) => {
    const post = async (path: string, body: object) =>
      (
        await fetch(server.url + path, { method: 'POST', headers: { 'x-api-key': 'k' }, body: JSON.stringify(body) })
      ).json();
    const messages = [{ role: 'user', content: 'hi' }];
    expect(await post('/v1/messages', { model: 'm', max_tokens: 9, messages })).toMatchObject({
      content: [{ type: 'text', text: 'plain' }],
      stop_reason: 'end_turn',
      usage: { input_tokens: 1, output_tokens: 2 },
    });
    expect(await post('/v1/chat/completions', { model: 'm', messages })).toMatchObject({
      choices: [{ message: { content: 'plain' }, finish_reason: 'stop' }],
    });
  });
});

it('refuses what the real API refuses', async () => {
  await withServer([], async (server) => {
    const ask = async (body: object, headers: Record<string, string> = { 'x-api-key': 'k' }) =>
      (await fetch(`${server.url}/v1/messages`, { method: 'POST', headers, body: JSON.stringify(body) })).status;
    const user = (content: unknown) => ({ model: 'm', max_tokens: 9, messages: [{ role: 'user', content }] });
    expect(await ask(user('hi'), {})).toBe(401);
    expect(await ask({ ...user('hi'), max_tokens: undefined })).toBe(400);
    expect(await ask(user([{ type: 'text', text: '' }]))).toBe(400);
    expect(await ask(user([{ type: 'tool_result', tool_use_id: 'x', content: 'y' }]))).toBe(400);
    const marked = Array.from({ length: 5 }, () => ({ type: 'text', text: 'x', cache_control: { type: 'ephemeral' } }));
    expect(await ask(user(marked))).toBe(400);
    const forged = [{ role: 'assistant', content: [{ type: 'thinking', thinking: 'x', signature: 'forged' }] }];
    expect(await ask({ model: 'm', max_tokens: 9, messages: forged })).toBe(400);
  });
});
