import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Lineage } from '../../../contract/role.ts';
import type { Agent, Turn, TurnOptions, TurnResult } from '../../../ports/agent.ts';
import { classify } from './classify.ts';
import { agentEnvironment } from './environment.ts';
import type { Failed, Profile, Reader, Seen } from './profile.ts';
import { type Deadlines, runProgram, type Stop } from './run-program.ts';

export interface CliAgentOptions {
  profile: Profile;
  /** As `program/model`; what follows the slash goes to the program as it stands. */
  model: string;
  lineage: Lineage;
  /** The program, absolute. */
  program: string;
  /** `key`: it calls with the key in its environment, which is paid by token. `login`: as the person has logged it in. */
  billing: 'key' | 'login';
  /** The most one turn may cost, USD; only where it is paid by token. */
  usdPerTurn: string;
  /** The catalogue's id of the model. */
  pricedAs: string;
  /** The person's environment: what is the program's own is taken from it. */
  env: Readonly<Record<string, string | undefined>>;
  deadlines?: Partial<Deadlines>;
}

const DEADLINES: Deadlines = { totalMs: 30 * 60_000, idleMs: 10 * 60_000, lingerMs: 30_000 };

/** A coding agent that is a program of the person's: a process per turn, its lines of JSON read as they come. */
export function cliAgent(options: CliAgentOptions): Agent {
  const { profile, model, lineage, billing, usdPerTurn, pricedAs } = options;
  return {
    model,
    lineage,
    can: { structured: true, tools: false, worktree: true },
    pricedAs,
    ...(billing === 'key' ? { billing: 'metered' as const, usdPerTurn } : { billing: 'subscription' as const }),
    async turn(turn, given) {
      const scratch = await mkdtemp(join(tmpdir(), 'tercet-turn-'));
      try {
        return await oneTurn(options, turn, given, scratch);
      } finally {
        await rm(scratch, { recursive: true, force: true });
      }
    },
  };

  async function oneTurn(
    { program, env, deadlines }: CliAgentOptions,
    turn: Turn,
    { signal, folder, onProgress }: TurnOptions,
    scratch: string,
  ): Promise<TurnResult> {
    if (signal.aborted) return failure({ kind: 'cancelled', message: 'cancelled', billed: 'no', retryAfterMs: null });
    // Without a folder there is nothing to work on: an empty one.
    const cwd = await realpath(folder?.path ?? scratch);
    const order = {
      model: model.slice(model.indexOf('/') + 1),
      turn,
      folder: cwd,
      write: folder?.write === true,
      mostUsd: billing === 'key' ? usdPerTurn : null,
      scratch,
    };
    const { args, input, files = {} } = profile.start(order);
    for (const [path, content] of Object.entries(files)) await writeFile(path, content);
    const reader = profile.reader(order);
    const ended = await runProgram({
      program,
      args,
      cwd,
      env: agentEnvironment(env, billing === 'key' ? [...profile.variables, ...profile.keys] : profile.variables),
      input,
      signal,
      deadlines: { ...DEADLINES, ...deadlines },
      onEvent: (event) => {
        const why = reader.event(event);
        onProgress?.(reader.chars());
        return why;
      },
      finished: reader.finished,
    }).catch((error: unknown) => (isOfSystem(error) ? error : Promise.reject(error)));
    if (ended instanceof Error) return failure(notStarted(ended));
    const { stop } = ended;
    if (stop !== null && stop.why !== 'linger' && !(reader.finished() && stop.why !== 'cancelled')) {
      return failure(stopped(stop, reader, { ...DEADLINES, ...deadlines }), reader.seen());
    }
    const outcome = reader.conclude(ended);
    if ('kind' in outcome) return failure(outcome, reader.seen());
    return { ok: true, ...outcome, toolCalls: [], raw: null, ...reader.seen() };
  }

  function failure(failed: Failed, seen: Partial<Seen> = {}): TurnResult {
    const words = failed.message
      .replace(/[\u0000-\u001f\u007f-\u009f]+/gu, ' ')
      .trim()
      .slice(-600);
    const how = failed.kind === 'bad-key' ? ` (log in with \`${profile.login}\`, or set its key)` : '';
    const none = { usage: null, servedModel: null, requestId: null };
    return { ok: false, ...failed, message: `${profile.title}: ${words}${how}`, ...none, ...seen };
  }
}

function isOfSystem(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && typeof (error as NodeJS.ErrnoException).code === 'string';
}

/** The system would not start it: the prompt is longer than an argument may be, say. */
function notStarted({ code, message }: NodeJS.ErrnoException): Failed {
  const kind = code === 'E2BIG' ? 'too-long' : 'bad-request';
  return { kind, message: `could not be started: ${message}`, billed: 'no', retryAfterMs: null };
}

function stopped(stop: Stop, reader: Reader, { totalMs, idleMs }: Deadlines): Failed {
  const billed = reader.called() ? 'maybe' : 'no';
  const failed = (kind: Failed['kind'], message: string): Failed => ({ kind, message, billed, retryAfterMs: null });
  switch (stop.why) {
    case 'cancelled':
      // The program was running: whether it had called anybody is for its provider to say.
      return { ...failed('cancelled', 'cancelled'), billed: 'maybe' };
    case 'total':
      return failed('stalled', `not finished within ${totalMs / 1000} s`);
    case 'idle':
    case 'linger':
      return failed('stalled', `silent for ${idleMs / 1000} s`);
    case 'too-large':
      return failed('too-large', 'it said more than 256 MB, or a line of more than 16 MB, and was stopped');
    case 'told':
      return { ...classify(stop.words, { status: null, used: false, otherwise: 'bad-request' }), billed };
  }
}
