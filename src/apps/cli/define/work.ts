import { Option } from 'commander';
import type { Io } from '../io.ts';
import { count, type Define, examples, withJson, withModels, withProgress } from './options.ts';

/** git opens the repository while the code of the command is loaded. */
const ahead = async (io: Io, command: (io: Io) => Promise<number>) =>
  command((await import('../../../compose/open-ahead.ts')).openAhead(io));

/** The commands that call models: the whole flow, and its phases on their own. */
export const defineWork: Define = (program, io, act) => {
  program.commandsGroup('Work:');

  withModels(
    program
      .command('run [request...]')
      .description('plan, execute and review a change; leaves a branch')
      .option('-f, --file <file>', 'read the request from a file; - for standard input')
      .option('-y, --yes', 'go on without approval of the plan')
      .option('--max-rounds <n>', 'rounds of fix and re-review', count('--max-rounds'))
      .option('--base <ref>', 'commit to start from', 'HEAD')
      .option('--branch <name>', 'name of the branch')
      .option('--no-plan', 'one small task, no planner; name its files in the request (review stays)')
      .option('--always-plan', 'never take the short path')
      .addHelpText(
        'after',
        examples(
          'tercet run "add a --json flag to the list command"',
          'tercet run --file request.md --yes --budget 2',
          'gh issue view 42 --json title,body -q .body | tercet run --yes --json',
          'tercet run --no-plan "fix the off-by-one in src/pager.ts"',
        ),
      )
      .action((words, options) =>
        act(() => ahead(io, async (io) => (await import('../commands/run.ts')).run(io, words, options)), options),
      ),
  );

  withModels(
    program
      .command('plan [request...]')
      .description('only plan: writes plan.yaml; or check one')
      .option('-f, --file <file>', 'read the request from a file; - for standard input')
      .option('-o, --output <file>', 'where to write the plan', 'plan.yaml')
      .option('--force', 'overwrite it')
      .option('--base <ref>', 'commit to plan against', 'HEAD')
      .option('--check <file>', 'check a plan against the repository; calls no model')
      .addHelpText('after', examples('tercet plan "add retries to the HTTP client"', 'tercet plan --check plan.yaml'))
      .action((words, options) =>
        act(async () => (await import('../commands/plan.ts')).plan(io, words, options), options),
      ),
  );

  withModels(
    program
      .command('execute <plan>')
      .description('carry out a plan, and review what came of it')
      .option('--max-rounds <n>', 'rounds of fix and re-review', count('--max-rounds'))
      .option('--base <ref>', 'commit to start from', 'HEAD')
      .option('--branch <name>', 'name of the branch')
      .addHelpText(
        'after',
        examples(
          'tercet execute plan.yaml',
          'tercet execute plan.yaml --executor openai/gpt-6-luna --reviewer anthropic/claude-opus-5-5',
        ),
      )
      .action((file, options) =>
        act(
          () => ahead(io, async (io) => (await import('../commands/execute.ts')).execute(io, file, options)),
          options,
        ),
      ),
  );

  withModels(
    program
      .command('review')
      .description('only review: the working tree, what is staged, a branch or a diff')
      .option('--base <ref>', 'review what HEAD has beyond this commit')
      .addOption(new Option('--staged', 'review what is staged').conflicts('diff'))
      .option('--diff <file>', 'review a patch; - for standard input')
      .option('--plan <file>', 'the plan the change should fulfil')
      .option('--request <text>', 'what the change should do')
      .addOption(
        new Option('--format <format>', 'form of the report')
          .choices(['text', 'markdown', 'sarif', 'rdjson', 'github'])
          .default('text')
          .conflicts('json'),
      )
      .addHelpText(
        'after',
        examples(
          'tercet review                      # the working tree against HEAD',
          'tercet review --base main --format sarif > review.sarif',
          'git diff main | tercet review --diff - --request "retries for the client"',
        ),
      )
      .action((options) =>
        act(() => ahead(io, async (io) => (await import('../commands/review.ts')).review(io, options)), options),
      ),
  );

  withModels(
    program
      .command('resume [run]')
      .description('go on with a run that was interrupted, parked or failed')
      .option('-y, --yes', 'go on without approval of the plan')
      .option('--max-rounds <n>', 'rounds of fix and re-review', count('--max-rounds'))
      .addHelpText(
        'after',
        `\nWithout a name, the newest such run. What was paid for, answered and committed stands.\n${examples('tercet resume', 'tercet resume 20261122-130501-3fa9 --budget 8')}`,
      )
      .action((run, options) =>
        act(() => ahead(io, async (io) => (await import('../commands/resume.ts')).resume(io, run, options)), options),
      ),
  );

  withJson(
    program
      .command('cancel <run>')
      .description('stop a run, also one that another process carries on')
      .addHelpText('after', examples('tercet cancel 20261122-130501-3fa9'))
      .action((run, options) =>
        act(async () => (await import('../commands/cancel.ts')).cancel(io, run, options), options),
      ),
  );

  withProgress(
    program
      .command('replay <run>')
      .description('a recorded run again from its receipts: no network, the same commits')
      .addOption(
        new Option('--checks <how>', 'commands that passed: taken as recorded, or run once more')
          .choices(['recorded', 'run'])
          .default('recorded'),
      )
      .option('--keep', 'leave the branch of the replay')
      .addHelpText(
        'after',
        `\nExits 0 when every commit is the same, 1 otherwise.\n${examples('tercet replay 20261122-130501-3fa9')}`,
      )
      .action((run, options) =>
        act(async () => (await import('../commands/replay.ts')).replay(io, run, options), options),
      ),
  );
};
