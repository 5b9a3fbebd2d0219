import type { Lineage } from '../../../contract/role.ts';
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
