import { branchName, newRunId, openSession } from '../../../compose/compose.ts';
import { sayWhatIsLeftOut } from '../../../compose/runs/say-what-is-left-out.ts';
import { ROLES } from '../../../contract/role.ts';
import { runWorkflow } from '../../../workflow/run.ts';
import { follow, type ModelOptions } from '../follow.ts';
import type { Io } from '../io.ts';
import { readPlan } from '../read-plan.ts';

export interface ExecuteOptions extends ModelOptions {
  base?: string;
  branch?: string;
}

/** `tercet execute`: carries out a plan somebody wrote or edited, and reviews it. The plan counts as approved: it was handed over. */
export async function execute(io: Io, file: string, options: ExecuteOptions): Promise<number> {
  const plan = await readPlan(io, file);
  const session = await openSession(io);
  try {
    const base = await session.repository.resolve(options.base ?? 'HEAD');
    const request = {
      text: plan.summary === '' ? plan.title : `${plan.title}\n\n${plan.summary}`,
      source: 'plan' as const,
      base,
    };
    const run = newRunId();
    const branch = options.branch ?? branchName(plan.title, run);
    // The planner is asked only when the executor hands in a change request, but then it has to be there.
    return await follow(
      io,
      session,
      options,
      { run, kind: 'execute', request, needed: ROLES, branch, plan },
      async (ctx) => {
        const remark = sayWhatIsLeftOut(session.repository, ctx.emit);
        const result = await runWorkflow(ctx, { plan, branch });
        await remark;
        return result;
      },
    );
  } finally {
    await session.close();
  }
}
