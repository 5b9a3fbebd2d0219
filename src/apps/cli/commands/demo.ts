import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { branchName, newRunId, openSession } from '../../../compose/compose.ts';
import { packageFolder } from '../../../compose/package-folder.ts';
import { TercetError } from '../../../contract/errors.ts';
import { ROLES } from '../../../contract/role.ts';
import { ANSI, PLAIN } from '../../../report/palette.ts';
import { wrap } from '../../../report/width.ts';
import { runWorkflow } from '../../../workflow/run.ts';
import { demoAgents, REQUEST } from '../demo/script.ts';
import { follow, reportText } from '../follow.ts';
import { type CommonOptions, colours, type Io, paletteOf } from '../io.ts';

export interface DemoOptions extends CommonOptions {
  keep?: boolean;
}

/** `tercet demo`: the real workflow on a copy of a small project, with scripted agents. */
export async function demo(io: Io, options: DemoOptions): Promise<number> {
  const folder = await mkdtemp(path.join(tmpdir(), 'tercet-demo-'));
  try {
    const project = await makeProject(folder);
    return await tell(
      { ...io, cwd: project, env: { ...io.env, TERCET_HOME: path.join(folder, 'home') } },
      project,
      options,
    );
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

async function tell(io: Io, project: string, options: DemoOptions): Promise<number> {
  if (options.quiet !== true) io.stderr.write(opening(io, project));
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
      agents: demoAgents(io.stderr.isTTY === true),
      trusted: 'these are commands of the sample that comes with Tercet',
    };
    return await follow(
      io,
      session,
      { ...options, yes: true, trio: 'frontier' },
      casting,
      (ctx) => runWorkflow(ctx, { plan: null, branch }),
      async (result) => {
        const tests = await testsOf(io, project, branch);
        const kept = options.keep === true;
        return {
          // Commands about a run make no sense when it is gone with its project.
          text: `${await reportText(io, result, { next: kept })}\n${closing(io, tests, kept ? project : null)}`,
          more: { scripted: true, tests, project: kept ? project : null },
        };
      },
    );
  } finally {
    await session.close();
  }
}

function opening(io: Io, project: string): string {
  const { bold } = colours(io, io.stderr) ? ANSI : PLAIN;
  return `${bold('Tercet demo')}: the real workflow on a real git repository, with scripted agents in place of the models.
No model is called and nothing is spent; costs are what these tokens would cost at list prices.

${bold('Project')}  a small shop with tests, in ${project}
${wrap(REQUEST, 68)
  .map((line, index) => `${index === 0 ? bold('Request') : '       '}  ${line}`)
  .join('\n')}

`;
}

function closing(io: Io, tests: Tests, kept: string | null): string {
  const { bold, green, red } = paletteOf(io);
  const paint = tests.failed === 0 && tests.passed > 0 ? green : red;
  const where =
    kept === null
      ? ''
      : `
${bold('Kept')}   the project and its run; to look around, and for the commands above:
  cd ${kept}
  export TERCET_HOME=${path.join(kept, '..', 'home')}
`;
  return `${bold('Tests')}  the sample's own, on that branch: ${paint(`${tests.passed} passed, ${tests.failed} failed`)}
${where}
${bold('Now with real models')}, in a repository of yours:
  export ANTHROPIC_API_KEY=… OPENAI_API_KEY=…
  tercet init && tercet doctor
  tercet run "what you want to build"
`;
}

interface Tests {
  passed: number;
  failed: number;
}

/** Runs the sample's tests on the delivered branch, and counts how they ended. */
async function testsOf(io: Io, project: string, branch: string): Promise<Tests> {
  const run = promisify(execFile);
  const checkOut = (ref: string) =>
    run('git', ['-c', 'core.hooksPath=/dev/null', 'checkout', '--quiet', ref], { cwd: project });
  await checkOut(branch);
  const { NODE_TEST_CONTEXT: _, ...env } = io.env;
  const { stdout } = await run(process.execPath, ['--test', '--test-reporter=tap'], { cwd: project, env }).catch(
    (error: { stdout: string }) => error,
  );
  await checkOut('-');
  const count = (what: string) => Number(new RegExp(`^# ${what} (\\d+)$`, 'm').exec(stdout)?.[1] ?? 0);
  return { passed: count('pass'), failed: count('fail') };
}
