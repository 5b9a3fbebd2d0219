import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { PlannerAnswer } from '../../src/contract/plan.ts';
import type { ReviewerAnswer } from '../../src/contract/review.ts';
import { type CliResult, type Home, makeHome, tercet } from './cli.ts';
import { tercetInside } from './cli-inside.ts';
import { type ModelServer, type Reply, startModelServer } from './model-server/server.ts';
import type { ScriptCall } from './model-server/types.ts';
import { type FileSpec, makeRepository, type TestRepository } from './repository.ts';

export type Part = 'planner' | 'executor' | 'reviewer';
export type Lines = Record<Part, (call: ScriptCall) => Reply | Promise<Reply>>;

/** A repository, a model server whose three models answer as `lines` say, a home, and the built command. */
export interface Scene extends AsyncDisposable {
  repository: TestRepository;
  server: ModelServer;
  home: Home;
  tercet(args: readonly string[], env?: Record<string, string>): Promise<CliResult>;
  /** The same within this process; at a terminal with `typed`. */
  inside(args: readonly string[], options?: Partial<Parameters<typeof tercetInside>[1]>): Promise<CliResult>;
  /** Every byte in the home's data folder. */
  stored(): string;
}

/** `given` is a repository, or files added to the sample's; `config` is added to the person's, as YAML. */
export async function setScene(
  lines: Partial<Lines> = {},
  given: TestRepository | Record<string, FileSpec> = {},
  config = '',
): Promise<Scene> {
  const repository = isRepository(given) ? given : makeRepository({ ...SAMPLE, ...given });
  const parts: Lines = { ...one(), ...lines };
  const server = await startModelServer((call) => parts[partOf(call)](call));
  const home = await makeHome(server, config);
  return {
    repository,
    server,
    home,
    tercet: (args, env = {}) => tercet(args, { cwd: repository.root, home, env }),
    inside: (args, { env = {}, ...more } = {}) =>
      tercetInside(args, { cwd: repository.root, env: { ...home.env, ...env }, ...more }),
    stored: () => bytesUnder(path.join(home.folder, 'data')),
    async [Symbol.asyncDispose]() {
      await server.close();
      await home[Symbol.asyncDispose]();
      repository.remove();
    },
  };
}

const SAMPLE = { 'README.md': '# Sample\n', 'src/list.js': 'export const list = [];\n' };

function isRepository(given: TestRepository | Record<string, FileSpec>): given is TestRepository {
  return typeof given.fingerprint === 'function';
}

/** One task that writes one file, approved. `command` shows its criterion. */
export function one(
  options: {
    path?: string;
    text?: string;
    command?: string | null;
    title?: string;
    review?: Partial<ReviewerAnswer>;
  } = {},
): Lines {
  const { path: file = 'src/note.js', text = 'export const note = 1;', command = null, title = 'Add a note' } = options;
  const plan: PlannerAnswer = {
    title,
    summary: '',
    tasks: [
      {
        id: 'T1',
        title,
        behaviour: `${file} exports note, which is 1, so that importing it gives 1.`,
        files: [{ path: file, action: 'create' }],
        symbols: [],
        criteria: [{ id: 'T1.1', text: 'note is 1', command }],
        dependsOn: [],
        read: [],
      },
    ],
    risks: [],
    nonGoals: [],
    questions: [],
    needs: [],
  };
  const review: ReviewerAnswer = {
    criteria: [{ id: 'T1.1', met: 'yes', evidence: 'the diff shows it' }],
    findings: [],
    fixed: [],
    ...options.review,
  };
  return {
    planner: () => ({ object: plan }),
    executor: () => ({ text: `${file}\n<<<<<<< FILE\n${text}\n>>>>>>> FILE\n` }),
    reviewer: () => ({ object: review }),
  };
}

export const RUN = ['run', '--yes', '--always-plan', 'Add a note that is 1'] as const;

function partOf(call: ScriptCall): Part {
  if (call.model.includes('haiku') || call.model.includes('luna')) return 'executor';
  return call.provider === 'anthropic' ? 'planner' : 'reviewer';
}

function bytesUnder(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.name}\n${readFileSync(path.join(entry.parentPath, entry.name), 'latin1')}`)
    .join('\n');
}
