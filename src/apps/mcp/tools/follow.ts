import type { McpServer } from '@modelcontextprotocol/server';
import { TercetError } from '../../../contract/errors.ts';
import { lookUp } from '../../runs/run-state.ts';
import { attend, takeReply } from '../attend.ts';
import { INPUT, OUTPUT } from '../schemas.ts';
import { answering, type Desktop, tellRun, told, withSession } from './desktop.ts';

/** The tools that follow a run that was started before, and end it. */
export function registerFollow(server: McpServer, desktop: Desktop): void {
  server.registerTool(
    'get_run',
    {
      title: 'Look at a run',
      description:
        'A run as it stands: state, progress, plan, findings, cost, and its report once it has ended. With waitSeconds it waits for the end, and puts questions of the planner to the person.',
      inputSchema: INPUT.get_run,
      outputSchema: OUTPUT.get_run,
      annotations: { readOnlyHint: true, idempotentHint: true, openWorldHint: false },
    },
    (input, ctx) =>
      answering(desktop, async () => {
        const run = takeReply(desktop.runs, ctx) ?? desktop.runs.find(input.run);
        if (run === null) {
          return withSession(desktop, ctx, input.repository, async (session) =>
            told(session, await lookUp(session, input.run, null)),
          );
        }
        const ask = desktop.client.canAsk(ctx);
        const open = await attend(run, ctx, { seconds: input.waitSeconds, ask, seal: desktop.seal });
        return open ?? tellRun(desktop, run);
      }),
  );
  server.registerTool(
    'cancel_run',
    {
      title: 'Cancel a run',
      description:
        'Ends a run of this server cleanly: its work so far is saved, its receipts stay, and resume_run can go on with it. Returns once it has ended.',
      inputSchema: INPUT.cancel_run,
      outputSchema: OUTPUT.cancel_run,
      annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: false },
    },
    (input, ctx) =>
      answering(desktop, async () => {
        const run = desktop.runs.find(input.run);
        if (run !== null) {
          run.cancel('Cancelled by the client.');
          await run.ended;
          return tellRun(desktop, run);
        }
        return withSession(desktop, ctx, input.repository, async (session) => {
          const record = await session.store.get(input.run);
          const owner = await session.store.ownerOf(record.id);
          if (owner === null) return told(session, await lookUp(session, record.id, null));
          throw new TercetError('usage', `Run ${record.id} is carried on by another process (${owner.pid}).`, {
            hint: `The person can end it: \`tercet cancel ${record.id}\`.`,
          });
        });
      }),
  );
}
