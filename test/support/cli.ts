import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { killSwitch } from './kill-switch.ts';
import type { ModelServer } from './model-server/server.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const BIN = path.join(ROOT, 'bin', 'tercet.js');

/** A home of its own for one test: configuration, ledger, runs; removed at the end. */
export interface Home extends AsyncDisposable {
  folder: string;
  /** Environment of a child: nothing of ours but PATH. */
  env: Record<string, string>;
}

/**
 * `server` answers for all providers; without one, no provider is reachable. `config` is added to the person's file, as
 * YAML; where it says nothing of the sandbox there is none, so that a test runs the same with and without bubblewrap.
 */
export async function makeHome(server: ModelServer | null, config = ''): Promise<Home> {
  const folder = await mkdtemp(path.join(tmpdir(), 'tercet-test-home-'));
  const url = server?.url ?? 'http://127.0.0.1:9';
  const providers = [
    'providers:',
    `  anthropic: { baseUrl: ${url}/v1 }`,
    `  openai: { baseUrl: ${url}/v1 }`,
    `  google: { baseUrl: ${url}/v1beta }`,
  ];
  const sandbox = /^sandbox:/m.test(config) ? '' : 'sandbox: off\n';
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'config.yaml'), `${sandbox}${providers.join('\n')}\n${config}`);
  return {
    folder,
    env: {
      PATH: `${path.dirname(process.execPath)}:${process.env.PATH ?? ''}`,
      HOME: folder,
      TERCET_HOME: folder,
      ANTHROPIC_API_KEY: 'sk-ant-test-0123456789abcdef',
      OPENAI_API_KEY: 'sk-test-0123456789abcdef',
      GEMINI_API_KEY: 'gemini-test-0123456789abcdef',
      // The kill switch goes with every child: what the command line starts stays on loopback too.
      NODE_OPTIONS: killSwitch(),
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

export interface CliResult {
  code: number | null;
  stdout: string;
  stderr: string;
  /** The last line of stdout as JSON; throws where it is none. */
  json(): Record<string, unknown>;
}

/** Runs the built command line without a terminal. `input` is standard input; without it, standard input is empty. */
export async function tercet(
  args: readonly string[],
  options: {
    cwd: string;
    home: Home;
    input?: string;
    env?: Record<string, string>;
    onStderr?: (text: string, kill: (signal: NodeJS.Signals) => void) => void;
  },
): Promise<CliResult> {
  const child = spawn(process.execPath, [BIN, ...args], {
    cwd: options.cwd,
    env: { ...options.home.env, ...options.env },
    stdio: 'pipe',
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    options.onStderr?.(stderr, (signal) => child.kill(signal));
  });
  child.stdin.on('error', () => {});
  child.stdin.end(options.input ?? '');
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  return {
    code,
    stdout,
    stderr,
    json: () => JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as Record<string, unknown>,
  };
}
