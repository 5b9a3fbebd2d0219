import { once } from 'node:events';
import { setInterval } from 'node:timers';
import {
  type InputRequiredResult,
  inputRequired,
  inputResponse,
  type ServerContext,
} from '@modelcontextprotocol/server';
import type { LiveRun, LiveRuns } from '../runs/live-runs.ts';

/** What a tool call that asks something of the person gets back with the reply. */
export interface Asked {
  run: string;
  ask: string;
}

/** Seals {@link Asked}, so that a client gives it back as it was. */
export type Seal = (asked: Asked) => Promise<string>;

/** Clients that prolong their deadline on progress hear of a run at least this often, ms. */
const HEARTBEAT_MS = 10_000;

/** The run whose question this call brings the reply to; null when it brings none. */
export function takeReply(runs: LiveRuns, ctx: ServerContext): LiveRun | null {
  const asked = ctx.mcpReq.requestState<Asked>();
  const run = asked === undefined ? null : runs.find(asked.run);
  if (asked === undefined || run === null) return null;
  const view = inputResponse(ctx.mcpReq.inputResponses, asked.ask);
  if (view.kind === 'elicit') run.desk.reply(asked.ask, view);
  return run;
}

/**
 * Follows a run for at most `seconds`, telling the client of its progress where it wants to know. Ends early when the run is
 * over or the client goes away; with what has to be asked of the person, when something has.
 */
export async function attend(
  run: LiveRun,
  ctx: ServerContext,
  { seconds, ask, seal }: { seconds: number; ask: boolean; seal: Seal },
): Promise<InputRequiredResult | null> {
  const { signal } = ctx.mcpReq;
  const stop = AbortSignal.any([signal, AbortSignal.timeout(seconds * 1000)]);
  const quiet = tellProgress(run, ctx);
  try {
    for (;;) {
      const { open } = run.desk;
      if (ask && open !== null && !signal.aborted) {
        return inputRequired({
          inputRequests: { [open.id]: inputRequired.elicit(open.form) },
          requestState: await seal({ run: run.id, ask: open.id }),
        });
      }
      if (run.over || stop.aborted) return null;
      await once(run.events, 'change', { signal: stop }).catch(() => {});
    }
  } finally {
    quiet();
  }
}

function tellProgress(run: LiveRun, ctx: ServerContext): () => void {
  const progressToken = ctx.mcpReq._meta?.progressToken;
  if (progressToken === undefined) return () => {};
  const tell = (message: string) => {
    const params = { progressToken, progress: run.said, message };
    ctx.mcpReq.notify({ method: 'notifications/progress', params }).catch(() => {});
  };
  const beat = setInterval(() => {
    run.said++;
    tell(`${run.phase ?? 'starting'}…`);
  }, HEARTBEAT_MS);
  run.events.on('line', tell);
  return () => {
    clearInterval(beat);
    run.events.off('line', tell);
  };
}
