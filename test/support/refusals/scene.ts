import { expect } from 'vitest';
import { type CliResult, type Home, makeHome, tercet } from '../cli.ts';
import { killSwitch } from '../kill-switch.ts';
import { type ModelServer, type Reply, type ServedCall, startModelServer } from '../model-server/server.ts';
import type { ScriptCall } from '../model-server/types.ts';
import { type FileSpec, makeRepository, type TestRepository } from '../repository.ts';
import { normalised } from './normalise.ts';
import { FILES } from './sample.ts';

export type Role = 'planner' | 'executor' | 'reviewer';
export type Line = Reply | ((call: ScriptCall) => Reply | Promise<Reply>);
/** Every role's answers in the order they are asked for; the last one stands for all that follow. */
export type Lines = Partial<Record<Role, readonly Line[]>>;

/** How each role's system prompt begins: who is asked. */
const OPENINGS: readonly (readonly [Role, string])[] = [
  ['planner', 'You are a senior software architect'],
  ['executor', 'You implement one task'],
  ['reviewer', 'You review a change'],
];

/** One user at one repository: a home of their own, and a model server that follows `lines`. */
export interface Scene extends AsyncDisposable {
  repository: TestRepository;
  server: ModelServer;
  home: Home;
  run(args: readonly string[], options?: { cwd?: string; input?: string; env?: Record<string, string> }): Promise<Said>;
  /** The requests of a role that reached the server. */
  calls(role: Role): ServedCall[];
  /** The last message of each request of a role: what it was told. */
  told(role: Role): string[];
}

/** What a user gets, with ids, paths and durations made the same for everybody. */
export interface Said {
  code: number | null;
  stdout: string;
  stderr: string;
  result: CliResult;
}

export interface SceneOptions {
  /** Replaces the sample's files, or adds to them. */
  files?: Record<string, FileSpec>;
  repository?: TestRepository;
  /** YAML added to the user's configuration. */
  config?: string;
}

export async function scene(lines: Lines, options: SceneOptions = {}): Promise<Scene> {
  const repository = options.repository ?? makeRepository({ ...FILES, ...options.files });
  const asked: { role: Role; index: number; told: string }[] = [];
  const server = await startModelServer((call) => {
    const role = OPENINGS.find(([, words]) => call.system.startsWith(words))?.[0];
    if (role === undefined) throw new Error(`nobody's prompt: ${call.system.slice(0, 60)}`);
    const before = asked.filter((each) => each.role === role).length;
    asked.push({ role, index: call.index, told: call.messages.at(-1)?.text ?? '' });
    const script = lines[role] ?? [];
    const line = script[Math.min(before, script.length - 1)];
    if (line === undefined) throw new Error(`no answer of the ${role} is scripted`);
    return typeof line === 'function' ? line(call) : line;
  });
  const home = await makeHome(server, options.config);
  home.env.NODE_OPTIONS = killSwitch();
  const of = (role: Role) => asked.filter((each) => each.role === role);
  return {
    repository,
    server,
    home,
    async run(args, more = {}) {
      const result = await tercet(args, { cwd: repository.root, home, ...more });
      const places = { root: repository.root, home: home.folder, url: server.url };
      return {
        code: result.code,
        stdout: normalised(result.stdout, places),
        stderr: normalised(result.stderr, places),
        result,
      };
    },
    calls: (role) => of(role).flatMap(({ index }) => server.log.filter((call) => call.index === index)),
    told: (role) => of(role).map(({ told }) => told),
    async [Symbol.asyncDispose]() {
      await server.close();
      await home[Symbol.asyncDispose]();
      repository.remove();
    },
  };
}

/** One run as a program gets it, and as a person does, who looks at it afterwards. */
export interface Both extends AsyncDisposable {
  plain: Said & { scene: Scene };
  json: Said & { scene: Scene; object: Record<string, unknown> };
}

/** Runs a command with `--json`, and shows its run to a person: the same words on stderr, the report on stdout. */
export async function both(lines: Lines, args: readonly string[], options: SceneOptions = {}): Promise<Both> {
  const at = await scene(lines, options);
  const json = await at.run([...args, '--json']);
  const object = onlyObject(json);
  const shown = typeof object.run === 'string' ? (await at.run(['show', object.run])).stdout : '';
  return {
    plain: { ...json, stdout: shown, scene: at },
    json: { ...json, scene: at, object },
    [Symbol.asyncDispose]: () => at[Symbol.asyncDispose](),
  };
}

/** The one line on stdout, as an object. */
export function onlyObject(said: Said): Record<string, unknown> {
  const lines = said.result.stdout.split('\n').filter((line) => line !== '');
  expect(lines, 'stdout with --json').toHaveLength(1);
  const object: unknown = JSON.parse(lines[0] ?? '');
  expect(object).toBeTypeOf('object');
  return object as Record<string, unknown>;
}

interface Refusal {
  code: number | null;
  stderr: string;
  error: Record<string, unknown>;
}

type More = { cwd?: string; input?: string; env?: Record<string, string> };

/** A command that changes nothing, for a program: stdout holds the error, and stderr says the same to a person. */
export async function refusalInJson(at: Scene, args: readonly string[], more: More = {}): Promise<Refusal> {
  const json = await at.run([...args, '--json'], more);
  const { error } = onlyObject(json) as { error?: Record<string, unknown> };
  if (error === undefined) throw new Error(`no error in ${json.stdout}`);
  const places = { root: at.repository.root, home: at.home.folder, url: at.server.url };
  expect(json.stderr).toContain(normalised(String(error.message), places).trim());
  return { code: json.code, stderr: json.stderr, error };
}

/** Both forms of a command that changes nothing, in one scene. */
export async function refusal(at: Scene, args: readonly string[], more: More = {}): Promise<Refusal> {
  const [plain, refused] = await Promise.all([at.run(args, more), refusalInJson(at, args, more)]);
  expect(plain.stdout, 'stdout of a refusal').toBe('');
  expect([refused.code, refused.stderr]).toEqual([plain.code, plain.stderr]);
  return refused;
}
