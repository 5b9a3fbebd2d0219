import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Home, makeHome } from '../../support/cli.ts';
import { tercetInside } from '../../support/cli-inside.ts';
import { installFake } from '../../support/fake-agent/install.ts';
import { type ModelServer, type Reply, startModelServer } from '../../support/model-server/server.ts';
import type { ScriptCall } from '../../support/model-server/types.ts';
import { makeRepository, type TestRepository } from '../../support/repository.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const TRIO = ['anthropic/claude-fable-5-2', 'anthropic/claude-haiku-5-5', 'openai/gpt-6.1-sol'];

let answer: (call: ScriptCall) => Reply = () => ({ text: 'ok' });
let server: ModelServer;
let home: Home;
let repository: TestRepository;
beforeEach(async () => {
  answer = () => ({ text: 'ok' });
  server = await startModelServer((call) => answer(call));
  home = await makeHome(server);
  repository = makeRepository();
});
afterEach(async () => {
  await server.close();
  await home[Symbol.asyncDispose]();
  repository.remove();
});

type More = { typed?: readonly (readonly [string, string])[]; env?: Record<string, string> };
const doctor = (args: string[], { env = {}, ...more }: More = {}) =>
  tercetInside(['doctor', ...args], {
    cwd: repository.root,
    env: { ...home.env, OLLAMA_HOST: '127.0.0.1:9', ...env },
    ...more,
  });
const costs = async () => (await tercetInside(['costs', '--json'], { cwd: repository.root, env: home.env })).json();
const configure = (text: string) => {
  const file = path.join(home.folder, 'config.yaml');
  const { url } = server;
  const providers = `providers:\n  anthropic: { baseUrl: ${url}/v1 }\n  openai: { baseUrl: ${url}/v1 }\n`;
  writeFileSync(file, `sandbox: off\n${providers}${text}`);
};
interface Probed {
  id: string;
  roles: Record<string, unknown>[];
}
const rolesOf = (json: Record<string, unknown>) => (json.probe as Probed).roles;

