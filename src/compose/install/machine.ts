/** The machine around an install; tests pass their own. */
export interface Machine {
  env: NodeJS.ProcessEnv;
  platform: NodeJS.Platform;
  /** The folder of this package. */
  packageFolder: string;
}

/** How a tool starts the MCP server. */
export interface Start {
  command: string;
  args: string[];
}
