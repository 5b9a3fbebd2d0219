import type { Lineage } from '../../../contract/role.ts';
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
