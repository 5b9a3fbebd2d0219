import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Lineage } from '../../../contract/role.ts';
import type { Agent, Turn, TurnOptions, TurnResult } from '../../../ports/agent.ts';
import { agentEnvironment } from './environment.ts';
import { failure, ifOfSystem, notStarted, stopped } from './failure.ts';
import type { Profile } from './profile.ts';
import { type Deadlines, runProgram } from './run-program.ts';

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
    if (signal.aborted) return failure(profile, { kind: 'cancelled', message: 'cancelled', billed: 'no', retryAfterMs: null });
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
    }).catch(ifOfSystem);
    if (ended instanceof Error) return failure(profile, notStarted(ended));
    const { stop } = ended;
    if (stop !== null && stop.why !== 'linger' && !(reader.finished() && stop.why !== 'cancelled')) {
      return failure(profile, stopped(stop, reader.called(), { ...DEADLINES, ...deadlines }), reader.seen());
    }
    const outcome = reader.conclude(ended);
    if ('kind' in outcome) return failure(profile, outcome, reader.seen());
    return { ok: true, ...outcome, toolCalls: [], raw: null, ...reader.seen() };
  }
}
