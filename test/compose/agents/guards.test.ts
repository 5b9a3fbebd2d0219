import { expect, test } from 'vitest';
import { guardAgent, guardCommands, guardStore } from '../../../src/compose/agents/guards.ts';
import { keysInUse } from '../../../src/compose/agents/keys.ts';
import type { RunRecord } from '../../../src/contract/outcome.ts';
import { redactor } from '../../../src/handoff/redact.ts';
import type { Turn } from '../../../src/ports/agent.ts';
import type { RunStore } from '../../../src/ports/store.ts';
import { scriptedAgent } from '../../../src/testing/scripted-agent.ts';

const KEY = 'live-key-0123456789';
const THEIRS = ['ghp', '0123456789abcdefghijABCDEFGHIJ'].join('_');
const keys = redactor([KEY]);
const { signal } = new AbortController();
const turn: Turn = {
  role: 'executor',
  purpose: 'edit',
  task: 'T1',
  system: `Never say ${KEY}`,
  messages: [{ role: 'user', text: `It is ${KEY}` }],
  output: null,
  tools: [],
  effort: 'low',
  maxOutputTokens: 100,
};

test('an agent neither hears nor says a key, and what only looks like one stays as it is', async () => {
  const agent = scriptedAgent('executor', () => ({
    text: `${KEY} ${THEIRS}`,
    toolCalls: [{ name: KEY, input: { a: KEY } }],
  }));
  const answer = await guardAgent(agent, keys).turn(turn, { signal });
  expect(JSON.stringify(agent.turns)).not.toContain(KEY);
  expect(JSON.stringify(answer)).not.toContain(KEY);
  expect(answer).toMatchObject({ ok: true, text: `[key] ${THEIRS}` });
});

test('a failed agent’s words lose both', async () => {
  const agent = scriptedAgent('executor', () => ({ failure: { kind: 'bad-key', message: `${KEY} ${THEIRS}` } }));
  const failure = await guardAgent(agent, keys).turn(turn, { signal });
  expect(failure).toMatchObject({ ok: false, message: '[key] [key]' });
});

test('output of commands loses both, and nothing else of a result changes', async () => {
  const result = { exitCode: 1, timedOut: false, ms: 3, output: `a ${KEY} b ${THEIRS} c` };
  const guarded = guardCommands({ confinement: 'none', run: async () => result }, keys);
  expect(await guarded.run('x', { cwd: '.', timeoutMs: 1, maxOutputBytes: 1, signal })).toEqual({
    ...result,
    output: 'a [key] b [key] c',
  });
  expect(guarded.confinement).toBe('none');
});

test('a store keeps neither, except where a text is used again', async () => {
  const written = new Map<string, string>();
  const saved: RunRecord[] = [];
  const store = guardStore(
    {
      write: async (_: string, name: string, text: string) => {
        written.set(name, text);
        return name;
      },
      save: async (record: RunRecord) => void saved.push(record),
    } as unknown as RunStore,
    keys,
  );
  const text = `${KEY} ${THEIRS}`;
  for (const name of ['plan.yaml', 'change.diff', 'report.md'] as const) await store.write('r', name, text);
  // A bearer token whose end is a quote of the JSON around it.
  const quoted = { said: `authorization: Bearer ${'a1'.repeat(12)}\\"`, text };
  await store.write('r', 'review.json', JSON.stringify(quoted));
  await store.save({ request: { text }, reason: text } as RunRecord);
  expect(written.get('plan.yaml')).toBe(`[key] ${THEIRS}`);
  expect(written.get('change.diff')).toBe(`[key] ${THEIRS}`);
  expect(written.get('report.md')).toBe('[key] [key]');
  expect(JSON.parse(written.get('review.json') ?? '')).toEqual({
    said: 'authorization: Bearer [key]\\"',
    text: '[key] [key]',
  });
  expect(saved).toEqual([{ request: { text: `[key] ${THEIRS}` }, reason: '[key] [key]' }]);
});

test('which values of an environment are keys', () => {
  const env = {
    ANTHROPIC_API_KEY: ' sk-1 ',
    MY_GATEWAY: 'gateway-0123456789',
    GITHUB_TOKEN: 'token-0123456789',
    AWS_SECRET_ACCESS_KEY: 'secret/0123456789',
    SSH_KEY: '/home/me/.ssh/id_rsa',
    KEY: 'enter',
    KEYBOARD: 'some-long-layout-name',
    PATH: '/usr/bin',
    LONG_TOKEN: 'two words are no token',
  };
  const providers = {
    own: {
      baseUrl: 'http://x.example',
      apiKeyEnv: 'MY_GATEWAY',
      headers: { Authorization: 'Bearer abcdefghij', 'X-Team': 'blue-team' },
    },
  };
  expect(keysInUse(env, { providers }).sort()).toEqual(
    ['Bearer abcdefghij', 'abcdefghij', 'gateway-0123456789', 'secret/0123456789', 'sk-1', 'token-0123456789'].sort(),
  );
});
