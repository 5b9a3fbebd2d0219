import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Lineage } from '../../../contract/role.ts';
import type { Agent } from '../../../ports/agent.ts';
import type { Profile } from './profile.ts';
import type { Deadlines } from './run-program.ts';

export interface CliAgentOptions {
  profile: Profile;
  /** As `program/model`; what follows the slash goes to the program as it stands. */
  model: string;
  lineage: Lineage;
  /** The program, absolute. */
  program: string;
  /** `key`: it calls with the key in its environment, which is paid by token. `login`: as the person has logged it in. */
  billing: 'key' | 'login';
  /** The most one turn may cost, USD; only where it is paid by token. */
  usdPerTurn: string;
  /** The catalogue's id of the model. */
  pricedAs: string;
  /** The person's environment: what is the program's own is taken from it. */
  env: Readonly<Record<string, string | undefined>>;
  deadlines?: Partial<Deadlines>;
}

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
