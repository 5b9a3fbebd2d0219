import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { castAgents, modelLineage } from '../../../src/compose/agents/agents.ts';
import { keyNames, providerFor } from '../../../src/compose/agents/providers.ts';
import { checkPrices } from '../../../src/compose/config/check-prices.ts';
import { readPrompts } from '../../../src/compose/config/prompts.ts';
import { readConfig } from '../../../src/compose/config/read-config.ts';
import { mergeSettings } from '../../../src/compose/config/settings.ts';
import { foldersOf } from '../../../src/compose/folders.ts';
import { branchName, newRunId } from '../../../src/compose/runs/run-names.ts';
import { UserConfig } from '../../../src/contract/config.ts';
import { buildCatalogue } from '../../../src/pricing/catalogue.ts';
import { scriptedAgent } from '../../../src/testing/scripted-agent.ts';

const user = (config: unknown = {}) => UserConfig.parse(config);
const gateway = user({
  providers: {
    gateway: {
      baseUrl: 'https://gateway.example/v1',
      apiKeyEnv: 'GATEWAY_KEY',
      lineage: 'acme',
      headers: { 'x-team': 'a' },
    },
    anthropic: { baseUrl: 'https://proxy.example/v1' },
  },
});

describe('a provider', () => {
  it('has its key from the environment, the first variable that is set', () => {
    const env = { GOOGLE_GENERATIVE_AI_API_KEY: ' ', GEMINI_API_KEY: 'gemini', GOOGLE_API_KEY: 'google' };
    expect(providerFor('google/gemini', user(), env)).toMatchObject({ kind: 'google', apiKey: 'gemini', local: false });
    expect(providerFor('openai/gpt', user(), {}).apiKey).toBeNull();
  });

  it('is called where the person’s configuration says, else the environment, else where it lives', () => {
    const env = { ANTHROPIC_BASE_URL: 'https://env.example', OPENAI_BASE_URL: 'https://openai.example/v1' };
    expect(providerFor('anthropic/x', gateway, env).baseUrl).toBe('https://proxy.example/v1');
    expect(providerFor('anthropic/x', user(), env).baseUrl).toBe('https://env.example');
    expect(providerFor('openai/x', user(), env).baseUrl).toBe('https://openai.example/v1');
    expect(providerFor('anthropic/x', user(), {})).not.toHaveProperty('baseUrl');
    expect(providerFor('xai/x', user(), {}).baseUrl).toBe('https://api.x.ai/v1');
  });

  it('is MindStudio, with what its own variables and the person’s configuration say', () => {
    const env = { MINDSTUDIO_API_KEY: 'ms', MINDSTUDIO_BASE_URL: 'https://env.example' };
    const own = user({ providers: { mindstudio: { creditsPerTurn: 2.5, lineage: 'acme' } } });
    expect(providerFor('mindstudio/x', own, env)).toEqual({
      kind: 'mindstudio',
      name: 'mindstudio',
      apiKey: 'ms',
      baseUrl: 'https://env.example',
      local: false,
      creditsPerTurn: '2.5',
    });
    expect(providerFor('mindstudio/x', own, {})).toMatchObject({
      apiKey: null,
      baseUrl: 'https://v1.mindstudio-api.com',
    });
    for (const MINDSTUDIO_BASE_URL of ['nowhere', 'file:///etc/passwd'])
      expect(() => providerFor('mindstudio/x', own, { MINDSTUDIO_BASE_URL })).toThrow(
        'The address of mindstudio is none',
      );
  });

  it('of MindStudio’s names for models only those tell a lineage that are a vendor’s own', () => {
    const catalogue = buildCatalogue();
    const lineage = (model: string, config: unknown = {}) => modelLineage(model, user(config), catalogue);
    expect(lineage('mindstudio/claude-haiku-5-5')).toBe('anthropic');
    expect(lineage('mindstudio/gpt-6.1-sol')).toBe('openai');
    for (const near of ['claude-haiku', 'claude-haiku-5-5-latest', 'qwen3-coder', 'anthropic/claude-haiku-5-5'])
      expect(lineage(`mindstudio/${near}`), near).toBeNull();
    expect(lineage('mindstudio/claude-haiku', { providers: { mindstudio: { lineage: 'acme' } } })).toBe('acme');
  });

  it('of one’s own needs an address', () => {
    const nowhere = user({ providers: { mine: { apiKeyEnv: 'MINE' } } });
    expect(() => providerFor('mine/x', nowhere, {})).toThrow('Provider mine has no base URL.');
  });

  it.each([
    [undefined, 'http://127.0.0.1:11434/v1'],
    ['', 'http://127.0.0.1:11434/v1'],
    ['127.0.0.1:11500', 'http://127.0.0.1:11500/v1'],
    ['0.0.0.0', 'http://127.0.0.1:11434/v1'],
    ['https://box.example:8443', 'https://box.example:8443/v1'],
    ['not a host', 'http://127.0.0.1:11434/v1'],
  ])('Ollama is called where Ollama’s own variable says: %s', (host, url) => {
    const env = host === undefined ? {} : { OLLAMA_HOST: host };
    expect(providerFor('ollama/x', user(), env)).toMatchObject({ baseUrl: url, apiKey: null });
  });

  describe('that people run themselves is free', () => {
    const at = (baseUrl: string, more: object = {}) => user({ providers: { vllm: { baseUrl, ...more } } });
    const local = (config: UserConfig, env = {}) => providerFor('vllm/x', config, env).local;

    it.each([
      'http://127.0.0.1:8000/v1',
      'http://localhost:8000/v1',
      'http://[::1]:8000/v1',
      'http://10.1.2.3:8000/v1',
      'http://172.16.0.9/v1',
      'https://192.168.1.20/v1',
      'http://169.254.1.1/v1',
      'http://[fd12:3456::1]:8000/v1',
      'http://[fe80::1]/v1',
      // Another way to write 10.0.0.1.
      'http://167772161/v1',
    ])('at an address of the person’s own network: %s', (url) => {
      expect(local(at(url))).toBe(true);
    });

    it.each([
      'https://vllm.example/v1',
      'https://8.8.8.8/v1',
      'http://172.32.0.1/v1',
      'http://192.169.0.1/v1',
      'http://[2001:db8::1]/v1',
      // Names lead wherever their owner wants.
      'http://gpu-box:8000/v1',
      'http://10.0.0.1.example.com/v1',
      'http://localhost.example/v1',
      'http://fd00.example/v1',
    ])('and nowhere else: %s', (url) => {
      expect(local(at(url))).toBe(false);
      expect(local(at(url, { local: true }))).toBe(true);
    });

    it('unless the person says that it is not, wherever it is', () => {
      expect(local(at('http://127.0.0.1:8000/v1', { local: false }))).toBe(false);
      expect(providerFor('ollama/x', user(), { OLLAMA_HOST: 'https://box.example:8443' }).local).toBe(false);
      expect(providerFor('ollama/x', user(), {}).local).toBe(true);
    });

    it('and elsewhere is refused without a price, with what to say if it is theirs; it needs no key', () => {
      const config = at('https://vllm.example/v1');
      const merged = mergeSettings({ user: config, repository: {}, userFile: '/c' } as never, {
        models: { planner: 'vllm/x', executor: 'vllm/x', reviewer: 'vllm/x' },
      });
      const cast = castAgents(merged, config, buildCatalogue([]), {}, {}, ['planner']);
      expect(cast.agents.planner.billing).toBe('metered');
      expect(() => checkPrices(cast, ['planner'], merged.settings, buildCatalogue([]), '2026-11-22')).toThrow(
        expect.objectContaining({ code: 'config', hint: expect.stringContaining('`local: true` under `providers:`') }),
      );
    });
  });

  it('of the person’s own is an OpenAI-compatible endpoint with a key of its own', () => {
    expect(providerFor('gateway/m', gateway, { GATEWAY_KEY: 'k', OPENAI_API_KEY: 'other' })).toMatchObject({
      kind: 'openai-compatible',
      name: 'gateway',
      apiKey: 'k',
      baseUrl: 'https://gateway.example/v1',
      headers: { 'x-team': 'a' },
    });
    expect(keyNames('gateway/m', gateway)).toEqual(['GATEWAY_KEY']);
    expect(keyNames('ollama/m', gateway)).toEqual([]);
  });

  it.each([
    'https://api.\u0430nthropic.com',
    'https://api.anthropic.com\r\n.evil.example',
    'https://a\u200bb.example',
    'https://a\0b',
  ])('case 38: is not called at an address that reads otherwise than it leads: %j', (address) => {
    const refused = expect.objectContaining({ code: 'config', message: expect.stringContaining('not plain ASCII') });
    expect(() => providerFor('anthropic/x', user(), { ANTHROPIC_BASE_URL: address })).toThrow(refused);
    // A line break or NUL in a file is for the schema to drop or to refuse.
    if (/[\r\0]/.test(address)) return;
    expect(() => providerFor('own/x', user({ providers: { own: { baseUrl: address } } }), {})).toThrow(refused);
  });

  it.each(['nobody/x', 'constructor/x', 'toString/x'])('that nobody configured is refused: %s', (model) => {
    expect(() => providerFor(model, gateway, {})).toThrow(expect.objectContaining({ code: 'config', exitCode: 2 }));
  });
});

