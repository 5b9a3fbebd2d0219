import { setTimeout } from 'node:timers/promises';
import { branchName, newRunId, openSession } from '../../../compose/compose.ts';
import { sayWhatIsLeftOut } from '../../../compose/runs/say-what-is-left-out.ts';
import { ROLES } from '../../../contract/role.ts';
import { runWorkflow } from '../../../workflow/run.ts';
import { follow, type ModelOptions } from '../follow.ts';
import { type Io, readRequest } from '../io.ts';

export interface RunOptions extends ModelOptions {
  file?: string;
  base?: string;
  /** `--no-plan` makes it false. */
  plan?: boolean;
  alwaysPlan?: boolean;
  branch?: string;
}

const A_MOMENT_MS = 200;

/** `tercet run`: the whole flow. */
export async function run(io: Io, words: string[], options: RunOptions): Promise<number> {
  const { text, source } = await readRequest(io, words, options.file);
  const session = await openSession(io);
  try {
    const request = { text, source, base: await session.repository.resolve(options.base ?? 'HEAD') };
    const id = newRunId();
    const branch = options.branch ?? branchName(text, id);
    const planning = options.plan === false ? 'never' : options.alwaysPlan === true ? 'always' : undefined;
    const needed = planning === 'never' ? ROLES.filter((role) => role !== 'planner') : ROLES;
    return await follow(
      io,
      session,
      options,
      { run: id, kind: 'run', request, needed, branch, planning },
      async (ctx) => {
        // Beside the work, and not before the first call is out: it is a remark, and takes a git of its own.
        const remark = setTimeout(A_MOMENT_MS).then(() => sayWhatIsLeftOut(session.repository, ctx.emit));
        const result = await runWorkflow(ctx, { plan: null, branch });
        await remark;
        return result;
      },
    );
  } finally {
    await session.close();
  }
}
