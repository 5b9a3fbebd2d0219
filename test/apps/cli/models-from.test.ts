import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inProcess } from '../../support/in-process.ts';
import { MINDSTUDIO_KEY, type MindStudioServer, startMindStudio } from '../../support/mindstudio-server.ts';

let home = '';
let mindstudio: MindStudioServer;
const asked: string[] = [];
let answer = '';
const server = createServer((request, response) => {
  asked.push(`${request.method} ${request.url} ${request.headers.authorization ?? 'no key'}`);
  response.end(answer);
});
let host = '';

beforeAll(async () => {
  home = mkdtempSync(path.join(tmpdir(), 'tercet-test-models-'));
  mindstudio = await startMindStudio(() => ({ text: 'never asked' }));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  rmSync(home, { recursive: true, force: true });
  await mindstudio.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const models = (...args: string[]) => modelsWith({}, ...args);
const modelsWith = (env: Record<string, string>, ...args: string[]) =>
  inProcess(['models', ...args], {
    env: {
      PATH: process.env.PATH,
      HOME: home,
      TERCET_HOME: home,
      OLLAMA_HOST: host,
      MINDSTUDIO_BASE_URL: mindstudio.url,
      MINDSTUDIO_API_KEY: MINDSTUDIO_KEY,
      ...env,
    },
    cwd: home,
  });

describe('models --from', () => {
  it('lists MindStudio’s models, with prices in credits where it tells', async () => {
    const { code, stdout, stderr } = await models('--from', 'mindstudio');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).toMatch(
      /^mindstudio\/claude-haiku-5-5 +Claude Haiku 5\.5 +Prompt tokens 1\.25 credits per 1,000,000, Response tokens 10 credits per 1,000,000$/,
    );
    expect(lines[2]).toMatch(/^mindstudio\/house-model +House model$/);
    const json = JSON.parse((await models('--from', 'mindstudio', 'sol', '--json')).stdout);
    expect(json).toMatchObject({
      from: 'mindstudio',
      models: [
        {
          id: 'mindstudio/gpt-6.1-sol',
          name: 'GPT 6.1 Sol',
          tags: 'strong,reasoning',
          prices: [{ label: 'Prompt tokens', unit: 'token', credits: '0.00000125' }, { credits: '0.00001' }],
        },
      ],
    });
    expect(mindstudio.log).toEqual([]);
  });

  it('says what is wrong with the key, and does not show it', async () => {
    const expired = await modelsWith({ MINDSTUDIO_API_KEY: 'ms-expired-0123456789' }, '--from', 'mindstudio');
    expect(expired.code).toBe(1);
    expect(expired.stderr).toContain('mindstudio does not list its models: API key has expired');
    expect(expired.stderr).not.toContain('0123456789');
    const none = await modelsWith({ MINDSTUDIO_API_KEY: '' }, '--from', 'mindstudio');
    expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining('MINDSTUDIO_API_KEY is not set') });
  });

  it('lists what a local server has, and the words narrow it', async () => {
    answer = JSON.stringify({ data: [{ id: 'gpt-oss:20b' }, { id: 'gemma3:4b' }, { id: 7 }, null] });
    expect((await models('--from', 'ollama', 'gemma')).stdout).toBe('ollama/gemma3:4b\n');
    expect(asked.at(-1)).toBe('GET /v1/models no key');
  });

  it('asks an endpoint of one’s own with its key', async () => {
    writeFileSync(
      path.join(home, 'config.yaml'),
      `providers:\n  mine: { baseUrl: "http://${host}/own/v1", apiKeyEnv: MINE_KEY }\n`,
    );
    answer = JSON.stringify({ data: [{ id: 'some-model' }] });
    expect((await modelsWith({ MINE_KEY: 'k' }, '--from', 'mine')).stdout).toBe('mine/some-model\n');
    expect(asked.at(-1)).toBe('GET /own/v1/models Bearer k');
  });

  it('says how a server is started that does not answer, and what an odd one said', async () => {
    const gone = await modelsWith({ OLLAMA_HOST: '127.0.0.1:1' }, '--from', 'ollama');
    expect(gone.code).toBe(1);
    expect(gone.stderr).toContain('No server answers at http://127.0.0.1:1/v1.');
    expect(gone.stderr).toContain('ollama serve');
    answer = '<html>';
    const odd = await models('--from', 'ollama');
    expect(odd.stderr).toContain(`ollama does not list its models: HTTP 200 from http://${host}/v1/models`);
  });

  it('is not for providers whose prices are known, nor for unknown ones', async () => {
    expect(await models('--from', 'anthropic')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('tercet models anthropic'),
    });
    expect(await models('--from', 'nobody')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('There is no provider "nobody".\n  Known: '),
    });
    expect(await models('--from', 'mindstudo')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Did you mean mindstudio? Known: '),
    });
  });
});
