import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { castAgents, modelLineage } from '../../../src/compose/agents/agents.ts';
import { isCodingAgent } from '../../../src/compose/agents/coding-agents.ts';
import { localFamily, TRIOS } from '../../../src/compose/agents/trios.ts';
import { parseRepositoryConfig } from '../../../src/compose/config/read-config.ts';
import { mergeSettings } from '../../../src/compose/config/settings.ts';
import { propose } from '../../../src/compose/setup/propose.ts';
import { AGENT_MODELS, SERVER_TITLES } from '../../../src/compose/setup/sources.ts';
import type { FoundAgent, Survey } from '../../../src/compose/setup/survey.ts';
import { ROLES } from '../../../src/contract/role.ts';
import { buildCatalogue, findPrice } from '../../../src/pricing/catalogue.ts';

type Account = FoundAgent['account'];
const IN: Account = { state: 'in', detail: 'claude.ai' };
const OUT: Account = { state: 'out', detail: 'not logged in' };
const UNKNOWN: Account = { state: 'unknown', detail: 'it does not tell' };
const TITLES: Record<string, string> = {
  'claude-code': 'Claude Code',
  codex: 'Codex',
  cursor: 'Cursor',
  opencode: 'opencode',
};

const agent = (name: string, account: Account, key: string | null = null): FoundAgent => ({
  name,
  title: TITLES[name] ?? name,
  at: `/bin/${name}`,
  why: '',
  version: '1.0',
  key,
  login: `${name} login`,
  account: key === null ? account : null,
});
const VARIABLES: Record<string, string> = {
  anthropic: 'ANTHROPIC_API_KEY',
  openai: 'OPENAI_API_KEY',
  google: 'GEMINI_API_KEY',
  xai: 'XAI_API_KEY',
  openrouter: 'OPENROUTER_API_KEY',
  mindstudio: 'MINDSTUDIO_API_KEY',
};
const found = (agents: FoundAgent[], keys: string[] = [], servers: Record<string, string[]> = {}): Survey => ({
  keys: keys.map((provider) => ({ provider, variable: VARIABLES[provider] ?? '', set: true })),
  servers: Object.entries(servers).map(([provider, models]) => ({ provider, url: 'http://127.0.0.1:1/v1', models })),
  agents,
});
const three = (survey: Survey) => {
  const { trio, roles } = propose(survey);
  const models = roles ?? TRIOS[trio];
  return ROLES.map((role) => models?.[role]);
};

