import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { modelAgent } from '../../../../src/adapters/agent/model/agent.ts';
import { adviceFor } from '../../../../src/compose/agents/own-servers.ts';
import { providerFor } from '../../../../src/compose/agents/providers.ts';
import { UserConfig } from '../../../../src/contract/config.ts';
import { aTurn, ok, SCHEMA } from '../../../ports/agent.contract.ts';
import { live, withServer } from './setup.ts';

/** An agent as `tercet run` makes it of a server of one's own. */
function agentOf(model: string, url: string) {
  const name = model.slice(0, model.indexOf('/'));
  const user = UserConfig.parse({ providers: { [name]: { baseUrl: `${url}/v1` } } });
  const provider = providerFor(model, user, {});
  if (provider.kind === 'mindstudio') throw new Error('not a server of one’s own');
  return modelAgent({ model, lineage: null, provider });
}

async function nobody(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

const SERVERS = [
  ['ollama', 'ollama serve', 'ollama pull some-model:7b'],
  ['lmstudio', 'lms server start', 'lms get some-model:7b'],
  ['llamacpp', 'llama-server -m MODEL.gguf', 'llama-server -m MODEL.gguf'],
  ['vllm', 'vllm serve some-model:7b', 'vllm serve some-model:7b'],
] as const;

describe.each(SERVERS)('%s', (name, start, get) => {
  const model = `${name}/some-model:7b`;

  it('is free, needs no key, and answers', () =>
    withServer([{ object: { verdict: 'yes', notes: [] } }], async (server) => {
      const agent = agentOf(model, server.url);
      expect(agent).toMatchObject({ billing: 'local', keyId: null });
      const turn = aTurn({ output: { name: 'answer', schema: SCHEMA } });
      expect(ok(await agent.turn(turn, live())).object).toEqual({ verdict: 'yes', notes: [] });
      expect(server.log[0]).toMatchObject({ provider: 'openai-chat', requestedModel: 'some-model:7b' });
    }));

  it('says how it is started when it does not run', async () => {
    const url = await nobody();
    const result = await agentOf(model, url).turn(aTurn(), live());
    expect(result).toMatchObject({ ok: false, kind: 'network', billed: 'no' });
    expect(result.ok ? '' : result.message).toContain(`no server answers at ${url}/v1`);
    expect(result.ok ? '' : result.message).toContain(start);
  });

  it('says how it gets a model it does not have', () => {
    const body = { error: { message: 'model "some-model:7b" not found', type: 'not_found_error' } };
    return withServer([{ fault: { kind: 'status', status: 404, body } }], async (server) => {
      const result = await agentOf(model, server.url).turn(aTurn(), live());
      expect(result).toMatchObject({ ok: false, kind: 'unknown-model', billed: 'no' });
      expect(result.ok ? '' : result.message).toContain(get);
    });
  });

  it('has JSON mended that says only one thing', () =>
    withServer([{ text: 'Sure!\n```json\n{"verdict": "no", "notes": ["a",],}\n```' }], async (server) => {
      const turn = aTurn({ output: { name: 'answer', schema: SCHEMA } });
      const answer = ok(await agentOf(model, server.url).turn(turn, live()));
      expect(answer.object).toEqual({ verdict: 'no', notes: ['a'] });
    }));
});

it('no name that a shell reads otherwise is put into a command', () => {
  expect(adviceFor('ollama', 'x;rm').get).toBe('Get it: ollama pull MODEL');
  expect(adviceFor('ollama', 'hf.co/some/model-GGUF:Q4').get).toBe('Get it: ollama pull hf.co/some/model-GGUF:Q4');
});
