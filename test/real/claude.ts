import { spawn } from 'node:child_process';
import path from 'node:path';
import type { Lines } from '../support/cast.ts';
import { list, record, text } from '../support/model-server/json.ts';
import { type ModelServer, startModelServer } from '../support/model-server/server.ts';
import type { Reply, Script } from '../support/model-server/types.ts';
import { type Stage, setStage } from '../support/stage.ts';
import { installed } from './install.ts';

export const CLAUDE = { '@anthropic-ai/claude-code': '2.1.330' };

/** One line of `--output-format stream-json`. */
export type HostEvent = Record<string, unknown> & { type: string; subtype?: string };

/** What the host's model does next: calls a tool, says something and ends its turn. */
export type HostAct =
  | { call: string; input: unknown }
  | ((results: string[]) => { call: string; input: unknown })
  | { say: string };

/** A stage of Tercet's with a second model server beside, for the host's own model. */
export type HostStage = Stage & { host: ModelServer };

export async function setHostStage(acts: HostAct[], lines: Lines): Promise<HostStage> {
  const stage = await setStage(lines);
  const host = await startModelServer(hostModel(acts));
  return {
    ...stage,
    host,
    async [Symbol.asyncDispose]() {
      await host.close();
      await stage[Symbol.asyncDispose]();
    },
  };
}

/**
 * The real Claude Code, headless: everything of it in `stage`'s home, its model on a server of loopback, and nothing else to
 * reach. @returns exit code and output.
 */
export async function claude(
  stage: HostStage,
  args: readonly string[],
  more: { cwd?: string; env?: Record<string, string> } = {},
): Promise<{ code: number | null; stdout: string; stderr: string; events: HostEvent[] }> {
  const bin = await installed(CLAUDE);
  const { NODE_OPTIONS: _, ...own } = stage.home.env;
  const child = spawn(path.join(bin, 'claude'), [...args], {
    cwd: more.cwd ?? stage.repository.root,
    env: {
      ...own,
      CLAUDE_CONFIG_DIR: path.join(stage.home.folder, 'claude'),
      ANTHROPIC_BASE_URL: stage.host.url,
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      DISABLE_TELEMETRY: '1',
      DISABLE_ERROR_REPORTING: '1',
      DISABLE_AUTOUPDATER: '1',
      // What its own client would call beyond the model's address ends on loopback too.
      HTTPS_PROXY: 'http://127.0.0.1:9',
      NO_PROXY: '127.0.0.1',
      ...more.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  const events = stdout.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as HostEvent] : []));
  return { code, stdout, stderr, events };
}

/**
 * Plays the host's model: `acts` in order, for the calls that are offered the tools of the main conversation. Its side calls (a title, a summary) are answered in words. `results` are what its tools answered so far.
 */
export function hostModel(acts: HostAct[]): Script {
  return (call) => {
    const body = record(call.body);
    if (!call.tools.some((name) => name === 'Write' || name.startsWith('mcp__'))) return { text: 'A short title' };
    const act = acts.shift();
    if (act === undefined) return { text: 'There is nothing more to do.' };
    const next = typeof act === 'function' ? act(resultsIn(body)) : act;
    return 'say' in next ? { text: next.say } : callOf(next, call.tools);
  };
}

function callOf({ call, input }: { call: string; input: unknown }, tools: readonly string[]): Reply {
  const name = tools.find(
    (it) => it === call || it === `mcp__plugin_tercet_tercet__${call}` || it === `mcp__tercet__${call}`,
  );
  if (name === undefined) throw new Error(`the host offers no tool ${call}, only ${tools.join(', ')}`);
  return { toolCalls: [{ name, input }] };
}

/** What tools answered in this conversation, oldest first. */
function resultsIn(body: Record<string, unknown>): string[] {
  return list(body.messages).flatMap((message) =>
    list(record(message).content)
      .map(record)
      .filter(({ type }) => type === 'tool_result')
      .map(({ content }) =>
        typeof content === 'string'
          ? content
          : list(content)
              .map((part) => text(record(part).text))
              .join('\n'),
      ),
  );
}
