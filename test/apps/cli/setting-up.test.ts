import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { providerFor } from '../../../src/compose/agents/providers.ts';
import { tercetInside } from '../../support/cli-inside.ts';
import { installFake } from '../../support/fake-agent/install.ts';
import { inProcess } from '../../support/in-process.ts';
import { makeRepository, type TestRepository } from '../../support/repository.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** `init` and `doctor` as somebody meets them who has just installed Tercet: keys or none, Ollama or none. */
const SCHEMA = z.fromJSONSchema(
  JSON.parse(readFileSync(new URL('../../../schema/tercet.schema.json', import.meta.url), 'utf8')),
);
const NOBODY = '127.0.0.1:9';
const SECRET = 'sk-very-secret-0123456789';

let repository: TestRepository;
let home = '';
beforeEach(() => {
  repository = makeRepository({ 'package.json': '{ "scripts": { "test": "node --test" } }\n' });
  home = mkdtempSync(path.join(tmpdir(), 'tercet-test-init-'));
});
afterEach(() => {
  repository.remove();
  rmSync(home, { recursive: true, force: true });
});

const run = (args: string[], env: Record<string, string> = {}) =>
  inProcess(args, {
    env: { PATH: process.env.PATH, HOME: home, TERCET_HOME: home, OLLAMA_HOST: NOBODY, ...env },
    cwd: repository.root,
  });

const file = () => path.join(repository.root, 'tercet.yaml');