describe('a repository', () => {
  it.each([
    [
      'providers',
      'providers: { anthropic: { baseUrl: https://evil.example } }',
      'endpoints never come from a repository',
    ],
    ['prices', 'prices: []', 'prices never come from a repository'],
    ['unpriced', 'unpriced: allow', 'yours to say'],
    ['trios', 'trios: {}', 'live in your configuration'],
  ])('may not set %s', async (_, yaml, why) => {
    const root = await mkdtemp(path.join(tmpdir(), 'tercet-config-'));
    try {
      await writeFile(path.join(root, 'tercet.yaml'), yaml);
      const folders = { config: path.join(root, 'none', 'config.yaml'), data: root };
      await expect(readConfig(folders, root)).rejects.toMatchObject({
        code: 'config',
        message: expect.stringContaining(why),
      });
    } finally {
      await rm(root, { recursive: true });
    }
  });
});

describe('casting', () => {
  const cast = async (
    config: unknown,
    env: NodeJS.ProcessEnv,
    needed = ['planner', 'executor', 'reviewer'] as const,
    own = {},
  ) => {
    const parsed = user(config);
    const merged = mergeSettings({ user: parsed, repository: {}, root: '/', userFile: '/config.yaml' }, {});
    return castAgents(merged, parsed, buildCatalogue(), env, own, needed);
  };

  it('lists every key that is missing, and shows none', async () => {
    const error = await cast({}, { OPENAI_API_KEY: 'sk-secret' }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'config',
      message:
        'No API key is set:\n  planner: anthropic/claude-fable-5-2 needs ANTHROPIC_API_KEY\n  executor: anthropic/claude-haiku-5-5 needs ANTHROPIC_API_KEY',
    });
    expect(JSON.stringify(error)).not.toContain('sk-secret');
  });

  it('asks only for the keys of roles that are needed', async () => {
    const parsed = user({});
    const merged = mergeSettings({ user: parsed, repository: {}, root: '/', userFile: '/config.yaml' }, {});
    const { agents } = await castAgents(merged, parsed, buildCatalogue(), { OPENAI_API_KEY: 'k' }, {}, ['reviewer']);
    expect(agents.reviewer).toMatchObject({ model: 'openai/gpt-6.1-sol', lineage: 'openai', billing: 'metered' });
  });

  it('takes the caller’s own agents', async () => {
    const planner = scriptedAgent('planner', () => ({}));
    const executor = scriptedAgent('executor', () => ({}));
    const { agents } = await cast({}, { OPENAI_API_KEY: 'k' }, undefined, { planner, executor });
    expect(agents.planner).toBe(planner);
  });

  it('knows the lineage from the catalogue, the provider’s statement, or the local name', () => {
    const catalogue = buildCatalogue();
    expect(modelLineage('anthropic/claude-haiku-5-5', gateway, catalogue)).toBe('anthropic');
    expect(modelLineage('gateway/m', gateway, catalogue)).toBe('acme');
    expect(modelLineage('ollama/gpt-oss:20b', gateway, catalogue)).toBe('openai');
    expect(modelLineage('ollama/unheard-of', gateway, catalogue)).toBeNull();
    expect(modelLineage('ollama/constructor', gateway, catalogue)).toBeNull();
  });
});