describe('what is proposed', () => {
  it.each<[string, Survey, string[]]>([
    [
      'two logins',
      found([agent('claude-code', IN), agent('codex', IN)]),
      ['claude-code/claude-opus-5-5', 'claude-code/claude-haiku-5-5', 'codex/gpt-6.1-sol'],
    ],
    [
      'Cursor beside them: Composer executes',
      found([agent('claude-code', IN), agent('codex', IN), agent('cursor', IN)]),
      ['claude-code/claude-opus-5-5', 'cursor/composer-2.5', 'codex/gpt-6.1-sol'],
    ],
    [
      'Cursor and one vendor, who plans and reviews',
      found([agent('cursor', UNKNOWN), agent('codex', IN)]),
      ['codex/gpt-6.1-sol', 'cursor/composer-2.5', 'codex/gpt-6.1-sol'],
    ],
    [
      'a login and a key',
      found([agent('claude-code', IN)], ['openai']),
      ['claude-code/claude-opus-5-5', 'claude-code/claude-haiku-5-5', 'openai/gpt-6.1-sol'],
    ],
    [
      'a login before a key of the same lineage, a key before a program that does not tell',
      found([agent('codex', IN), agent('claude-code', UNKNOWN)], ['openai', 'anthropic']),
      ['anthropic/claude-opus-5-5', 'anthropic/claude-haiku-5-5', 'codex/gpt-6.1-sol'],
    ],
    [
      'a program that has a key of its own',
      found([agent('claude-code', IN), agent('codex', null, 'CODEX_API_KEY')]),
      ['claude-code/claude-opus-5-5', 'claude-code/claude-haiku-5-5', 'codex/gpt-6.1-sol'],
    ],
    [
      'one login and a local model of another lineage',
      found([agent('codex', IN)], [], {
        lmstudio: ['text-embedding-nomic', 'openai/gpt-oss-20b', 'qwen/qwen3-coder-30b'],
      }),
      ['codex/gpt-6.1-sol', 'codex/gpt-6-luna', 'lmstudio/qwen/qwen3-coder-30b'],
    ],
    [
      'two local servers with one model each',
      found([], [], { llamacpp: ['ggml-org/gpt-oss-20b-GGUF'], vllm: ['Qwen/Qwen3-Coder-30B-A3B-Instruct'] }),
      [
        'vllm/Qwen/Qwen3-Coder-30B-A3B-Instruct',
        'vllm/Qwen/Qwen3-Coder-30B-A3B-Instruct',
        'llamacpp/ggml-org/gpt-oss-20b-GGUF',
      ],
    ],
    [
      'one login, and a program of another vendor that is logged out',
      found([agent('claude-code', IN), agent('codex', OUT)]),
      ['claude-code/claude-opus-5-5', 'claude-code/claude-haiku-5-5', 'codex/gpt-6.1-sol'],
    ],
  ])('%s', (_, survey, models) => {
    expect(three(survey)).toEqual(models);
  });

  it('says what is missing for another lineage, and nothing where all is there', () => {
    expect(propose(found([agent('claude-code', IN)])).missing).toContain('OPENAI_API_KEY, or Codex with its login');
    expect(propose(found([agent('claude-code', IN), agent('codex', OUT)])).missing).toBe('`codex login`');
    expect(propose(found([agent('codex', IN)])).missing).toContain('ANTHROPIC_API_KEY, or Claude Code');
    expect(propose(found([], [], { ollama: ['gpt-oss:20b'] })).missing).toContain('`ollama pull qwen3-coder:30b`');
    expect(propose(found([])).missing).toContain('ANTHROPIC_API_KEY and OPENAI_API_KEY');
    expect(propose(found([agent('claude-code', IN), agent('codex', IN)])).missing).toBeNull();
  });

  it('says of everything else that was found why it is not taken, a line each', () => {
    const survey = found(
      [agent('claude-code', null, 'ANTHROPIC_API_KEY'), agent('codex', OUT), agent('opencode', IN)],
      ['anthropic', 'openai', 'google', 'openrouter', 'mindstudio'],
      { ollama: ['gemma3:4b'], llamacpp: ['/home/ada/gpt-oss-20b.gguf'], vllm: [], lmstudio: ['house-model'] },
    );
    const { others } = propose(survey);
    expect(Object.fromEntries(others.map(({ what, why }) => [what, why]))).toMatchInlineSnapshot(`
      {
        "Claude Code": "would be paid by token, with ANTHROPIC_API_KEY, as anthropic is: \`agents.claude-code.billing: login\` uses its login",
        "Codex": "not logged in: \`codex login\`",
        "GEMINI_API_KEY": "not needed for three roles: \`tercet models google\` lists what it opens",
        "LM Studio": "no model of a lineage Tercet knows: say it, under \`providers:\`",
        "MINDSTUDIO_API_KEY": "paid in credits: say \`providers.mindstudio.creditsPerTurn\` first",
        "OPENROUTER_API_KEY": "its models have no known price: add one under \`prices:\`",
        "Ollama": "free, and tried after the others: \`--executor ollama/gemma3:4b\`",
        "llama.cpp": "names its model by a path: start it with --alias",
        "opencode": "not proposed by itself: name its model, \`--executor opencode/…\`",
        "vLLM": "answers, and has no model",
      }
    `);
    expect(others.every(({ why }) => !why.includes('\n'))).toBe(true);
  });
});

