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
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return 0;
    if (error.code === 'tercet.usage') io.stderr.write(`${error.message}\n`);
    if (argv.includes('--json'))
      io.stdout.write(`${JSON.stringify({ error: { code: 'usage', message: error.message, hint: null } })}\n`);
    return 2;
  }
  const { action, json } = chosen ?? { action: async () => 0, json: false };
  try {
    return await action();
  } catch (error) {
    const { showError } = await import('./show-error.ts');
    return showError(io, error, json);
  }
}
