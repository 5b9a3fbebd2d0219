import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LOCAL_TRIO, TRIOS } from '../../../src/compose/agents/trios.ts';
import { propose } from '../../../src/compose/setup/propose.ts';
import { type Survey, survey } from '../../../src/compose/setup/survey.ts';
import { UserConfig } from '../../../src/contract/config.ts';
import { buildCatalogue, findPrice, lineageOf } from '../../../src/pricing/catalogue.ts';

/** An Ollama as far as a survey sees one. */
let server: Server;
let host: string;
let answer: { status: number; body: string };
const models = (...ids: string[]) => ({ status: 200, body: JSON.stringify({ data: ids.map((id) => ({ id })) }) });

beforeAll(async () => {
  server = createServer((request, response) => {
    response.writeHead(request.url === '/v1/models' ? answer.status : 404, { location: '/elsewhere' }).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

const look = (env: NodeJS.ProcessEnv = {}, config: unknown = {}) =>
  survey(UserConfig.parse(config), { OLLAMA_HOST: host, ...env });
const ollama = (found: Survey) => found.servers.find(({ provider }) => provider === 'ollama');

const wanted = [LOCAL_TRIO.planner, LOCAL_TRIO.executor, LOCAL_TRIO.reviewer].map((id) => id.slice('ollama/'.length));

describe('a survey', () => {
  it('says which keys are set, never what they are', async () => {
    answer = models();
    const found = await look(
      { ANTHROPIC_API_KEY: 'sk-ant-secret', OPENAI_API_KEY: ' ', MY_KEY: 'x' },
      {
        providers: { mine: { baseUrl: 'https://mine.example', apiKeyEnv: 'MY_KEY' } },
      },
    );
    const set = found.keys.filter((key) => key.set).map(({ provider, variable }) => `${provider} ${variable}`);
    expect(set).toEqual(['anthropic ANTHROPIC_API_KEY', 'mine MY_KEY']);
    expect(JSON.stringify(found)).not.toContain('secret');
  });

  it('lists the models of a server on this machine', async () => {
    answer = models('gpt-oss:20b', 'gemma3:4b');
    expect(ollama(await look())).toEqual({
      provider: 'ollama',
      url: `http://${host}/v1`,
      models: ['gpt-oss:20b', 'gemma3:4b'],
    });
  });

  it.each([
    ['an error', { status: 500, body: '' }],
    ['no JSON', { status: 200, body: '<html>' }],
    ['a redirect', { status: 302, body: '' }],
  ])('takes %s for no server', async (_, given) => {
    answer = given;
    expect(ollama(await look())?.models).toBeNull();
  });

  it('asks nobody beyond this machine', async () => {
    // The kill switch of the tests would throw; a survey would take that for silence, so the answer has to be told apart.
    const asked: string[] = [];
    const before = globalThis.fetch;
    globalThis.fetch = async (url) => {
      asked.push(new URL(String(url)).hostname);
      throw new Error('no');
    };
    try {
      const local = (baseUrl: string) => ({ baseUrl, local: true });
      await survey(
        UserConfig.parse({
          providers: {
            a: local('http://127.evil.example/v1'),
            b: local('http://localhost.example/v1'),
            c: local('http://10.0.0.1/v1'),
            d: local('http://[::1]:9/v1'),
          },
        }),
        { OLLAMA_HOST: 'https://box.example' },
      );
    } finally {
      globalThis.fetch = before;
    }
    expect(new Set(asked)).toEqual(new Set(['127.0.0.1', '[::1]']));
  });
});

describe('a proposal', () => {
  const found = (...variables: string[]): Survey => ({
    keys: variables.map((provider) => ({ provider, variable: provider, set: true })),
    servers: [],
    agents: [],
  });

  it('is the frontier trio where both its keys are', () => {
    expect(propose(found('anthropic', 'openai')).trio).toBe('frontier');
    expect(propose(found('anthropic', 'google')).trio).toBeNull();
  });

  it('is the local trio where Ollama has its models', async () => {
    answer = models(...wanted, 'another');
    expect(propose(await look()).trio).toBe('local');
    answer = models(...wanted.slice(1, 2));
    expect(propose(await look())).toMatchObject({ trio: 'frontier', missing: expect.stringContaining('ollama pull') });
  });

  it('is made of any two keys, with a reviewer of another lineage and prices for all', () => {
    const catalogue = buildCatalogue();
    const providers = ['anthropic', 'openai', 'google', 'xai'];
    for (const one of providers) {
      expect(propose(found(one)).why).toContain(`the reviewer needs a lineage other than ${one}`);
      for (const two of providers.filter((provider) => provider !== one)) {
        const { trio, roles: proposed } = propose(found(one, two));
        const roles = proposed ?? TRIOS[trio];
        if (roles === undefined) throw new Error(`no models for ${one} and ${two}`);
        expect(lineageOf(catalogue, roles.reviewer)).not.toBe(lineageOf(catalogue, roles.executor));
        for (const model of [roles.planner, roles.executor, roles.reviewer])
          expect(findPrice(catalogue, model, '2026-11-22'), model).not.toBeNull();
      }
    }
  });
});

/** The article's models are historic: they are priced for `estimate` only. Local ones need no price. */
const RUNNABLE = Object.entries(TRIOS).filter(([name]) => name !== 'local' && name !== 'article');

describe('the trios', () => {
  it.each(RUNNABLE)('%s has a price for each model, and a reviewer of another lineage', (_, trio) => {
    const catalogue = buildCatalogue();
    for (const model of [trio.planner, trio.executor, trio.reviewer])
      expect(findPrice(catalogue, model, '2026-11-22'), model).not.toBeNull();
    expect(lineageOf(catalogue, trio.reviewer)).not.toBe(lineageOf(catalogue, trio.executor));
  });
});
