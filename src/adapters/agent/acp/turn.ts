import { RequestError } from '@agentclientprotocol/sdk';
import type { Turn, TurnAnswer, TurnOptions, TurnResult } from '../../../ports/agent.ts';
import { classify } from '../cli/classify.ts';
import { agentEnvironment } from '../cli/environment.ts';
import { failure, ifOfSystem, notStarted, stopped } from '../cli/failure.ts';
import { type Ended, type Failed, type Json, record, text } from '../cli/profile.ts';
import { promptOf, schemaInWords } from '../cli/prompt.ts';
import { type Line, runProgram } from '../cli/run-program.ts';
import { parseObject } from '../parse-object.ts';
import { type Connection, connect } from './connect.ts';
import { fillerOf } from './fill.ts';
import { Heard } from './heard.ts';
import type { AcpAgentOptions, AcpDeadlines } from './options.ts';
import { Halt } from './refusal.ts';
import { type Ask, openSession } from './session.ts';
import { figuresOf } from './usage.ts';
import { yardOf } from './yard.ts';

/** Time an agent has to end a turn that is cancelled, before it is killed. */
const CANCEL_MS = 400;
/** The protocol's number for "log in first". */
const AUTH_REQUIRED = -32000;

/** One turn: a process, a session in it, a prompt. `cwd`: where it works, without links. */
export async function acpTurn(
  options: AcpAgentOptions,
  deadlines: AcpDeadlines,
  turn: Turn,
  { signal, folder, onProgress }: TurnOptions,
  cwd: string,
): Promise<TurnResult> {
  const { profile } = options;
  const model = options.model.slice(options.model.indexOf('/') + 1);
  const yard = yardOf(cwd, folder);
  const heard = new Heard();
  const fill = fillerOf({ folder: cwd, model, effort: profile.efforts[turn.effort][0] ?? turn.effort });
  const inner = new AbortController();
  let line: Line | null = null;
  let connection: Connection | null = null;
  let done = false;
  const running = runProgram({
    program: options.program,
    args: profile.args.map(fill),
    cwd,
    env: {
      ...agentEnvironment(options.env, [...profile.variables, ...(options.billing === 'key' ? options.keys : [])]),
      ...Object.fromEntries(Object.entries(profile.set).map(([name, value]) => [name, fill(value)])),
    },
    input: (opened) => {
      line = opened;
    },
    signal: inner.signal,
    deadlines,
    onEvent: (event) => {
      connection?.feed(event);
      onProgress?.(heard.chars);
      return null;
    },
    finished: () => done,
  }).catch(ifOfSystem);
  const started: Line = line ?? { send: () => {}, finish: () => {} };
  const runsCommands = profile.commands === 'ours' && yard.door?.run != null;
  connection = connect({
    yard,
    heard,
    line: started,
    runsCommands,
    absentIsEmpty: profile.absentIsEmpty,
    signal: inner.signal,
  });
  const { context } = connection;
  const ask: Ask = async (method, params) => record(await context.request(method, params));
  const cancel = (): void => {
    if (heard.session !== null) void context.notify('session/cancel', { sessionId: heard.session }).catch(() => {});
    setTimeout(() => inner.abort(), heard.session === null ? 0 : CANCEL_MS);
  };
  signal.addEventListener('abort', cancel, { once: true });
  const talking = converse()
    .then(
      (answer) => ({ answer }),
      (error: unknown) => ({ error }),
    )
    .finally(() => {
      done = true;
      started.finish();
    });
  const ended = await running;
  connection.close();
  const said = await talking;
  signal.removeEventListener('abort', cancel);
  // What terminals still run ends with the turn.
  inner.abort();
  return conclude();

  async function converse(): Promise<Json> {
    const door = yard.door !== null;
    const fs = { readTextFile: door, writeTextFile: door };
    const order = {
      folder: cwd,
      write: yard.write,
      model,
      effort: turn.effort,
      hasKey: options.billing === 'key',
      capabilities: { fs, terminal: yard.write && yard.door?.run != null },
      version: options.version,
    };
    heard.session = await withDeadline(openSession(ask, profile, order), deadlines.helloMs);
    const prompt = `${turn.system}\n\n${promptOf(turn)}${schemaInWords(turn)}`;
    return ask('session/prompt', { sessionId: heard.session, prompt: [{ type: 'text', text: prompt }] });
  }

  function conclude(): TurnResult {
    const answer = 'answer' in said ? said.answer : {};
    const { usage, partial, servedModel } = figuresOf(answer, heard, profile.usage, model);
    const seen = {
      usage,
      // An agent that knows no price says 0, and so does one that was cancelled: that is not known to be free.
      reportedUsd: profile.usage.cost && heard.cost !== '0' ? heard.cost : null,
      servedModel: model === 'default' ? null : servedModel,
      requestId: heard.session,
    };
    if (signal.aborted && !('answer' in said && said.answer.stopReason === 'end_turn'))
      return failure(profile, { kind: 'cancelled', message: 'cancelled', billed: 'maybe', retryAfterMs: null }, seen);
    if (!('answer' in said)) return failure(profile, whyNot(said.error), seen);
    const outcome = spoken(text(answer.stopReason), usage === null);
    if ('kind' in outcome) return failure(profile, outcome, seen);
    return { ok: true, toolCalls: [], raw: null, ...outcome, ...seen, ...(partial ? { partial } : {}) };
  }

  /** What it said, by the reason it stopped for. */
  function spoken(
    reason: string,
    uncounted: boolean,
  ): Failed | Pick<TurnAnswer, 'text' | 'object' | 'finish' | 'notes'> {
    const words = heard.answer();
    const failed = (kind: Failed['kind'], message: string): Failed => ({
      kind,
      message,
      billed: 'yes',
      retryAfterMs: null,
    });
    const notes = heard.notes(profile.title);
    if (reason === 'refusal') return failed('refused', words || 'it refused');
    if (reason === 'cancelled') return { ...failed('cut-off', 'it cancelled its own turn'), billed: 'maybe' };
    // One that counts every call has made none: its words are an error, told as an answer.
    if (uncounted && profile.usage.from === 'quota' && heard.tools === 0)
      return classify(words || 'it called no model', { status: null, used: false, otherwise: 'bad-request' });
    const length = reason === 'max_tokens' || reason === 'max_turn_requests';
    if (length) notes.push(`${profile.title} stopped at a limit of its own (${reason}).`);
    if (words === '' && !yard.write && !length) return failed('empty', 'the answer is empty');
    const object = turn.output === null ? null : (parseObject(words) ?? parseObject(heard.everything()));
    return { text: words, object, finish: length ? 'length' : 'stop', notes };
  }

  function whyNot(error: unknown): Failed {
    if (error instanceof Halt) return error.failed;
    if (ended instanceof Error) return notStarted(ended);
    if (ended.stop !== null && ended.stop.why !== 'linger') return stopped(ended.stop, heard.called, deadlines);
    if (error instanceof RequestError) return rejected(error, heard.called);
    return crashed(ended, heard.called);
  }
}

