import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { openLedger } from '../../src/adapters/ledger/sqlite.ts';
import type { RunEvent } from '../../src/contract/event.ts';
import type { RunSummary } from '../../src/contract/outcome.ts';
import type { Receipt } from '../../src/contract/usage.ts';
import { cast, type Lines, type Part, partOf } from './cast.ts';
import { type CliResult, type Home, makeHome, tercet } from './cli.ts';
import { type ModelServer, type Script, type ServedCall, startModelServer } from './model-server/server.ts';
import { type FileSpec, makeRepository, type TestRepository } from './repository.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** What one test at the command line plays on: a repository, a model server, a home, and the built command. */
export interface Stage extends AsyncDisposable {
  repository: TestRepository;
  server: ModelServer;
  home: Home;
  tercet(
    args: readonly string[],
    options?: Omit<Parameters<typeof tercet>[1], 'cwd' | 'home'> & { cwd?: string },
  ): Promise<CliResult>;
  /** Every receipt in the ledger of this home, in order of the calls' start. */
  receipts(run?: string): Promise<Receipt[]>;
  /** The events a run recorded. */
  events(run: string): ({ seq: number; run: string } & RunEvent)[];
  /** The calls that reached the script, by part. */
  calls(part: Part): ServedCall[];
}

export interface StageOptions {
  /** Files of the repository instead of examples/shop, or more of them. */
  repository?: TestRepository;
  files?: Record<string, FileSpec>;
  /** Added to the person's configuration, as YAML. */
  config?: string | ((server: ModelServer) => string);
  minimumCachedTokens?: number;
}

/** Sets the stage: the sample shop as a git repository, and a model server that answers as `lines` say. */
export async function setStage(lines: Lines | Script, options: StageOptions = {}): Promise<Stage> {
  const repository = options.repository ?? makeRepository({ ...shopFiles(), ...options.files });
  const answer = typeof lines === 'function' ? lines : cast(lines);
  const asked = new Map<number, Part>();
  const script: Script = (call) => {
    asked.set(call.index, partOf(call.system));
    return answer(call);
  };
  const { minimumCachedTokens, config = '' } = options;
  const server = await startModelServer(script, minimumCachedTokens === undefined ? {} : { minimumCachedTokens });
  const home = await makeHome(server, typeof config === 'function' ? config(server) : config);
  return {
    repository,
    server,
    home,
    tercet: (args, more = {}) => tercet(args, { cwd: repository.root, home, ...more }),
    async receipts(run) {
      const ledger = await openLedger(path.join(home.folder, 'data', 'ledger.db'));
      try {
        return await ledger.list(run === undefined ? {} : { run });
      } finally {
        await ledger.close();
      }
    },
    events: (run) =>
      readFileSync(path.join(runFolder(home, run), 'events.ndjson'), 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    calls: (part) => server.log.filter((call) => asked.get(call.index) === part),
    async [Symbol.asyncDispose]() {
      await server.close();
      await home[Symbol.asyncDispose]();
      repository.remove();
    },
  };
}

/** The summary `--json` printed; fails with what was said on stderr when there is none. */
export function summary(result: CliResult): RunSummary {
  const last = result.stdout.trimEnd().split('\n').at(-1) ?? '';
  if (!last.startsWith('{')) throw new Error(`no JSON on stdout; exit ${result.code}, stderr:\n${result.stderr}`);
  return JSON.parse(last) as RunSummary;
}

/** The folder of a run in a home. */
export function runFolder(home: Home, run: string): string {
  const repositories = path.join(home.folder, 'data', 'repositories');
  for (const key of readdirSync(repositories)) {
    const folder = path.join(repositories, key, 'runs', run);
    if (readdirSync(path.dirname(folder)).includes(run)) return folder;
  }
  throw new Error(`no folder of run ${run}`);
}

/** The sample project, as files. */
export function shopFiles(): Record<string, string> {
  const folder = path.join(ROOT, 'examples', 'shop');
  const files: Record<string, string> = {};
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    files[path.relative(folder, file).replaceAll(path.sep, '/')] = readFileSync(file, 'utf8');
  }
  return files;
}

/**
 * This project as somebody's repository: a real clone of the last commit, with its history where there is one, and
 * its dependencies linked. Without a history (an unpacked archive) the files that are there become the first commit.
 */
export function thisRepository(): TestRepository {
  const repository = makeRepository({});
  try {
    repository.git('fetch', '-q', '--update-shallow', ROOT, 'HEAD');
    repository.git('reset', '-q', '--hard', 'FETCH_HEAD');
  } catch {
    for (const name of readdirSync(ROOT)) {
      if (['.git', 'node_modules', 'dist', '.tercet', 'coverage'].includes(name)) continue;
      execFileSync('cp', ['-R', path.join(ROOT, name), repository.root]);
    }
    repository.commit('Unpacked');
  }
  repository.write({ node_modules: { link: path.join(ROOT, 'node_modules') } });
  return repository;
}