describe('doctor --probe', () => {
  test('golden: says the most it can cost, asks, and tells of each role', async () => {
    const said = await doctor(['--probe'], { typed: [['Make these calls? [y]es, [n]o > ', 'y\r']] });
    expect(said.code).toBe(0);
    const probe = said.stdout.slice(said.stdout.indexOf('Probe:')).replaceAll(/\b\d+ ms\b/g, '120 ms');
    await expect(probe).toMatchFileSnapshot('../../golden/output/doctor-probe.txt');
    expect(server.log.map(({ requestedModel }) => requestedModel)).toEqual([
      'claude-fable-5-2',
      'claude-haiku-5-5',
      'gpt-6.1-sol',
    ]);
  });

  test('is booked in the ledger like any call, at what it cost', async () => {
    const json = (await doctor(['--probe', '--yes', '--json'])).json();
    expect(json.ok).toBe(true);
    const roles = rolesOf(json);
    expect(roles.map(({ model }) => model)).toEqual(TRIO);
    for (const role of roles) {
      expect(role).toMatchObject({ state: 'answered', unit: 'usd', message: null, fix: null });
      expect(role.ms).toEqual(expect.any(Number));
      expect(role.cost).toMatchObject({ basis: 'computed', usd: expect.stringMatching(/^0\.0/) });
      const { heldUsd } = role.most as { heldUsd: string };
      expect(Number(heldUsd)).toBeGreaterThan(Number((role.cost as { usd: string }).usd));
    }
    const spent = await costs();
    const sum = roles.reduce((all, { cost }) => all + Number((cost as { usd: string }).usd), 0);
    expect(JSON.stringify(spent)).toContain('"calls":1');
    expect(Number((spent as { total?: { usd: string } }).total?.usd)).toBeCloseTo(sum, 9);
    // No run was made: there is nothing to resume.
    const runs = await tercetInside(['runs', '--json'], { cwd: repository.root, env: home.env });
    expect(runs.stdout).toContain('"runs":[]');
  });

  test.each<[string, string[], More, number, string]>([
    [
      'without a terminal and without --yes',
      ['--probe'],
      {},
      2,
      'No model was called: there is no terminal to ask at.',
    ],
    ['when the person says no', ['--probe'], { typed: [['[n]o > ', 'n\r']] }, 130, 'No model was called.'],
    ['without --probe', ['--yes'], {}, 2, '--yes is for the calls of --probe.'],
  ])('calls nothing %s', async (_, args, more, code, message) => {
    const said = await doctor(args, more);
    expect(said.code).toBe(code);
    expect(said.stderr).toContain(message);
    expect(server.log).toEqual([]);
  });

  test('a call that fails is told with what to do, tried once, and the others are made', async () => {
    answer = ({ provider }) => (provider === 'openai' ? { fault: { kind: 'status', status: 529 } } : { text: 'ok' });
    const said = await doctor(['--probe', '--yes', '--json']);
    expect(said.code).toBe(1);
    const [planner, executor, reviewer] = rolesOf(said.json());
    expect([planner?.state, executor?.state]).toEqual(['answered', 'answered']);
    expect(reviewer).toMatchObject({ state: 'failed', servedModel: null, fix: expect.stringContaining('again later') });
    expect(server.log).toHaveLength(3);
  });

  test('a refused key and an unknown model say which thing to mend', async () => {
    answer = ({ model }) =>
      model.startsWith('gpt')
        ? { fault: { kind: 'status', status: 401 } }
        : {
            fault: {
              kind: 'status',
              status: 404,
              body: { type: 'error', error: { type: 'not_found_error', message: 'model: nope' } },
            },
          };
    const said = await doctor(['--probe', '--yes']);
    expect(said.code).toBe(1);
    expect(said.stdout).toContain('→ Is the key whole, still valid, and of this provider?');
    expect(said.stdout).toContain('→ Ids are exact');
    expect(said.stdout).toContain('3 roles did not answer.');
    expect(said.stdout).not.toContain('tercet resume');
  });

  test('a model that is not the one asked for is no answer', async () => {
    answer = ({ provider }) => ({ text: 'ok', ...(provider === 'openai' ? { servedModel: 'gpt-6-luna' } : {}) });
    const [, , reviewer] = rolesOf((await doctor(['--probe', '--yes', '--json'])).json());
    expect(reviewer).toMatchObject({ state: 'failed', servedModel: 'openai/gpt-6-luna' });
    expect(reviewer?.message).toContain('but openai/gpt-6-luna served the call');
  });

  test('a budget that cannot hold a call keeps it from being made', async () => {
    configure('budget: 0.0001\n');
    const said = await doctor(['--probe', '--yes', '--json']);
    expect(said.code).toBe(1);
    const roles = rolesOf(said.json());
    expect(roles[0]).toMatchObject({ state: 'not called', ms: null, fix: expect.stringContaining('Raise the budget') });
    expect(roles[0]?.message).toContain('The call was not made.');
    expect(server.log.length).toBeLessThan(3);
  });

  test('a role without a key is not called, and is named; nothing is asked where no role can be called', async () => {
    const env = { OPENAI_API_KEY: '' };
    const some = await doctor(['--probe', '--yes', '--json'], { env });
    expect(some.code).toBe(2);
    expect(rolesOf(some.json()).map(({ state }) => state)).toEqual(['answered', 'answered', 'not called']);
    const none = await doctor(['--probe', '--json'], { env: { ...env, ANTHROPIC_API_KEY: '' } });
    expect(none.code).toBe(2);
    expect(rolesOf(none.json()).every(({ state, fix }) => state === 'not called' && fix !== null)).toBe(true);
  });

  test('settings of a repository that nobody has trusted are not called', async () => {
    repository.write({ 'tercet.yaml': 'roles: { planner: { model: openai/gpt-6.1-sol } }\n' });
    const said = await doctor(['--probe', '--yes']);
    expect(said.code).toBe(2);
    expect(said.stderr).toContain('asks for settings you have not seen');
    expect(server.log).toEqual([]);
  });

  test('a coding agent is asked to read only, in a checkout that is gone after, as one call of a subscription', async () => {
    using fake = installFake('claude', [{ transcript: 'claude-stream-1', write: { 'README.md': 'mine' } }]);
    const executor = 'claude-code/claude-sonnet-5-5';
    configure(`roles: { executor: { model: ${executor} } }\n`);
    const PATH = `${fake.bin}:${home.env.PATH}`;
    const before = repository.fingerprint();
    const said = await doctor(['--probe', '--yes', '--json'], { env: { PATH, ANTHROPIC_API_KEY: '' } });
    const role = rolesOf(said.json()).find(({ role }) => role === 'executor');
    expect(role).toMatchObject({
      state: 'answered',
      model: executor,
      unit: 'subscription-calls',
      quantity: { held: '1', taken: '1' },
      cost: { usd: null, basis: 'subscription' },
      warnings: [expect.stringContaining('is only to read, and wrote README.md; undone.')],
    });
    expect(fake.calls()).toHaveLength(1);
    expect(repository.fingerprint()).toEqual(before);
  });
});
