import { Command, CommanderError } from 'commander';
import { defineLook } from './define/look.ts';
import { type Act, examples } from './define/options.ts';
import { defineStart } from './define/start.ts';
import { defineWork } from './define/work.ts';
import type { Io } from './io.ts';

const EXIT_CODES = `
Exit codes:
  0 approved   1 failed   2 usage or configuration   3 changes requested
  4 inconclusive   5 parked (budget, rate limit, key, approval)   130 cancelled`;

/**
 * The command line, with every command's options, help and examples. `act` is told what the chosen command does.
 * Nothing is printed about a wrong line: it throws CommanderError, and the caller says it.
 */
export function buildProgram(io: Io, version: () => string, act: Act): Command {
  const program = new Command('tercet')
    .usage('<command> [options]')
    .description(
      'Three models, one change: a strong model plans, a cheap one executes, one of another lineage reviews.',
    )
    .helpOption('-h, --help', 'show help')
    .configureHelp({
      // The options are one `--help` away; the list of commands reads better without.
      subcommandTerm: (command) =>
        [command.name(), ...command.registeredArguments.map((it) => placeOf(it.name(), it.required, it.variadic))].join(
          ' ',
        ),
    })
    .configureOutput({ writeOut: (text) => io.stdout.write(text), writeErr: () => {}, outputError: () => {} })
    .exitOverride()
    .addHelpText(
      'after',
      examples(
        'tercet demo                     # the whole story in a minute, no key needed',
        'tercet init && tercet doctor    # set up this repository',
        'tercet run "add --json to the list command"',
      ),
    )
    .addHelpText('after', EXIT_CODES);
  program.option('-V, --version', 'show the version').on('option:version', () => {
    io.stdout.write(`${version()}\n`);
    throw new CommanderError(0, 'commander.version', '');
  });
  for (const define of [defineStart, defineWork, defineLook]) define(program, io, act);
  program.commandsGroup('Help:').helpCommand('help [command]', 'help for a command');
  return program;
}

function placeOf(name: string, required: boolean, variadic: boolean): string {
  const inner = variadic ? `${name}...` : name;
  return required ? `<${inner}>` : `[${inner}]`;
}