describe('prompts', () => {
  it('are the package’s own, whole, and one of the person’s where they name one', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'tercet-prompts-'));
    try {
      const own = path.join(folder, 'mine.md');
      await writeFile(own, 'Plan like me.\n<!-- section: decide -->\nDecide like me.');
      const prompts = await readPrompts({ planner: own, executor: null, reviewer: null });
      expect(prompts.planner.sections.get('system')).toBe('Plan like me.');
      expect([...prompts.executor.sections.keys()]).toEqual(['system', 'edit', 'tools', 'agent']);
      expect(prompts.reviewer.hash).toMatch(/^[0-9a-f]{64}$/u);

      await writeFile(own, 'Plan like me.');
      await expect(readPrompts({ planner: own, executor: null, reviewer: null })).rejects.toMatchObject({
        code: 'config',
        message: `The planner's prompt ${own} lacks the section decide.`,
      });
      await expect(readPrompts({ planner: `${own}.gone`, executor: null, reviewer: null })).rejects.toMatchObject({
        code: 'config',
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('names', () => {
  it.each([
    ['Add discount codes to the cart', 'tercet/add-discount-codes-to-the-cart-abcd'],
    ['🎉🎉🎉', 'tercet/run-abcd'],
    ['---force --delete', 'tercet/force-delete-abcd'],
    ['../../HEAD.lock @{u} ~^:?*[\\', 'tercet/head-lock-u-abcd'],
    ['Größe auf der Café-Seite', 'tercet/gro-e-auf-der-cafe-seite-abcd'],
    ['\n\t $(rm -rf /) ', 'tercet/rm-rf-abcd'],
    [`${'long '.repeat(50)}`, 'tercet/long-long-long-long-long-long-long-long-abcd'],
  ])('a branch is named after the request: %j', (request, branch) => {
    const name = branchName(request, '20261122-100000-abcd');
    expect(name).toBe(branch);
    expect(name).toMatch(/^tercet\/[a-z0-9]+(?:-[a-z0-9]+)*$/u);
  });

  it('runs sort by time', () => {
    const ids = ['2026-11-22T13:05:01Z', '2026-11-22T13:05:02Z', '2027-01-01T00:00:00Z'].map((at) =>
      newRunId(new Date(at)),
    );
    expect(ids.toSorted()).toEqual(ids);
    expect(ids[0]).toMatch(/^20261122-130501-[0-9a-f]{4}$/u);
  });
});

describe('folders', () => {
  it('follow TERCET_HOME, then XDG, then the home folder', () => {
    expect(foldersOf({ TERCET_HOME: '/t' })).toEqual({ config: '/t/config.yaml', data: '/t/data' });
    expect(foldersOf({ HOME: '/h', XDG_DATA_HOME: '/d' })).toEqual({
      config: '/h/.config/tercet/config.yaml',
      data: '/d/tercet',
    });
  });
});
