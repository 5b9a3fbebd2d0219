import { Command, CommanderError, Option } from 'commander';
import type { Io } from './io.ts';

/** Runs one command and returns its exit code. Modules of a command are loaded when it runs: `--help` needs none. */
type Action = () => Promise<number>;

const EXIT_CODES = `
Exit codes:
  0 approved   1 failed   2 usage or configuration   3 changes requested
  4 inconclusive   5 parked (budget, rate limit, key, approval)   130 cancelled
`;

/** The command line, with every command's options, help and examples. `act` runs the chosen command. */
export function buildProgram(
  io: Io,
  version: () => string,
  act: (action: Action, options: { json?: boolean }) => void,
): Command {
  const program = new Command('tercet')
    .description(
      'Three models, one change: a strong model plans, a cheap one executes, one of another lineage reviews.',
    )
    .helpOption('-h, --help', 'show help')
    .helpCommand(false)
    .showHelpAfterError('Run it with --help to see what it takes.')
    .configureOutput({ writeOut: (text) => io.stdout.write(text), writeErr: (text) => io.stderr.write(text) })
    .exitOverride()
    .addHelpText(
      'after',
      `${EXIT_CODES}\nStart:\n  $ tercet demo                              the whole story in a minute, no key needed\n  $ tercet init && tercet doctor             set up this repository\n  $ tercet run "add --json to the list command"\n`,
    );
  program.option('-V, --version', 'show the version').on('option:version', () => {
    io.stdout.write(`${version()}\n`);
    throw new CommanderError(0, 'commander.version', '');
  });
  for (const define of [
    defineRun,
    definePlan,
    defineExecute,
    defineReview,
    defineRuns,
    defineShow,
    defineResume,
    defineCancel,
    defineReplay,
    defineExport,
    defineClean,
    defineApply,
    defineCosts,
    defineModels,
    defineEstimate,
    defineInit,
    defineDoctor,
    defineDemo,
  ])
    define(program, io, act);
  return program;
}

type Define = (program: Command, io: Io, act: (action: Action, options: { json?: boolean }) => void) => void;

const common = (command: Command) =>
  command
    .option('--json', 'print one JSON object as the last line of stdout')
    .option('-q, --quiet', 'only the result')
    .option('-v, --verbose', 'every call and its cost');

const withModels = (command: Command) =>
  common(command)
    .option('--trio <name>', 'preset of three models: frontier, article, budget, local')
    .option('--planner <model>', 'model that plans, e.g. anthropic/claude-fable-5-2')
    .option('--executor <model>', 'model that executes')
    .option('--reviewer <model>', 'model that reviews; of another lineage than the executor')
    .option('--effort <level>', 'reasoning effort: none, low, medium, high, max; or role=level', collect)
    .option('--budget <usd>', 'the most this run may spend, US dollars');

const collect = (value: string, before: string[] = []) => [...before, value];

function count(name: string) {
  return (value: string): number => {
    const number = Number(value);
    if (Number.isInteger(number) && number >= 0 && number <= 100) return number;
    throw new CommanderError(2, 'tercet.usage', `error: ${name} takes a whole number from 0 to 100, not "${value}"`);
  };
}

const defineRun: Define = (program, io, act) => {
  withModels(program.command('run [request...]'))
    .description('plan, execute and review a change; leaves a branch')
    .option('-f, --file <file>', 'read the request from a file; - for standard input')
    .option('-y, --yes', 'go on without approval of the plan')
    .option('--max-rounds <n>', 'rounds of fix and re-review', count('--max-rounds'))
    .option('--base <ref>', 'commit to start from', 'HEAD')
    .option('--branch <name>', 'name of the branch')
    .option('--no-plan', 'one small task, no planner; name the files in the request (review stays)')
    .option('--always-plan', 'never take the short path')
    .addHelpText(
      'after',
      '\nExamples:\n  $ tercet run "add a --json flag to the list command"\n  $ tercet run --file request.md --yes --budget 2\n  $ gh issue view 42 --json title,body -q .body | tercet run --yes --json\n  $ tercet run --no-plan "fix the off-by-one in src/pager.ts"\n',
    )
    .action((words, options) => act(async () => (await import('./commands/run.ts')).run(io, words, options), options));
};

const definePlan: Define = (program, io, act) => {
  withModels(program.command('plan [request...]'))
    .description('only plan: writes plan.yaml; or check one')
    .option('-f, --file <file>', 'read the request from a file; - for standard input')
    .option('-o, --output <file>', 'where to write the plan', 'plan.yaml')
    .option('--force', 'overwrite it')
    .option('--base <ref>', 'commit to plan against', 'HEAD')
    .option('--check <file>', 'lint a plan against the repository; calls no model')
    .addHelpText(
      'after',
      '\nExamples:\n  $ tercet plan "add retries to the HTTP client"\n  $ tercet plan --check plan.yaml\n',
    )
    .action((words, options) =>
      act(async () => (await import('./commands/plan.ts')).plan(io, words, options), options),
    );
};

