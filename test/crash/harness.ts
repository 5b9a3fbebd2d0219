import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type CliResult, type Home, makeHome, tercet } from '../support/cli.ts';
import { type ServedCall, startModelServer } from '../support/model-server/server.ts';
import { REQUEST, script } from './story.ts';

const SHOP = fileURLToPath(new URL('../../examples/shop', import.meta.url));
const CRASH = fileURLToPath(new URL('crash.ts', import.meta.url));

/** What a run left, in a form that does not depend on when it ran. */
export interface Left {
  /** Tree of the delivered branch, and the subjects of its commits. */
  tree: string;
  subjects: string;
  /** Requests the server answered, by their content; more than one answer to the same content is a call paid twice. */
  answers: Map<string, number>;
  userUntouched: boolean;
  fsck: string;
  worktrees: number;
  /** How many events there are to be killed at; only of an uninterrupted run. */
  events: number;
  resumes: number;
  maybeBilled: number;
}

/** Runs the story, killed at event number `at` (0: not at all), resumed until it ends. */
export async function runStory(at: number): Promise<Left> {
  const root = mkdtempSync(path.join(tmpdir(), 'tercet-crash-'));
  const server = await startModelServer(script);
  const home = await makeHome(server);
  try {
    const repository = path.join(root, 'shop');
    cpSync(SHOP, repository, { recursive: true });
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@localhost', ...args], {
        cwd: repository,
        encoding: 'utf8',
      });
    git('init', '-q', '-b', 'main');
    git('add', '-A');
    git('commit', '-qm', 'A cart');
    const before = fingerprint(repository, git);

    const countFile = path.join(root, 'count');
    const crash = {
      NODE_OPTIONS: `${home.env.NODE_OPTIONS} --import=${CRASH}`,
      CRASH_AT: String(at),
      CRASH_COUNT_FILE: countFile,
    };
    let result = await tercet(['run', REQUEST, '--yes', '--always-plan', '--json', '--branch', 'story'], {
      cwd: repository,
      home,
      env: crash,
    });
    let resumes = 0;
    while (result.code !== 0 && resumes < 3) {
      result = await carryOn(repository, home, result);
      resumes++;
    }
    if (result.code !== 0)
      throw new Error(
        `killed at ${at}: ended with ${result.code} after ${resumes} resumes\n${result.stdout}\n${result.stderr}`,
      );
    const costs = await tercet(['costs', '--json'], { cwd: repository, home });
    const { total } = costs.json() as { total: { unknownCalls: number } };
    return {
      tree: git('rev-parse', 'story^{tree}').trim(),
      subjects: git('log', '--format=%s', 'main..story').trim(),
      answers: countAnswers(server.log),
      userUntouched: fingerprint(repository, git) === before,
      fsck: git('fsck', '--no-dangling', '--no-progress').trim(),
      worktrees: git('worktree', 'list').trim().split('\n').length,
      events: at === 0 ? Number(readFileSync(countFile, 'utf8')) : 0,
      resumes,
      maybeBilled: total.unknownCalls,
    };
  } finally {
    await server.close();
    await home[Symbol.asyncDispose]();
    rmSync(root, { recursive: true, force: true });
  }
}

/**
 * Killed before its record was written, there is no run to resume: then it is begun again, as a person would. Killed
 * after its record was finished, it has ended: what it left is looked at as it is.
 */
async function carryOn(cwd: string, home: Home, before: CliResult): Promise<CliResult> {
  const listed = await tercet(['runs', '--json'], { cwd, home });
  const { runs } = listed.json() as { runs: { outcome: string }[] };
  if (runs[0]?.outcome === 'approved') return { ...before, code: 0 };
  if (runs.length === 0)
    return tercet(['run', REQUEST, '--yes', '--always-plan', '--json', '--branch', 'story'], { cwd, home });
  return tercet(['resume', '--json'], { cwd, home, ...(before.code === null ? {} : { env: {} }) });
}

function countAnswers(log: readonly ServedCall[]): Map<string, number> {
  const answers = new Map<string, number>();
  for (const call of log) {
    const key = JSON.stringify(call.body);
    answers.set(key, (answers.get(key) ?? 0) + 1);
  }
  return answers;
}

/** Everything of the user's that a run must not touch: HEAD, index bytes, stash, status, files. */
function fingerprint(repository: string, git: (...args: string[]) => string): string {
  const index = readFileSync(path.join(repository, '.git', 'index')).toString('base64');
  return [
    git('rev-parse', 'HEAD', 'main'),
    git('symbolic-ref', 'HEAD'),
    git('stash', 'list'),
    git('status', '--porcelain', '--ignored'),
    index,
  ].join('\n');
}
