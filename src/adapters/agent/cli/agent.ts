import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Agent } from '../../../ports/agent.ts';
import type { CliAgentOptions } from './options.ts';
import type { Deadlines } from './run-program.ts';

export type { CliAgentOptions } from './options.ts';

const DEADLINES: Deadlines = { totalMs: 30 * 60_000, idleMs: 10 * 60_000, lingerMs: 30_000 };

/** A coding agent that is a program of the person's: a process per turn. What runs it is loaded at the first. */
export function cliAgent(options: CliAgentOptions): Agent {
  const { model, lineage, billing, usdPerTurn, pricedAs } = options;
  return {
    model,
    lineage,
    can: { structured: true, tools: false, worktree: true },
    pricedAs,
    ...(billing === 'key' ? { billing: 'metered' as const, usdPerTurn } : { billing: 'subscription' as const }),
    async turn(turn, given) {
      const scratch = await mkdtemp(join(tmpdir(), 'tercet-turn-'));
      try {
        const { cliTurn } = await import('./turn.ts');
        return await cliTurn(options, { ...DEADLINES, ...options.deadlines }, turn, given, scratch);
      } finally {
        await rm(scratch, { recursive: true, force: true });
      }
    },
  };
}
