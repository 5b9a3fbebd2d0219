import type { Lineage, Role } from '../contract/role.ts';
import type { CallPurpose, Usage } from '../contract/usage.ts';
import type { Agent, ToolCall, Turn, TurnFailure, TurnResult } from '../ports/agent.ts';

/** What a script answers to one turn: an object, text, tool calls, or a failure. */
export interface ScriptedReply {
  object?: unknown;
  text?: string;
  toolCalls?: { name: string; input: unknown }[];
  servedModel?: string;
  usage?: Partial<Usage>;
  /** Milliseconds before the answer; the signal ends the wait. */
  delayMs?: number;
  failure?: Partial<TurnFailure> & Pick<TurnFailure, 'kind'>;
}

export interface ScriptedAgentOptions {
  /** Model id under which the ledger books it; default `scripted/<role>`. */
  model?: string;
  lineage?: Lineage;
  /** Tokens per character of text, to give the ledger plausible usage; default 1/4. */
  tokensPerCharacter?: number;
  tools?: boolean;
  /** Default `local` (free) under its own name; `metered` under a model id you give, which then needs a price. */
  billing?: Agent['billing'];
}

/** What a script is told of a turn. `index` counts the turns of this agent from 0. */
export interface ScriptedTurn extends Turn {
  index: number;
  /** The last message to the agent. */
  prompt: string;
}

/**
 * An agent that follows a script instead of a model: for tests, for the demo, for trying the workflow without a key.
 * Each turn calls `script`; usage is counted from the characters unless the reply gives it.
 */
export function scriptedAgent(
  role: Role,
  script: (turn: ScriptedTurn) => ScriptedReply | Promise<ScriptedReply>,
  options: ScriptedAgentOptions = {},
): Agent & { turns: Turn[] } {
  const {
    model = `scripted/${role}`,
    lineage = `scripted-${role}`,
    tokensPerCharacter = 0.25,
    tools = true,
    billing = options.model === undefined ? 'local' : 'metered',
  } = options;
  const turns: Turn[] = [];
  return {
    model,
    lineage,
    billing,
    can: { structured: true, tools },
    turns,
    async turn(turn, { signal, onProgress }): Promise<TurnResult> {
      if (signal.aborted) return failure({ kind: 'cancelled' });
      const index = turns.push(turn) - 1;
      const reply = await script({ ...turn, index, prompt: lastText(turn) });
      if (reply.delayMs !== undefined) await pause(reply.delayMs, signal);
      // As with a provider, nobody knows whether a call that was given up is billed.
      if (signal.aborted) return failure({ kind: 'cancelled', billed: 'maybe' });
      if (reply.failure !== undefined) return failure(reply.failure);
      const text = reply.text ?? (reply.object === undefined ? '' : JSON.stringify(reply.object));
      onProgress?.(text.length);
      const toolCalls: ToolCall[] = (reply.toolCalls ?? []).map((call, n) => ({
        id: `call-${index}-${n}`,
        malformed: null,
        ...call,
      }));
      return {
        ok: true,
        text,
        object: turn.output === null ? null : (reply.object ?? parseOrNull(text)),
        toolCalls,
        finish: toolCalls.length > 0 ? 'tools' : 'stop',
        raw: null,
        servedModel: reply.servedModel ?? model,
        usage: { ...countUsage(turn, text, tokensPerCharacter), ...reply.usage },
        reportedUsd: null,
        requestId: `scripted-${index}`,
      };
    },
  };
}

/** Answers a script's turns from a list per purpose, in order; the last answer of a list is given again and again. */
export function byPurpose(
  replies: Partial<Record<CallPurpose, ScriptedReply | ScriptedReply[]>>,
): (turn: ScriptedTurn) => ScriptedReply {
  const used = new Map<CallPurpose, number>();
  return (turn) => {
    const list = [replies[turn.purpose] ?? []].flat();
    const index = used.get(turn.purpose) ?? 0;
    used.set(turn.purpose, index + 1);
    const reply = list[Math.min(index, list.length - 1)];
    if (reply === undefined) throw new Error(`the script has no answer for purpose "${turn.purpose}"`);
    return reply;
  };
}

function failure(given: Partial<TurnFailure> & Pick<TurnFailure, 'kind'>): TurnFailure {
  return {
    message: `scripted ${given.kind}`,
    retryAfterMs: null,
    billed: 'no',
    usage: null,
    servedModel: null,
    requestId: null,
    ...given,
    ok: false,
  };
}

function lastText(turn: Turn): string {
  const last = turn.messages[turn.messages.length - 1];
  if (last === undefined) return '';
  return last.role === 'tool' ? last.results.map((result) => result.text).join('\n') : last.text;
}

function countUsage(turn: Turn, text: string, tokensPerCharacter: number): Usage {
  const count = (value: string) => Math.ceil(value.length * tokensPerCharacter);
  const input = count(turn.system + JSON.stringify([turn.messages, turn.tools, turn.output]));
  return { inputUncached: input, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: count(text), reasoning: null };
}

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Ends after `ms`, or as soon as the signal is aborted, before or now. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });
}
