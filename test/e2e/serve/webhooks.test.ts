import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { allowedWebhook, webhookRule } from '../../../src/apps/server/webhooks/allow.ts';
import { serving } from '../../support/serve.ts';
import { REQUEST, SMOOTH } from '../../support/shop-change.ts';
import { setStage } from '../../support/stage.ts';

const SECRET = `whsec_${Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')}`;

interface Heard {
  headers: Record<string, string>;
  body: string;
}

/** A receiver on this machine that answers with these statuses, the last one for ever. */
async function receiver(statuses: readonly number[]) {
  const heard: Heard[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => {
      heard.push({ headers: request.headers as Record<string, string>, body });
      const status = statuses[Math.min(heard.length, statuses.length) - 1] ?? 200;
      response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end('x');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  return {
    url,
    heard,
    [Symbol.asyncDispose]: () => {
      server.closeAllConnections();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function set(statuses: readonly number[]) {
  const hook = await receiver(statuses);
  const stage = await setStage(SMOOTH);
  const api = await serving({
    home: stage.home,
    roots: [stage.repository.root],
    webhooks: { urls: [hook.url], secret: SECRET },
    limits: { webhookDelaysMs: [10, 20], webhookTimeoutMs: 1_000 },
  });
  return {
    hook,
    stage,
    api,
    webhook: { url: hook.url },
    async [Symbol.asyncDispose]() {
      await api[Symbol.asyncDispose]();
      await stage[Symbol.asyncDispose]();
      await hook[Symbol.asyncDispose]();
    },
  };
}

describe('a webhook', () => {
  it('tells a question and the end, signed, with the status and nothing else', async () => {
    await using it = await set([200]);
    const { client } = it.api;
    const { run } = await client.startRun({ featureRequest: REQUEST, planning: 'always', webhook: it.webhook });
    await expect.poll(() => it.hook.heard.length).toBe(1);
    const asked = await client.questions(run);
    await client.answer(run, { question: asked?.id ?? '', decision: 'approve' });
    await client.ended(run);
    await expect.poll(() => it.hook.heard.length).toBe(2);
    const told = it.hook.heard.map(({ body, headers }) => new Webhook(SECRET).verify(body, headers)) as {
      type: string;
      data: Record<string, unknown>;
    }[];
    expect(told).toMatchObject([
      { type: 'run.question', data: { run, state: 'waiting', openQuestion: { kind: 'approval' } } },
      { type: 'run.ended', data: { run, state: 'ended', outcome: 'approved' } },
    ]);
    const { webhook, ...status } = await client.get(run);
    expect(told[1]?.data).toEqual({ ...status, webhook: null });
    expect(JSON.stringify(it.hook.heard)).not.toMatch(/sk-|Bearer|authorization/);
    await expect
      .poll(async () => (await client.get(run)).webhook?.deliveries.map(({ state }) => state))
      .toEqual(['delivered', 'delivered']);
    expect(webhook?.url).toBe(it.hook.url);
  });

  it.each([
    [[500, 429, 200], 3, 'delivered', 200],
    [[500], 3, 'failed', 500],
    [[400], 1, 'failed', 400],
    [[302], 1, 'failed', 302],
  ])('that is answered %j is tried %d times: %s', async (statuses, tries, state, lastStatus) => {
    await using it = await set(statuses);
    const { run } = await it.api.client.startPlan({ featureRequest: REQUEST, webhook: it.webhook });
    expect(await it.api.client.ended(run)).toMatchObject({ outcome: 'planned' });
    await expect
      .poll(async () => (await it.api.client.get(run)).webhook?.deliveries)
      .toMatchObject([{ event: 'run.ended', state, tries, lastStatus }]);
    expect(new Set(it.hook.heard.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(it.hook.heard).toHaveLength(tries);
  });

  it('that nobody takes changes nothing about the run', async () => {
    await using it = await set([200]);
    await it.hook[Symbol.asyncDispose]();
    const { run } = await it.api.client.startPlan({ featureRequest: REQUEST, webhook: it.webhook });
    expect(await it.api.client.ended(run)).toMatchObject({ outcome: 'planned' });
    await expect
      .poll(async () => (await it.api.client.get(run)).webhook?.deliveries[0])
      .toMatchObject({ state: 'failed', tries: 3, lastStatus: null });
    it.hook[Symbol.asyncDispose] = async () => {};
  });

  it('goes nowhere the server was not told, however it is spelled', async () => {
    await using it = await set([200]);
    const url = new URL(it.hook.url);
    for (const other of ['/other', '/hook/', '/hook?x', '/hook/../admin', '//evil.example/hook']) {
      const started = it.api.client.startPlan({ featureRequest: REQUEST, webhook: { url: new URL(other, url).href } });
      await expect(started, other).rejects.toMatchObject({ status: 400, code: 'invalid' });
    }
    expect(it.hook.heard).toEqual([]);
    expect(it.stage.server.log).toEqual([]);
  });
});

describe('the rule of a webhook', () => {
  it('is an address, or all below one', () => {
    const rules = { urls: [webhookRule('https://a.example/x/'), webhookRule('https://b.example/y')], secret: SECRET };
    for (const good of [
      'https://a.example/x/',
      'https://a.example/x/1?q=2',
      'https://b.example/y',
      'https://B.example:443/y',
    ])
      expect(allowedWebhook(good, rules), good).toBe(new URL(good).href);
    for (const bad of [
      'https://a.example/x',
      'https://a.example/x/../y',
      'https://a.example/x/%2e%2e/y',
      'https://a.example.evil/x/',
      'https://a.example@evil.example/x/',
      'https://user:pass@b.example/y',
      'http://b.example/y',
      'https://b.example:8443/y',
      'https://b.example/y/z',
      'https://b.example\\.evil/y',
    ])
      expect(() => allowedWebhook(bad, rules), bad).toThrow();
  });

  it.each(['http://a.example/', 'ftp://a.example/', 'a.example', 'https://u:p@a.example/', ''])(
    'is never %j',
    (given) => {
      expect(() => webhookRule(given)).toThrow('--webhook-url');
    },
  );
});
