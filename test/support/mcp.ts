import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type CallToolResult, Client, type ElicitResult } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import type { RunState } from '../../src/apps/mcp/schemas.ts';
import type { Home } from './cli.ts';

const BIN = fileURLToPath(new URL('../../bin/tercet.js', import.meta.url));

/** The two generations of the protocol: `initialize` with requests from the server, and results that ask for input. */
export const ERAS = ['legacy', 'modern'] as const;
export type Era = (typeof ERAS)[number];

export interface McpOptions {
  era: Era;
  home: Home;
  cwd: string;
  args?: readonly string[];
  env?: Record<string, string>;
  /** Folders the client has open; without them it does not speak of roots. */
  roots?: readonly string[];
  /** The person at the client; without one it cannot be asked. */
  person?: (message: string, properties: Record<string, unknown>) => ElicitResult | Promise<ElicitResult>;
}

/** The official client, connected to the built command over its standard input and output. */
export interface Connected extends AsyncDisposable {
  client: Client;
  pid: number;
  /** What went over stdout that is not the protocol. */
  errors: Error[];
  stderr(): string;
  /** Calls a tool and gives its result for programs; throws what a tool refuses, in its words. */
  call<T = RunState>(name: string, args: Record<string, unknown>): Promise<T>;
}

export async function connect(options: McpOptions): Promise<Connected> {
  const { era, home, cwd, args = [], roots, person } = options;
  const client = new Client(
    { name: 'test', version: '1.0.0' },
    {
      capabilities: {
        ...(roots === undefined ? {} : { roots: { listChanged: true } }),
        ...(person === undefined ? {} : { elicitation: { form: {} } }),
      },
      versionNegotiation: { mode: era === 'legacy' ? 'legacy' : { pin: '2026-07-28' } },
    },
  );
  if (roots !== undefined)
    client.setRequestHandler('roots/list', () => ({ roots: roots.map((root) => ({ uri: pathToFileURL(root).href })) }));
  if (person !== undefined)
    client.setRequestHandler('elicitation/create', ({ params }) =>
      person(params.message, 'requestedSchema' in params ? params.requestedSchema.properties : {}),
    );
  const env = { ...home.env, ...options.env };
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [BIN, 'mcp', ...args],
    env,
    cwd: path.resolve(cwd),
    stderr: 'pipe',
  });
  let stderr = '';
  transport.stderr?.on('data', (chunk) => {
    stderr += String(chunk);
  });
  const errors: Error[] = [];
  client.onerror = (error) => void errors.push(error);
  await client.connect(transport);
  return {
    client,
    pid: transport.pid ?? 0,
    errors,
    stderr: () => stderr,
    call: async <T>(name: string, given: Record<string, unknown>) => {
      const result = await client.callTool({ name, arguments: given }, { timeout: 20_000 });
      if (result.isError === true) throw new Error(textOf(result));
      return result.structuredContent as T;
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
}

/** The text a model reads. */
export function textOf(result: CallToolResult): string {
  return result.content.map((part) => (part.type === 'text' ? part.text : '')).join('\n');
}