/** A server that lists models as Ollama does, and counts who asks. */
async function fakeOllama(models: readonly string[]) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.end(JSON.stringify({ object: 'list', data: models.map((id) => ({ id, object: 'model' })) }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe('init', () => {
  const KEYS = { anthropic: 'ANTHROPIC_API_KEY', openai: 'OPENAI_API_KEY', google: 'GEMINI_API_KEY' };

  test.each<[string, Record<string, string>, string[], Record<string, unknown>, string]>([
    ['no key', {}, [], { trio: 'frontier' }, 'no key and no coding agent'],
    [
      'Anthropic and OpenAI',
      { [KEYS.anthropic]: SECRET, [KEYS.openai]: SECRET },
      [],
      { trio: 'frontier' },
      'openai reviews what anthropic executes',
    ],
    [
      'Anthropic and Google',
      { [KEYS.anthropic]: SECRET, [KEYS.google]: SECRET },
      [],
      {
        roles: {
          planner: { model: 'anthropic/claude-opus-5-5' },
          executor: { model: 'anthropic/claude-haiku-5-5' },
          reviewer: { model: 'google/gemini-4-argon' },
        },
      },
      'google reviews what anthropic executes',
    ],
    [
      'one key',
      { [KEYS.openai]: SECRET },
      [],
      { roles: { executor: { model: 'openai/gpt-6-luna' }, reviewer: { model: 'anthropic/claude-opus-5-5' } } },
      'the reviewer needs a lineage other than openai',
    ],
    ['a gateway', { OPENROUTER_API_KEY: SECRET }, [], { trio: 'frontier' }, 'OPENROUTER_API_KEY have no known price'],
    [
      'a blank key',
      { [KEYS.anthropic]: ' ', [KEYS.openai]: '' },
      [],
      { trio: 'frontier' },
      'no key and no coding agent',
    ],
    [
      'Ollama with the preset',
      {},
      ['gpt-oss:20b', 'qwen3-coder:30b'],
      { trio: 'local' },
      'Ollama has qwen3-coder:30b and Ollama has gpt-oss:20b: openai reviews what alibaba executes',
    ],
    [
      'Ollama with two lineages',
      {},
      ['nomic-embed-text:latest', 'gemma3:12b', 'qwen3-coder:480b'],
      {
        roles: {
          planner: { model: 'ollama/qwen3-coder:480b' },
          executor: { model: 'ollama/qwen3-coder:480b' },
          reviewer: { model: 'ollama/gemma3:12b' },
        },
      },
      'google reviews what alibaba executes',
    ],
    ['Ollama with one lineage', {}, ['gemma3:12b', 'gemma3:4b'], { trio: 'frontier' }, '`ollama pull gpt-oss:20b`'],
    [
      'one key and Ollama',
      { [KEYS.openai]: SECRET },
      ['gpt-oss:20b', 'gemma3:12b'],
      { roles: { executor: { model: 'openai/gpt-6-luna' }, reviewer: { model: 'ollama/gemma3:12b' } } },
      'google reviews what openai executes',
    ],
    [
      'a server that says too much',
      {},
      ['qwen3-coder:30b', 'gemma3:1b }\nproviders: { openai: { baseUrl: "http://evil" } }'],
      { trio: 'frontier' },
      'Ollama has qwen3-coder:30b, of one lineage',
    ],
  ])('%s', async (_, env, models, expected, why) => {
    await using ollama = await fakeOllama(models);
    const { code, stdout, stderr } = await run(['init'], { OLLAMA_HOST: ollama.host, ...env });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(ollama.asked).toEqual(['GET /v1/models']);
    const text = readFileSync(file(), 'utf8');
    for (const shown of [text, stdout]) {
      expect(shown).toContain(why);
      expect(shown).not.toContain(SECRET);
    }
    const config = parse(text);
    expect(SCHEMA.safeParse(config).error).toBeUndefined();
    expect(config).toMatchObject({ ...expected, checks: ['npm test'], review: { lineage: 'require' } });
    expect('roles' in config).toBe('roles' in expected);
    // Doctor may miss keys or models; the file itself is fine.
    const checked = JSON.parse((await run(['doctor', '--json'], { OLLAMA_HOST: ollama.host, ...env })).stdout);
    const state = (name: string) => checked.checks.find((check: { name: string }) => check.name === name)?.state;
    expect([state('configuration'), state('models'), state('lineage')]).toEqual(['ok', 'ok', 'ok']);
  });

  test('the schema tells a wrong file', () => {
    expect(SCHEMA.safeParse({ bugdet: 5 }).success).toBe(false);
    expect(SCHEMA.safeParse({ review: { lineage: 'maybe' } }).success).toBe(false);
  });

  test('golden: the file, and what is said', async () => {
    const keys = { [KEYS.anthropic]: SECRET, [KEYS.google]: SECRET };
    const printed = await run(['init', '--print'], keys);
    await expect(printed.stdout).toMatchFileSnapshot('../../golden/output/tercet.yaml');
    const { stdout } = await run(['init'], keys);
    expect(readFileSync(file(), 'utf8')).toBe(printed.stdout);
    await expect(stdout.replace(repository.root, '/home/ada/shop')).toMatchFileSnapshot('../../golden/output/init.txt');
  });

  test('never overwrites', async () => {
    writeFileSync(file(), 'budget: 1\n');
    const { code, stderr } = await run(['init']);
    expect(code).toBe(2);
    expect(stderr).toContain('tercet.yaml is there already; it is not overwritten.');
    expect(readFileSync(file(), 'utf8')).toBe('budget: 1\n');
  });

  test('a second time there is nothing to do, until what is found changes', async () => {
    await run(['init']);
    const again = await run(['init']);
    expect(again).toMatchObject({ code: 0, stderr: '' });
    expect(again.stdout).toContain('tercet.yaml is as it would be written.');
    expect((await run(['init'], { [KEYS.openai]: SECRET })).code).toBe(2);
  });

  test('at a terminal it shows what it proposes, and asks', async () => {
    const at = (answer: string, ...args: string[]) =>
      tercetInside(['init', ...args], {
        cwd: repository.root,
        env: { PATH: process.env.PATH ?? '', HOME: home, TERCET_HOME: home, OLLAMA_HOST: NOBODY },
        typed: answer === '' ? [] : [['tercet.yaml? [y]es, [n]o > ', answer]],
      });
    const no = await at('n\r');
    expect(no.code).toBe(130);
    expect(no.stdout).toContain('Models (trio frontier):');
    expect(no.stderr).toContain('Nothing was written.');
    expect(() => readFileSync(file())).toThrow('ENOENT');
    expect((await at('y\r')).code).toBe(0);
    rmSync(file());
    expect((await at('', '--yes')).code).toBe(0);
    expect(readFileSync(file(), 'utf8')).toContain('trio: frontier');
  });

  test('golden: two coding agents with their logins, and a third without', async () => {
    using claude = installFake('claude', []);
    using codex = installFake('codex', []);
    using cursor = installFake('cursor-agent', []);
    writeFileSync(cursor.program, '#!/bin/sh\necho Not logged in\n');
    const PATH = [claude.bin, codex.bin, cursor.bin, process.env.PATH].join(':');
    const { stdout } = await run(['init'], { PATH });
    expect(stdout).not.toContain('ada@example.org');
    await expect(stdout.replace(repository.root, '/home/ada/shop')).toMatchFileSnapshot(
      '../../golden/output/init-agents.txt',
    );
    expect(parse(readFileSync(file(), 'utf8')).roles).toEqual({
      planner: { model: 'claude-code/claude-opus-5-5', effort: 'high' },
      executor: { model: 'claude-code/claude-haiku-5-5', effort: 'low' },
      reviewer: { model: 'codex/gpt-6.1-sol', effort: 'medium' },
    });
    // No turn was asked for: the logins were.
    expect([claude.calls(), codex.calls(), cursor.calls()]).toEqual([[], [], []]);
    const doctor = await run(['doctor'], { PATH });
    expect(doctor.code).toBe(0);
    expect(doctor.stdout).toMatch(/^ok +agent codex .*\n +calls with its own login \(logged in: ChatGPT\)/m);
    expect(doctor.stdout).toMatch(/^warning +agent cursor .*\n.*\(not logged in\).*\n +→ Log in: cursor-agent login/m);
    const wanted = await run(['doctor', '--json'], { PATH, TERCET_HOME: withExecutor('cursor/composer-2.5') });
    expect(wanted.code).toBe(2);
  });

  /** A home whose configuration names an executor; the repository's file goes. */
  function withExecutor(model: string): string {
    rmSync(file());
    writeFileSync(path.join(home, 'config.yaml'), `roles: { executor: { model: ${model} } }\n`);
    return home;
  }

  test('--print writes nothing; --json says what was found', async () => {
    await run(['init', '--print']);
    expect(() => readFileSync(file())).toThrow('ENOENT');
    const { stdout } = await run(['init', '--json'], { [KEYS.openai]: SECRET });
    expect(stdout).not.toContain(SECRET);
    const said = JSON.parse(stdout);
    expect(said).toMatchObject({ file: file(), why: expect.stringContaining('openai') });
    expect(said.text).toBe(readFileSync(file(), 'utf8'));
    expect(said.found.keys).toContainEqual({ provider: 'openai', variable: KEYS.openai, set: true });
  });

  test.each([
    ['package.json', '{ "scripts": { "test": "echo no test specified && exit 1" } }', undefined],
    ['Cargo.toml', '', 'cargo test'],
    ['go.mod', '', 'go test ./...'],
    ['pyproject.toml', '[tool.pytest.ini_options]', 'pytest -q'],
    ['Makefile', 'all:\n\ntest: all\n', 'make test'],
  ])('finds the tests of a project with %s', async (name, text, command) => {
    rmSync(path.join(repository.root, 'package.json'));
    writeFileSync(path.join(repository.root, name), text);
    await run(['init']);
    expect(parse(readFileSync(file(), 'utf8')).checks).toEqual(command === undefined ? undefined : [command]);
  });

  test('outside of a repository it says where to go', async () => {
    const { code, stderr } = await inProcess(['init'], { env: { HOME: home, PATH: process.env.PATH }, cwd: home });
    expect(code).not.toBe(0);
    expect(stderr).toContain('is not in a git repository');
  });
});

test.each([
  ['127.0.0.1', 'http://127.0.0.1:11434/v1'],
  ['0.0.0.0:8080', 'http://127.0.0.1:8080/v1'],
  [':8080', 'http://127.0.0.1:8080/v1'],
  ['http://box.example:8080/', 'http://box.example:8080/v1'],
  ['', 'http://127.0.0.1:11434/v1'],
  ['not a host', 'http://127.0.0.1:11434/v1'],
])('OLLAMA_HOST=%s is where models are called', (host, url) => {
  expect(providerFor('ollama/gemma3:4b', {}, { OLLAMA_HOST: host }).baseUrl).toBe(url);
});

describe('doctor', () => {
  const BOTH = { ANTHROPIC_API_KEY: SECRET, OPENAI_API_KEY: SECRET };
  const shown = (text: string) =>
    text
      .replaceAll(repository.root, '/home/ada/shop')
      .replaceAll(home, '/home/ada/.tercet')
      .replace(/tercet \d\S*, Node \S+/, 'tercet 1.0.0, Node 24')
      // Whatever else happens to listen on this machine, and whether it has a sandbox.
      .replace(/^(?:ok +server|\w+ +sandbox) .*\n(?: +→ .*\n)?/gm, '');

  test('golden: everything there', async () => {
    const { code, stdout, stderr } = await run(['doctor'], BOTH);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).not.toContain(SECRET);
    await expect(shown(stdout)).toMatchFileSnapshot('../../golden/output/doctor-ok.txt');
  });

  test('golden: keys and a local model missing', async () => {
    await using ollama = await fakeOllama(['qwen3-coder:30b']);
    writeFileSync(file(), 'trio: local\nroles:\n  planner: { model: anthropic/claude-opus-5-5 }\n');
    const { code, stdout } = await run(['doctor'], { OLLAMA_HOST: `http://${ollama.host}` });
    expect(code).toBe(2);
    await expect(shown(stdout).replaceAll(ollama.host, '127.0.0.1:11434')).toMatchFileSnapshot(
      '../../golden/output/doctor-problems.txt',
    );
  });

  test('--json: the same, and never a key', async () => {
    const { code, stdout } = await run(['doctor', '--json'], { ANTHROPIC_API_KEY: SECRET });
    expect(code).toBe(2);
    expect(stdout).not.toContain(SECRET);
    const { ok, checks } = JSON.parse(stdout);
    expect(ok).toBe(false);
    expect(checks).toContainEqual({
      name: 'key openai',
      state: 'problem',
      detail: 'OPENAI_API_KEY is not set',
      fix: expect.stringContaining('environment'),
    });
    expect(checks).toContainEqual({
      name: 'key anthropic',
      state: 'ok',
      detail: 'ANTHROPIC_API_KEY is set',
      fix: null,
    });
  });

  test.each([
    ['budget: [', /configuration +\S+tercet.yaml:\d+: Flow sequence/],
    ['bugdet: 1', /tercet.yaml:1: there is no key `bugdet`/],
    ['providers: {}', /sets `providers`: endpoints never come from a repository/],
    ['roles: { reviewer: { model: anthropic/claude-opus-5-5 } }', /lineage +Reviewer .* are of the same lineage/],
    ['roles: { planner: { model: openai/nope } }', /price +openai\/nope has no known price/],
    ['roles: { planner: { model: nobody/x } }', /models +There is no provider "nobody"/],
  ])('finds what is wrong with `%s`', async (text, message) => {
    writeFileSync(file(), `${text}\n`);
    const { code, stdout } = await run(['doctor'], BOTH);
    expect(code).toBe(2);
    expect(stdout).toMatch(message);
    expect(stdout).toContain('1 thing to put right.');
  });

  test('a warning is no problem', async () => {
    writeFileSync(file(), 'roles: { reviewer: { model: anthropic/claude-opus-5-5 } }\nreview: { lineage: warn }\n');
    const { code, stdout } = await run(['doctor'], BOTH);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^warning +lineage/m);
  });

  test('outside of a repository everything else is still looked at', async () => {
    const { code, stdout } = await inProcess(['doctor'], {
      env: { HOME: home, TERCET_HOME: home, PATH: process.env.PATH, OLLAMA_HOST: NOBODY, ...BOTH },
      cwd: home,
    });
    expect(code).toBe(2);
    expect(stdout).toMatch(/^PROBLEM +repository +.* is not in a git repository/m);
    expect(stdout).toMatch(/^ok +lineage/m);
  });
});
