import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Agent } from '../../../ports/agent.ts';
import { failure } from '../cli/failure.ts';
import type { AcpAgentOptions, AcpDeadlines } from './options.ts';

export type { AcpAgentOptions } from './options.ts';

const DEADLINES: AcpDeadlines = { totalMs: 30 * 60_000, idleMs: 10 * 60_000, lingerMs: 1_000, helloMs: 90_000 };

/**
 * A coding agent that speaks the Agent Client Protocol: a process and a session per turn. What it asks to read, write and
 * run goes through the door of the folder; what it does by itself is found when the tree is compared. The protocol's
 * library is loaded at the first turn.
 */
export function acpAgent(options: AcpAgentOptions): Agent {
  const { profile, model, lineage, billing, usdPerTurn, pricedAs } = options;
  const deadlines = { ...DEADLINES, ...options.deadlines };
  return {
    model,
    lineage,
    can: { structured: true, tools: false, worktree: true },
    pricedAs,
    ...(billing === 'key' ? { billing: 'metered' as const, usdPerTurn } : { billing: 'subscription' as const }),
    async turn(turn, given) {
      if (given.signal.aborted)
        return failure(profile, { kind: 'cancelled', message: 'cancelled', billed: 'no', retryAfterMs: null });
      const { acpTurn } = await import('./turn.ts');
      // Without a folder there is nothing to work on: an empty one.
      const scratch = given.folder === undefined ? await mkdtemp(join(tmpdir(), 'tercet-turn-')) : null;
      try {
        const cwd = await realpath(given.folder?.path ?? scratch ?? '');
        return await acpTurn(options, deadlines, turn, given, cwd);
      } finally {
        if (scratch !== null) await rm(scratch, { recursive: true, force: true });
      }
    },
  };
}
