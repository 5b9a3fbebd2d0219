/** Runs commands that come from a plan or the configuration: untrusted, so without keys, bounded, killed whole. */
export interface Commands {
  /** How commands are confined, for the record: `none` or the sandbox's name. */
  readonly confinement: string;
  /** Never throws for what the command does. */
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
  /** null when killed. */
  exitCode: number | null;
  timedOut: boolean;
  ms: number;
  /** stdout and stderr as they came, control sequences stripped. */
  output: string;
}