const defineExecute: Define = (program, io, act) => {
  withModels(program.command('execute <plan>'))
    .description('execute a plan, and review what came of it')
    .option('--max-rounds <n>', 'rounds of fix and re-review', count('--max-rounds'))
    .option('--base <ref>', 'commit to start from', 'HEAD')
    .option('--branch <name>', 'name of the branch')
    .addHelpText(
      'after',
      '\nExamples:\n  $ tercet execute plan.yaml\n  $ tercet execute plan.yaml --executor openai/gpt-6-luna --reviewer anthropic/claude-opus-5-5\n',
    )
    .action((file, options) =>
      act(async () => (await import('./commands/execute.ts')).execute(io, file, options), options),
    );
};

const defineReview: Define = (program, io, act) => {
  withModels(program.command('review'))
    .description('only review: the working tree, what is staged, a branch or a diff')
    .option('--base <ref>', 'review what HEAD has beyond this commit')
    .option('--staged', 'review what is staged')
    .option('--diff <file>', 'review a patch; - for standard input')
    .option('--plan <file>', 'the plan the change should fulfil')
    .option('--request <text>', 'what the change should do')
    .addOption(
      new Option('--format <format>', 'form of the report')
        .choices(['text', 'markdown', 'sarif', 'rdjson', 'github'])
        .default('text'),
    )
    .addHelpText(
      'after',
      '\nExamples:\n  $ tercet review                     the working tree against HEAD\n  $ tercet review --base main --format sarif > review.sarif\n  $ git diff main | tercet review --diff - --request "retries for the client"\n',
    )
    .action((options) => act(async () => (await import('./commands/review.ts')).review(io, options), options));
};

const defineRuns: Define = (program, io, act) => {
  common(program.command('runs'))
    .description('the runs of this repository, newest first')
    .option('--limit <n>', 'how many', count('--limit'), 20)
    .addHelpText('after', '\nExample:\n  $ tercet runs --limit 5\n')
    .action((options) => act(async () => (await import('./commands/runs.ts')).runs(io, options), options));
};

const defineShow: Define = (program, io, act) => {
  common(program.command('show <run>'))
    .description('one run: outcome, tasks, findings, cost; or its artefacts')
    .option('--plan', 'its plan.yaml')
    .option('--diff', 'its change, as a diff')
    .option('--report', 'its report, as Markdown')
    .addHelpText('after', '\nExamples:\n  $ tercet show 20261122\n  $ tercet show 20261122-130501-3fa9 --diff | less\n')
    .action((run, options) => act(async () => (await import('./commands/show.ts')).show(io, run, options), options));
};

const defineResume: Define = (program, io, act) => {
  withModels(program.command('resume [run]'))
    .description('go on with a run that was interrupted, parked or failed; the newest unless named')
    .option('-y, --yes', 'go on without approval of the plan')
    .option('--max-rounds <n>', 'rounds of fix and re-review', count('--max-rounds'))
    .addHelpText(
      'after',
      '\nWhat was paid for, answered and committed is not done again.\n\nExamples:\n  $ tercet resume\n  $ tercet resume 20261122-130501-3fa9 --budget 8\n',
    )
    .action((run, options) =>
      act(async () => (await import('./commands/resume.ts')).resume(io, run, options), options),
    );
};

const defineCancel: Define = (program, io, act) => {
  common(program.command('cancel <run>'))
    .description('stop a run, also one that another process carries on')
    .addHelpText('after', '\nExample:\n  $ tercet cancel 20261122-130501-3fa9\n')
    .action((run, options) =>
      act(async () => (await import('./commands/cancel.ts')).cancel(io, run, options), options),
    );
};

const defineReplay: Define = (program, io, act) => {
  common(program.command('replay <run>'))
    .description('a recorded run again from its receipts: no network, nothing spent, the same commits')
    .addOption(
      new Option('--checks <how>', 'commands that passed: taken as recorded, or run once more')
        .choices(['recorded', 'run'])
        .default('recorded'),
    )
    .option('--keep', 'leave the branch of the replay')
    .addHelpText(
      'after',
      '\nExits 0 when every commit is the same, 1 otherwise.\n\nExample:\n  $ tercet replay 20261122-130501-3fa9\n',
    )
    .action((run, options) =>
      act(async () => (await import('./commands/replay.ts')).replay(io, run, options), options),
    );
};

