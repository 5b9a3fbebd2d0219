import type { CommandOptions, CommandResult, Commands } from '../../ports/commands.ts';
import type { Ended } from './attend.ts';
import { plainText } from './plain-text.ts';
import { refusal } from './refusal.ts';
import { trimOutput } from './trim-output.ts';

/** What a shell says of a command it will not run. */
const NOT_RUN = 126;

/**
 * What every adapter does around a command: refuses deceptive ones, cleans and trims the output, and turns whatever
 * `execute` throws into 126. There is no second way to run a command: one that cannot be confined is not run.
 */
export function commandsBy(
  confinement: string,
  execute: (command: string, options: CommandOptions) => Promise<Ended>,
): Commands {
  return {
    confinement,
    run: async (command, options) => {
      const started = performance.now();
      const end = (exitCode: number | null, output: string, timedOut = false): CommandResult => {
        const text = trimOutput(plainText(output), options.maxOutputBytes);
        return { exitCode, timedOut, ms: Math.round(performance.now() - started), output: text };
      };
      const why = refusal(command);
      if (why !== null) return end(NOT_RUN, `Not run: ${why}.`);
      if (options.signal.aborted) return end(null, 'Not run: cancelled.');
      try {
        const { exitCode, output, timedOut } = await execute(command, options);
        return end(exitCode, output, timedOut);
      } catch (error) {
        return end(NOT_RUN, `Not run: ${error instanceof Error ? error.message : String(error)}`);
      }
    },
  };
}

/** For runs that have nothing to run: every command is refused. */
export function noCommands(why: string): Commands {
  return commandsBy('no commands', async () => {
    throw new Error(why);
  });
}
