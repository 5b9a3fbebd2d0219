import { Option } from 'commander';
import { count, type Define, examples, withJson } from './options.ts';

/** The commands that look at what was done and what it cost, and at what it would cost. They call no model. */
export const defineLook: Define = (program, io, act) => {
  program.commandsGroup('Look back:');

  withJson(
    program
      .command('runs')
      .description('the runs of this repository, newest first')
      .option('--limit <n>', 'how many', count('--limit'), 20)
      .addHelpText('after', examples('tercet runs --limit 5'))
      .action((options) => act(async () => (await import('../commands/runs.ts')).runs(io, options), options)),
  );

  withJson(
    program
      .command('show <run>')
      .description('one run: outcome, tasks, findings, cost; or one of its files')
      .addOption(new Option('--plan', 'its plan.yaml').conflicts(['diff', 'report']))
      .addOption(new Option('--diff', 'its change, as a diff').conflicts('report'))
      .option('--report', 'its report, as Markdown')
      .addHelpText(
        'after',
        `\nThe first characters of a run's id are enough when they are unique.\n${examples('tercet show 20261122-130501', 'tercet show 20261122-130501-3fa9 --diff | less')}`,
      )
      .action((run, options) => act(async () => (await import('../commands/show.ts')).show(io, run, options), options)),
  );

  withJson(
    program
      .command('apply <run>')
      .description('bring the change of a run into the working tree, uncommitted')
      .option('--force', 'although it was not approved')
      .option('-y, --yes', 'although it changes sensitive files; they are listed')
      .addHelpText(
        'after',
        `\nAll of it or nothing: a conflict with your own changes is refused, and your index\nis not touched.\n${examples('tercet apply 20261122-130501-3fa9')}`,
      )
      .action((run, options) =>
        act(async () => (await import('../commands/apply.ts')).apply(io, run, options), options),
      ),
  );

  withJson(
    program
      .command('costs')
      .description('what was spent, from the receipts')
      .addOption(new Option('--by <key>', 'add up by').choices(['role', 'model', 'day']).default('role'))
      .addOption(new Option('--run <run>', 'only this run').conflicts('all'))
      .option('--since <date>', 'only calls from this day on (UTC)')
      .option('--all', 'all repositories')
      .addHelpText('after', examples('tercet costs --by model', 'tercet costs --all --by day --since 2026-11-01'))
      .action((options) => act(async () => (await import('../commands/costs.ts')).costs(io, options), options)),
  );

  withJson(
    program
      .command('export <run>')
      .description('one file about a run for a bug report; no code, prompts or keys in it')
      .option('-o, --output <file>', 'where to write it; - for standard output')
      .option('--force', 'overwrite it')
      .option('--with-content', 'also request, plan, answers and what commands printed')
      .addHelpText('after', `\nRead the file before you share it.\n${examples('tercet export 20261122-130501-3fa9')}`)
      .action((run, options) =>
        act(async () => (await import('../commands/export.ts')).exportRun(io, run, options), options),
      ),
  );

  withJson(
    program
      .command('clean')
      .description('remove what runs have left; work is saved under a ref first')
      .option('--older-than <age>', 'records of ended runs, and rescue refs, older than this', '30d')
      .option('--branches', 'also branches of ended runs that HEAD or their upstream has all of')
      .option('--refs', 'also rescue refs')
      .option('--dry-run', 'only list')
      .option('-y, --yes', 'do not ask')
      .addHelpText(
        'after',
        `\nNothing a process works on is touched, and what was spent stays in \`tercet costs\`.\n${examples('tercet clean --dry-run', 'tercet clean --older-than 7d --branches --yes')}`,
      )
      .action((options) => act(async () => (await import('../commands/clean.ts')).clean(io, options), options)),
  );

  program.commandsGroup('Models and prices:');

  withJson(
    program
      .command('models [words...]')
      .description('models with a known price, and the trios')
      .option('--from <provider>', 'ask this provider what it has: mindstudio, ollama, … or one of your own')
      .addHelpText(
        'after',
        `\nWords narrow the list: every one has to be part of the id.\n${examples('tercet models', 'tercet models haiku', 'tercet models --from ollama')}`,
      )
      .action((words, options) =>
        act(async () => (await import('../commands/models.ts')).models(io, words, options), options),
      ),
  );

  withJson(
    program
      .command('estimate')
      .description('three models against one, for given tokens; calls nothing')
      .requiredOption('--planning <tokens>', 'tokens of planning')
      .requiredOption('--implementation <tokens>', 'tokens of implementation')
      .requiredOption('--review <tokens>', 'tokens of review')
      .option('--trio <name>', 'three models: frontier, article, budget, local, or your own')
      .option('--single <model>', 'the one model to compare with; default: the planner’s')
      .addHelpText(
        'after',
        `\nTokens are priced as output; give input+output (12000+3000) to price them apart.\n${examples('tercet estimate --planning 2000 --implementation 15000 --review 3000 --trio article')}`,
      )
      .action((options) => act(async () => (await import('../commands/estimate.ts')).estimate(io, options), options)),
  );
};
