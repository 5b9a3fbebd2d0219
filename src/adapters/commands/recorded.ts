import type { CommandResult, Commands } from '../../ports/commands.ts';

/** A command that had passed when the run was recorded and did not when it was run again. */
export interface ChangedCheck {
  command: string;
  exitCode: number | null;
  timedOut: boolean;
  output: string;
}

/**
 * Commands as they ended when a run was recorded: those that failed are in its journal and never come here, so all
 * others passed. With `again` they are run once more; one that fails now is told, and the replay goes on as recorded.
 */
export function recordedCommands(again: Commands | null, onChanged: (check: ChangedCheck) => void): Commands {
  return {
    confinement: again?.confinement ?? 'not run',
    async run(command, options): Promise<CommandResult> {
      const now = again === null ? null : await again.run(command, options);
      if (now !== null && now.exitCode !== 0 && !options.signal.aborted) {
        const { exitCode, timedOut, output } = now;
        onChanged({ command, exitCode, timedOut, output });
      }
      return { exitCode: 0, timedOut: false, ms: now?.ms ?? 0, output: now?.output ?? '' };
    },
  };
}
