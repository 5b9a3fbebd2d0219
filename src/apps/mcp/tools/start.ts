import type { InputRequiredResult, McpServer, ServerContext } from '@modelcontextprotocol/server';
import type { z } from 'zod';
import type { Session } from '../../../compose/compose.ts';
import { executeErrand, planErrand, resumeErrand, reviewErrand, workflowErrand } from '../../runs/errands.ts';
import { beginning, type Errand, type LiveRun } from '../../runs/live-runs.ts';
import { attend, takeReply } from '../attend.ts';
import { INPUT, OUTPUT } from '../schemas.ts';
import { type Answer, answering, type Desktop, tellRun } from './desktop.ts';

/** They spend money and send code to models; what they write is a branch of their own. */
const WORKS = { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: true };

const LATER = 'Returns when the run has ended or after waitSeconds, whichever is first; get_run follows it from there.';

/** What every one of them is told. */
type Place = { repository?: string | undefined; waitSeconds: number };

/** The tools that make a run. */
export function registerStart(server: McpServer, desktop: Desktop): void {
  const tool = <I extends Place>(
    name: 'plan' | 'execute' | 'review' | 'run_coding_workflow' | 'resume_run',
    title: string,
    description: string,
    inputSchema: z.ZodType<I>,
    errandOf: (session: Session, input: I, most: string | null) => Promise<Errand>,
  ) => {
    const config = { title, description, inputSchema, outputSchema: OUTPUT[name], annotations: WORKS };
    server.registerTool(name, config, (input, ctx) =>
      answering(desktop, () =>
        start(desktop, ctx, input, (session) => errandOf(session, input, desktop.host.budgetUsd)),
      ),
    );
  };
  tool(
    'plan',
    'Plan a change',
    `Asks a strong model for a plan of a change in a git repository: tasks with files, symbols and criteria, checked by code against the repository. Changes nothing. Use it to figure out what to build before anything is written. ${LATER}`,
    INPUT.plan,
    planErrand,
  );
  tool(
    'execute',
    'Carry out a plan',
    `Carries out a plan on a branch of its own, one commit per task, and has the change reviewed by a model of another lineage. The working tree stays as it is. Give planRun, the run id that the tool plan gave, or a plan as text. ${LATER}`,
    INPUT.execute,
    executeErrand,
  );
  tool(
    'review',
    'Review a change',
    `Has a change reviewed by a model of another lineage: the working tree against HEAD, what is staged, what HEAD has beyond a commit, or a patch. Findings are verified by code, the verdict is a rule. Changes nothing. ${LATER}`,
    INPUT.review,
    reviewErrand,
  );
  tool(
    'run_coding_workflow',
    'Plan, execute and review a change',
    `The whole flow: a strong model plans, a cheap one executes, one of another lineage reviews; leaves a branch with one commit per task and a report. The person approves the plan first, where they can be asked. ${LATER}`,
    INPUT.run_coding_workflow,
    workflowErrand,
  );
  tool(
    'resume_run',
    'Go on with a run',
    `Goes on with a run that was interrupted, cancelled, parked or failed. What was paid for, answered and committed stands. ${LATER}`,
    INPUT.resume_run,
    resumeErrand,
  );
}

async function start(
  desktop: Desktop,
  ctx: ServerContext,
  input: Place,
  errandOf: (session: Session) => Promise<Errand>,
): Promise<Answer> {
  const begun = takeReply(desktop.runs, ctx);
  const { run, ask: first } = begun === null ? await begin(desktop, ctx, input, errandOf) : { run: begun, ask: null };
  if (run === null) return first;
  try {
    await beginning(run);
    const { seal } = desktop;
    const ask = desktop.client.canAsk(ctx);
    const open = await attend(run, ctx, { seconds: input.waitSeconds, ask, seal });
    if (open !== null) return open;
  } finally {
    if (ctx.mcpReq.signal.aborted) run.cancel('Cancelled by the client.');
  }
  if (run.over && run.result === null) throw run.error;
  return tellRun(desktop, run);
}

async function begin(
  desktop: Desktop,
  ctx: ServerContext,
  input: Place,
  errandOf: (session: Session) => Promise<Errand>,
): Promise<{ run: LiveRun; ask: null } | { run: null; ask: InputRequiredResult }> {
  const { session, ask } = await desktop.places.open(ctx, input.repository);
  if (session === null) return { run: null, ask };
  try {
    const errand = await errandOf(session);
    ctx.mcpReq.signal.throwIfAborted();
    return { run: desktop.runs.start(session, errand, desktop.client.canAsk(ctx)), ask: null };
  } catch (error) {
    await session.close();
    throw error;
  }
}
