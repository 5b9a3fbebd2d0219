/**
 * Runs commands that come from a plan or the configuration: untrusted, so without keys, bounded, killed whole.
 * One suite runs over every adapter: test/ports/commands.contract.ts.
 */
export interface Commands {
  /** How commands are confined, for the record: `none` or the sandbox's name. */
  readonly confinement: string;
  /**
   * Never throws for what the command does. A command that is deceptive (a second line, invisible characters), or that
   * cannot be confined as `confinement` says, is not run at all: 126, and the output begins with `Not run:`.
   */
  run(command: string, options: CommandOptions): Promise<CommandResult>;
}

export interface CommandOptions {
  cwd: string;
  timeoutMs: number;
  /** Output kept, head and tail; the middle is cut and said so. */
  maxOutputBytes: number;
  signal: AbortSignal;
}

export interface CommandResult {
  /** null when it was ended (deadline, cancel); of a signal it died of, null or 128 and its number. */
  exitCode: number | null;
  timedOut: boolean;
  ms: number;
  /** stdout and stderr as they came, control sequences stripped. */
  output: string;
}