/** The agent's own error. */
function rejected({ code, message, data }: RequestError, used: boolean): Failed {
  const more = typeof data === 'string' ? data : text(record(data).details) || text(record(data).message);
  const words = more === '' || message.includes(more) ? message : `${message}: ${more}`;
  // Gemini CLI gives the status of its API for a code, opencode in the data.
  const status = [code, record(data).statusCode, record(data).status].find(isStatus) ?? null;
  const failed = classify(words, { status, used, otherwise: used ? 'cut-off' : 'bad-request' });
  return code === AUTH_REQUIRED && failed.kind === 'bad-request'
    ? { ...failed, kind: 'bad-key', billed: 'no' }
    : failed;
}

const isStatus = (value: unknown): value is number => typeof value === 'number' && value >= 400 && value < 600;

/** It ended in the middle of the conversation. */
function crashed({ code, stderr }: Ended, used: boolean): Failed {
  const words = stderr.trim() || `ended with ${code ?? 'a signal'} before it had answered`;
  return classify(words, { status: null, used, otherwise: used ? 'cut-off' : 'bad-request' });
}

/** An agent that is not logged in may wait for somebody; a program that speaks no ACP waits for ever. */
function withDeadline<T>(work: Promise<T>, ms: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Halt('stalled', `opened no session within ${ms / 1000} s`)), ms);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
