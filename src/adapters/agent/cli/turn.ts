import { realpath, writeFile } from 'node:fs/promises';
import type { Turn, TurnOptions, TurnResult } from '../../../ports/agent.ts';
import { agentEnvironment } from './environment.ts';
import { failure, ifOfSystem, notStarted, stopped } from './failure.ts';
import type { CliAgentOptions } from './options.ts';
import { type Deadlines, runProgram } from './run-program.ts';

/** One turn of a program, its lines of JSON read as they come. `scratch`: a folder for files of this turn. */
export async function cliTurn(
  { profile, model, billing, usdPerTurn, program, env }: CliAgentOptions,
  deadlines: Deadlines,
  turn: Turn,
  { signal, folder, onProgress }: TurnOptions,
  scratch: string,
): Promise<TurnResult> {
  if (signal.aborted)
    return failure(profile, { kind: 'cancelled', message: 'cancelled', billed: 'no', retryAfterMs: null });
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
    deadlines,
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
    return failure(profile, stopped(stop, reader.called(), deadlines), reader.seen());
  }
  const outcome = reader.conclude(ended);
  if ('kind' in outcome) return failure(profile, outcome, reader.seen());
  return { ok: true, ...outcome, toolCalls: [], raw: null, ...reader.seen() };
}
