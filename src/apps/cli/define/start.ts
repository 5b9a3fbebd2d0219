import { Option } from 'commander';
import { collect, type Define, examples, withJson, withProgress } from './options.ts';

/** The commands of the first minutes. */
export const defineStart: Define = (program, io, act) => {
  program.commandsGroup('Start:');

  withProgress(
    program
      .command('demo')
      .description('the whole story on a sample project with scripted agents: no key, no network')
      .option('--keep', 'keep the sample project to look around in')
      .addHelpText('after', examples('tercet demo', 'tercet demo --keep'))
      .action((options) => act(async () => (await import('../commands/demo.ts')).demo(io, options), options)),
  );

  withJson(
    program
      .command('init')
      .description('write a commented tercet.yaml from what is found here; never overwrites one')
      .option('--print', 'print it instead')
      .option('-y, --yes', 'do not ask')
      .addHelpText('after', examples('tercet init', 'tercet init --print'))
      .action((options) => act(async () => (await import('../commands/init.ts')).init(io, options), options)),
  );

  withJson(
    program
      .command('trust')
      .description('show what this repository’s tercet.yaml asks for, and trust it')
      .addOption(new Option('-y, --yes', 'trust it without being asked').conflicts(['revoke', 'list']))
      .addOption(
        new Option('--expect <sha256>', 'only if the settings are exactly these').conflicts(['revoke', 'list']),
      )
      .addOption(new Option('--revoke', 'forget what was trusted here').conflicts('list'))
      .option('--list', 'everything that is trusted on this machine')
      .addHelpText('after', examples('tercet trust', 'tercet trust --revoke'))
      .action((options) => act(async () => (await import('../commands/trust.ts')).trust(io, options), options)),
  );

  withJson(
    program
      .command('doctor')
      .description('say what is set up and what is missing; prints no key')
      .option('--trio <name>', 'check these three models instead of the configured ones')
      .option('--probe', 'also call each role’s model once, in a few words, after asking')
      .option('-y, --yes', 'with --probe: do not ask')
      .addHelpText(
        'after',
        `\nCalls no model without --probe.\n${examples('tercet doctor', 'tercet doctor --trio budget', 'tercet doctor --probe')}`,
      )
      .action((options) => act(async () => (await import('../commands/doctor.ts')).doctor(io, options), options)),
  );

  withJson(
    program
      .command('install [host]')
      .description('set Tercet up in another tool’s settings, after asking; without a host, list them')
      .option('--undo', 'take it out again')
      .option('--dry-run', 'only show the change')
      .option('-y, --yes', 'do not ask')
      .addHelpText(
        'after',
        `\nHosts: claude-code (its plugin), codex, cursor, gemini, opencode, vscode (the MCP server).\n${examples('tercet install', 'tercet install codex', 'tercet install codex --undo')}`,
      )
      .action((host, options) =>
        act(async () => (await import('../commands/install.ts')).install(io, host, options), options),
      ),
  );

  program
    .command('mcp')
    .description('serve plan, execute and review to other agents: Model Context Protocol on stdio')
    .option('--root <folder>', 'only repositories within it; may be given several times', collect)
    .option('--budget <usd>', 'the most one run may spend, US dollars; a caller can only lower it')
    .addHelpText(
      'after',
      `\nA client starts it; docs/mcp.md says how for each.\n${examples('tercet mcp', 'tercet mcp --root ~/src --budget 2')}`,
    )
    .action((options) => act(async () => (await import('../../mcp/serve.ts')).mcp(io, options), options));

  program
    .command('hook <event>')
    .description('what the Claude Code plugin runs: holds a session once while its change is unreviewed')
    .addHelpText(
      'after',
      `\nEvents: session-start, user-prompt-submit, stop; their JSON on standard input.\nAlways exits 0. docs/claude-code.md says what it does.\n${examples('tercet hook stop')}`,
    )
    .action((event, options) => act(async () => (await import('../../hook/hook.ts')).hook(io, event), options));
};
