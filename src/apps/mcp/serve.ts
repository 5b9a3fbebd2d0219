import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio';
import { cleanLine } from '../../report/clean.ts';
import { budgetOf } from '../cli/budget.ts';
import type { Io } from '../cli/io.ts';
import { LiveRuns } from '../runs/live-runs.ts';
import { rootFolder } from '../runs/roots.ts';
import { buildServer } from './server.ts';

export interface McpOptions {
  /** Folders whose repositories may be worked in; without any, the client says. */
  root?: string[];
  /** The most one run may spend, USD. */
  budget?: string;
}

/** The longest message that is read, bytes: a patch for review is the largest argument. */
const LARGEST_MESSAGE = 16_000_000;

/**
 * `tercet mcp`: serves the Model Context Protocol on standard input and output until the input ends or the process is asked to
 * stop; then every run is ended cleanly. Nothing but the protocol is written to stdout.
 */
export async function mcp(io: Io, options: McpOptions): Promise<number> {
  const runs = new LiveRuns();
  const host = {
    env: io.env,
    cwd: io.cwd,
    roots: (options.root ?? []).map((root) => rootFolder(root, io.cwd)),
    budgetUsd: options.budget === undefined ? null : budgetOf(options.budget),
  };
  const stopped = new Promise<string>((resolve) => {
    io.stdin.once('end', () => resolve('The client has gone.'));
    io.stdin.once('close', () => resolve('The client has gone.'));
    process.once('SIGTERM', () => resolve('The server was asked to stop.'));
    process.once('SIGINT', () => resolve('The server was asked to stop.'));
  });
  const transport = new StdioServerTransport(io.stdin, io.stdout, { maxBufferSize: LARGEST_MESSAGE });
  const handle = serveStdio(() => buildServer(host, runs), {
    transport,
    onerror: (error) => io.stderr.write(`tercet mcp: ${cleanLine(error.message)}\n`),
  });
  await runs.close(await stopped);
  await handle.close();
  return 0;
}
