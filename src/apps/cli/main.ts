import { CommanderError } from 'commander';
import { packageVersion } from '../../compose/package-folder.ts';
import type { Io } from './io.ts';
import { buildProgram } from './program.ts';

/** Runs the command line and returns the exit code. Never throws. */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  let chosen: { action: () => Promise<number>; json: boolean } | null = null;
  const program = buildProgram(io, packageVersion, (action, options) => {
    chosen = { action, json: options.json === true };
  });
  if (argv.length === 0) {
    program.outputHelp();
    return 2;
  }
  try {
    program.parse(argv, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    const { showError } = await import('./show-error.ts');
    if (!(error instanceof CommanderError)) return showError(io, error, wantsJson(argv));
    const { usageError } = await import('./usage-error.ts');
    const commands = program.commands.map((command) => command.name());
    return showError(io, usageError(error, argv, commands), wantsJson(argv));
  }
  const { action, json } = chosen ?? { action: async () => 0, json: false };
  try {
    return await action();
  } catch (error) {
    const { showError } = await import('./show-error.ts');
    return showError(io, error, json);
  }
}

/** A line that cannot be read may still say how its error is to be told. */
function wantsJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return argv.slice(0, end === -1 ? undefined : end).includes('--json');
}
