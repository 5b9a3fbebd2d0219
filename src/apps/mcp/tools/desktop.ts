import type { CallToolResult, InputRequiredResult, ServerContext } from '@modelcontextprotocol/server';
import { openSession, type Session } from '../../../compose/compose.ts';
import type { LiveRun, LiveRuns } from '../../runs/live-runs.ts';
import type { ServerHost } from '../../runs/roots.ts';
import { type Known, lookUp } from '../../runs/run-state.ts';
import { stateOf } from '../addresses.ts';
import type { Seal } from '../attend.ts';
import type { Client } from '../client.ts';
import type { Places } from '../places.ts';
import { failureOf, resultOf } from '../results.ts';
import { runText } from '../run-text.ts';

/** What every tool works with. */
export interface Desktop {
  host: ServerHost;
  client: Client;
  places: Places;
  runs: LiveRuns;
  seal: Seal;
}

export type Answer = CallToolResult | InputRequiredResult;

/** The answer of a tool; what it throws becomes a result that says so. */
export async function answering({ host }: Desktop, work: () => Promise<Answer>): Promise<Answer> {
  try {
    return await work();
  } catch (error) {
    return failureOf(host.env, error);
  }
}

/** Works in the repository that is meant, and closes the session afterwards. */
export async function withSession(
  desktop: Desktop,
  ctx: ServerContext,
  repository: string | undefined,
  work: (session: Session) => Promise<CallToolResult>,
): Promise<Answer> {
  const { session, ask } = await desktop.places.open(ctx, repository);
  return session === null ? ask : closing(session, work);
}

/** A run of this process, as it stands. */
export async function tellRun({ host }: Desktop, live: LiveRun): Promise<CallToolResult> {
  // Its repository was looked at when it was started.
  const session = await openSession({ env: host.env, cwd: live.root });
  return closing(session, async () => told(session, await lookUp(session, live.id, live)));
}

/** A run as a result. */
export function told(session: Session, known: Known): CallToolResult {
  return resultOf(session.redactor, stateOf(known), runText(known));
}

async function closing(session: Session, work: (session: Session) => Promise<CallToolResult>): Promise<CallToolResult> {
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}