const defineExport: Define = (program, io, act) => {
  common(program.command('export <run>'))
    .description('one file about a run for a bug report; no code, prompts or keys in it')
    .option('-o, --output <file>', 'where to write it; - for standard output')
    .option('--force', 'overwrite it')
    .option('--with-content', 'also request, plan, answers and what commands printed')
    .addHelpText('after', '\nRead the file before you share it.\n\nExample:\n  $ tercet export 20261122-130501-3fa9\n')
    .action((run, options) =>
      act(async () => (await import('./commands/export.ts')).exportRun(io, run, options), options),
    );
};

const defineClean: Define = (program, io, act) => {
  common(program.command('clean'))
    .description('remove what runs have left: working trees, old records; work is saved under a ref first')
    .option('--older-than <age>', 'records of ended runs, and rescue refs, older than this', '30d')
    .option('--branches', 'also branches of ended runs that HEAD or their upstream has all of')
    .option('--refs', 'also rescue refs')
    .option('--dry-run', 'only list')
    .option('-y, --yes', 'do not ask')
    .addHelpText(
      'after',
      '\nNothing a process works on is touched, and what was spent stays in `tercet costs`.\n\nExamples:\n  $ tercet clean --dry-run\n  $ tercet clean --older-than 7d --branches --yes\n',
    )
    .action((options) => act(async () => (await import('./commands/clean.ts')).clean(io, options), options));
};

const defineApply: Define = (program, io, act) => {
  common(program.command('apply <run>'))
    .description('bring the change of a run into the working tree, uncommitted')
    .option('--force', 'although it was not approved')
    .addHelpText(
      'after',
      '\nAll of it or nothing: a conflict with your own changes is refused, and your index is not touched.\n\nExample:\n  $ tercet apply 20261122-130501-3fa9\n',
    )
    .action((run, options) => act(async () => (await import('./commands/apply.ts')).apply(io, run, options), options));
};

const defineCosts: Define = (program, io, act) => {
  common(program.command('costs'))
    .description('what was spent, from the receipts')
    .addOption(new Option('--by <key>', 'add up by').choices(['role', 'model', 'day']).default('role'))
    .option('--run <run>', 'only this run')
    .option('--since <date>', 'only calls from this day on')
    .option('--all', 'all repositories')
    .addHelpText(
      'after',
      '\nExamples:\n  $ tercet costs --by model\n  $ tercet costs --all --by day --since 2026-11-01\n',
    )
    .action((options) => act(async () => (await import('./commands/costs.ts')).costs(io, options), options));
};

const defineModels: Define = (program, io, act) => {
  common(program.command('models [words...]'))
    .description('models with a known price, and the trios')
    .addHelpText('after', '\nExample:\n  $ tercet models haiku\n')
    .action((words, options) =>
      act(async () => (await import('./commands/models.ts')).models(io, words, options), options),
    );
};

const defineEstimate: Define = (program, io, act) => {
  common(program.command('estimate'))
    .description('three models against one, for given tokens; calls nothing')
    .requiredOption('--planning <tokens>', 'tokens of planning')
    .requiredOption('--implementation <tokens>', 'tokens of implementation')
    .requiredOption('--review <tokens>', 'tokens of review')
    .option('--trio <name>', 'preset of three models')
    .option('--single <model>', 'the one model to compare with; default the planner’s')
    .addHelpText(
      'after',
      '\nTokens are priced as output; give input+output (12000+3000) to price them apart.\n\nExample:\n  $ tercet estimate --planning 2000 --implementation 15000 --review 3000 --trio article\n',
    )
    .action((options) => act(async () => (await import('./commands/estimate.ts')).estimate(io, options), options));
};

const defineInit: Define = (program, io, act) => {
  common(program.command('init'))
    .description('write a commented tercet.yaml from what is found here')
    .option('--print', 'print it instead')
    .addHelpText('after', '\nExample:\n  $ tercet init\n')
    .action((options) => act(async () => (await import('./commands/init.ts')).init(io, options), options));
};

const defineDoctor: Define = (program, io, act) => {
  common(program.command('doctor'))
    .description('say what is set up and what is missing; calls no model, prints no key')
    .option('--trio <name>', 'check this trio')
    .addHelpText('after', '\nExample:\n  $ tercet doctor --trio budget\n')
    .action((options) => act(async () => (await import('./commands/doctor.ts')).doctor(io, options), options));
};

const defineDemo: Define = (program, io, act) => {
  common(program.command('demo'))
    .description('the whole story on a sample project with scripted agents: no key, no network')
    .option('--keep', 'keep the sample project to look around in')
    .addHelpText('after', '\nExample:\n  $ tercet demo --keep\n')
    .action((options) => act(async () => (await import('./commands/demo.ts')).demo(io, options), options));
};
