import type { CommanderError } from 'commander';
import { TercetError } from '../../contract/errors.ts';

/** A line the parser refused, as the error a person reads: one sentence, and where the help is. */
export function usageError(error: CommanderError, argv: readonly string[], commands: readonly string[]): TercetError {
  let [said = '', ...rest] = error.message.replace(/^error: /, '').split('\n');
  if (error.code === 'commander.help') said = `unknown command '${argv[1]}'`;
  const suggestion = /\(Did you mean (.+)\?\)/.exec(rest.join(' '))?.[1];
  const command = argv.find((word) => !word.startsWith('-'));
  const known = command !== undefined && commands.includes(command) && command !== 'help';
  const help = known ? `\`tercet ${command} --help\` says what it takes.` : '`tercet --help` lists the commands.';
  const message = `${said.charAt(0).toUpperCase()}${said.slice(1)}`.replace(/\.?$/, '.');
  return new TercetError('usage', message, {
    hint: suggestion === undefined ? help : `Did you mean ${suggestion.replace('one of ', 'one of: ')}? ${help}`,
  });
}
