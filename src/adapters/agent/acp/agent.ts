import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Lineage } from '../../../contract/role.ts';
import type { Agent } from '../../../ports/agent.ts';
import { failure } from '../cli/failure.ts';
import type { Deadlines } from '../cli/run-program.ts';
import type { AcpProfile } from './profile.ts';

/** All in ms. `helloMs`: until a session is open. */
export interface AcpDeadlines extends Deadlines {
  readonly helloMs: number;
}

export interface AcpAgentOptions {
  profile: AcpProfile;
  /** As `agent/model`; what follows the slash is the model as the agent knows it. */
  model: string;
  lineage: Lineage;
  /** The program, absolute. */
  program: string;
  /** `key`: it calls with the keys in its environment, paid by token. `login`: as the person has logged it in. */
  billing: 'key' | 'login';
  /** Variables that hold its keys. */
  keys: readonly string[];
  /** The most one turn may cost, USD; only where it is paid by token. */
  usdPerTurn: string;
  /** The catalogue's id of the model. */
  pricedAs: string;
  /** The person's environment: what is the program's own is taken from it. */
  env: Readonly<Record<string, string | undefined>>;
  /** Tercet's version, as it introduces itself. */
  version: string;
  deadlines?: Partial<AcpDeadlines>;
}

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