describe('the family of a local model', () => {
  it.each([
    ['gpt-oss:20b', 'gpt-oss'],
    ['openai/gpt-oss-20b', 'gpt-oss'],
    ['Qwen/Qwen3-Coder-30B-A3B-Instruct', 'qwen3-coder'],
    ['google/gemma-3-12b', 'gemma3'],
    ['gemma3:4b', 'gemma3'],
    ['devstral-small-2507', 'devstral'],
    ['deepseek-r1:8b', 'deepseek-r1'],
    ['deepseek-r1-distill-qwen-7b', null],
    ['deepseek/deepseek-r1-0528-qwen3-8b', null],
    ['gpt-ossified:1b', null],
    ['my-gpt-oss', null],
    ['', null],
  ])('%s is %s', (name, family) => {
    expect(localFamily(name)).toBe(family);
  });
});

const LOCAL = [
  'gpt-oss:20b',
  'openai/gpt-oss-20b',
  'qwen3-coder:30b',
  'gemma3:4b',
  'google/gemma-3-12b',
  'devstral:24b',
  'deepseek-r1:8b',
  '/m/gpt-oss.gguf',
  'a b',
  'nomic',
  'x\ny: z',
];
const survey = fc
  .record({
    agents: fc.uniqueArray(
      fc.record({
        name: fc.constantFrom(...Object.keys(TITLES)),
        account: fc.constantFrom(IN, OUT, UNKNOWN),
        key: fc.constantFrom(null, null, 'SOME_KEY'),
      }),
      { selector: ({ name }) => name },
    ),
    keys: fc.subarray(Object.keys(VARIABLES)),
    servers: fc.dictionary(fc.constantFrom(...Object.keys(SERVER_TITLES)), fc.subarray(LOCAL), {
      noNullPrototype: true,
    }),
  })
  .map(({ agents, keys, servers }) =>
    found(
      agents.map(({ name, account, key }) => agent(name, account, key)),
      keys,
      servers,
    ),
  );

describe('whatever is found', () => {
  const catalogue = buildCatalogue([]);

  it('the reviewer is of another lineage than the executor, and every model resolves in settings', async () => {
    await fc.assert(
      fc.asyncProperty(survey, async (it) => {
        const { trio, roles } = propose(it);
        const lines = ROLES.map((role) => `  ${role}: { model: ${roles?.[role]} }`);
        const text = roles === null ? `trio: ${trio}\n` : `roles:\n${lines.join('\n')}\n`;
        const repository = await parseRepositoryConfig(text, 'tercet.yaml');
        const merged = mergeSettings(
          { user: {}, repository, userFile: '/nowhere' } as Parameters<typeof mergeSettings>[0],
          {},
        );
        const { agents } = castAgents(merged, {}, catalogue, {}, {}, []);
        expect(agents.reviewer.lineage).not.toBeNull();
        expect(agents.executor.lineage).not.toBeNull();
        expect(agents.reviewer.lineage).not.toBe(agents.executor.lineage);
        for (const role of ROLES) {
          const { model, billing, pricedAs } = agents[role];
          if (billing !== 'local') expect(findPrice(catalogue, pricedAs ?? model, '2026-11-22'), model).not.toBeNull();
        }
      }),
      { numRuns: 300 },
    );
  });

  it('what is said is one line each, with no word of a server that could be more than a name', () => {
    fc.assert(
      fc.property(survey, (it) => {
        const { why, missing, others } = propose(it);
        for (const line of [why, missing ?? '', ...others.flatMap(({ what, why }) => [what, why])])
          expect(line).not.toMatch(/\n|undefined|x\ny/);
      }),
    );
  });

  it.each(Object.entries(AGENT_MODELS))(
    '%s is given models of its lineage that have a price',
    (name, { lineage, strong, fast }) => {
      for (const model of [strong, fast]) {
        expect(isCodingAgent(model, {})).toBe(true);
        expect(model.startsWith(`${name}/`)).toBe(true);
        if (name === 'cursor') expect(modelLineage(model, {}, catalogue)).toBe(lineage);
      }
    },
  );
});
