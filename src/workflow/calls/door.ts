import { TercetError } from '../../contract/errors.ts';
import type { Role } from '../../contract/role.ts';
import type { Door } from '../../ports/agent.ts';
import type { Worktree } from '../../ports/workspace.ts';
import type { RunContext } from '../run-context.ts';

type ReadAnswer = Awaited<ReturnType<Door['read']>>;

/** Into the run's worktree: reads and writes as our own tools do, within the task's scope; commands as the run's own. */
export function doorToWorktree(ctx: RunContext, worktree: Worktree, refuse: Door['refuse']): Door {
  return {
    refuse,
    read: (path) =>
      refusal<ReadAnswer>(
        async () => ({ text: await worktree.read(path) }),
        (refused) => ({ refused }),
      ),
    write: async (path, text) => {
      const reason = refuse(path, 'modify');
      if (reason !== null) return reason;
      return refusal(
        async () => {
          await worktree.write(path, text);
          return null;
        },
        (refused) => refused,
      );
    },
    run: isConfined(ctx)
      ? (command, options) => ctx.commands.run(command, { ...options, timeoutMs: ctx.settings.commandTimeoutMs })
      : null,
  };
}

/** To a commit, only to read: what is in it, and nothing of what an agent left beside it. */
export function doorToCommit(ctx: RunContext, at: string, role: Role): Door {
  const reason = `The ${role} only reads: nothing may be written.`;
  return {
    refuse: () => reason,
    read: (path) =>
      refusal<ReadAnswer>(
        async () => ({ text: (await ctx.repository.read(at, [path])).get(path) ?? null }),
        (refused) => ({ refused }),
      ),
    write: async () => reason,
    run: null,
  };
}

/** Commands an agent thinks of are run in a sandbox or by nobody. */
function isConfined({ commands }: RunContext): boolean {
  return commands.confinement !== 'none';
}

/** What the repository refuses is an answer to the agent. */
async function refusal<T>(work: () => Promise<T>, otherwise: (why: string) => T): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof TercetError && error.code === 'repository') return otherwise(error.message);
    throw error;
  }
}
