import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { branchName, newRunId, openSession } from '../../../compose/compose.ts';
import { packageFolder } from '../../../compose/package-folder.ts';
import { TercetError } from '../../../contract/errors.ts';
import { ROLES } from '../../../contract/role.ts';
import { runWorkflow } from '../../../workflow/run.ts';
import { demoAgents, REQUEST } from '../demo/script.ts';
import { follow, reportText } from '../follow.ts';
import { type CommonOptions, type Io, print } from '../io.ts';

/** `tercet demo`: the real workflow on a copy of a small project, with scripted agents. */
export async function demo(io: Io, options: CommonOptions & { keep?: boolean }): Promise<number> {
  const folder = await mkdtemp(path.join(tmpdir(), 'tercet-demo-'));
  try {
    const project = await makeProject(folder);
    const code = await tell(
      { ...io, cwd: project, env: { ...io.env, TERCET_HOME: path.join(folder, 'home') } },
      project,
      options,
    );
    if (options.keep === true && options.json !== true) print(io, `\nThe sample project is kept in ${project}`);
    return code;
  } finally {
    if (options.keep !== true) await rm(folder, { recursive: true, force: true });
  }
}

async function makeProject(folder: string): Promise<string> {
  const project = path.join(folder, 'shop');
  await cp(path.join(packageFolder(), 'examples', 'shop'), project, { recursive: true });
  const git = (...args: string[]) =>
    promisify(execFile)(
      'git',
      [
        '-c',
        'user.name=Tercet demo',
        '-c',
        'user.email=demo@localhost',
        '-c',
        'init.defaultBranch=main',
        '-c',
        'core.hooksPath=/dev/null',
        '-c',
        'commit.gpgSign=false',
        ...args,
      ],
      { cwd: project },
    );
  try {
    await git('init', '--quiet');
    await git('add', '--all');
    await git('commit', '--quiet', '--message', 'A cart with shipping');
  } catch (error) {
    throw new TercetError('repository', `git could not make the sample repository: ${(error as Error).message}`, {
      hint: 'The demo needs git on the PATH.',
    });
  }
  return project;
}

async function tell(io: Io, project: string, options: CommonOptions & { keep?: boolean }): Promise<number> {
  const say = (text: string) => {
    if (options.quiet !== true) io.stderr.write(`${text}\n`);
  };
  say('This is the real workflow on a real repository, with scripted agents in place of the models:');
  say('no model is called and nothing is spent. Costs below are what these tokens would cost at list prices.\n');
  say(`Project  ${project}\nRequest  ${REQUEST}\n`);
  const session = await openSession(io);
  try {
    const run = newRunId();
    const branch = branchName('discount codes', run);
    const request = { text: REQUEST, source: 'text' as const, base: await session.repository.resolve('HEAD') };
    const casting = {
      run,
      kind: 'run' as const,
      request,
      needed: ROLES,
      branch,
      planning: 'always' as const,
      agents: demoAgents(),
      trusted: 'these are commands of the sample that comes with Tercet',
    };
    return await follow(
      io,
      session,
      { ...options, yes: true, trio: 'frontier' },
      casting,
      (ctx) => runWorkflow(ctx, { plan: null, branch }),
      async (result) => {
        const tests = await testsOf(project, branch);
        const next =
          'Now with real models: set ANTHROPIC_API_KEY and OPENAI_API_KEY, then in a repository of yours\n  tercet init\n  tercet run "what you want to build"';
        return `${reportText(io, result)}\nThe sample's own tests on ${branch}: ${tests}\n\n${next}\n`;
      },
    );
  } finally {
    await session.close();
  }
}

/** Runs the sample's tests on the delivered branch, and says how they ended. */
async function testsOf(project: string, branch: string): Promise<string> {
  const run = promisify(execFile);
  await run('git', ['-c', 'core.hooksPath=/dev/null', 'checkout', '--quiet', branch], { cwd: project });
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { stdout } = await run(process.execPath, ['--test', '--test-reporter=tap'], { cwd: project, env }).catch(
    (error: { stdout: string }) => error,
  );
  const count = (what: string) => Number(new RegExp(`^# ${what} (\\d+)$`, 'm').exec(stdout)?.[1] ?? 0);
  return `${count('pass')} passed, ${count('fail')} failed`;
}
