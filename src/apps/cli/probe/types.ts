import type { ProbeOrder } from '../../../compose/setup/probe.ts';
import type { Role } from '../../../contract/role.ts';
import type { Receipt } from '../../../contract/usage.ts';

/** What became of one role, as `--json` says it. Null is what nobody told, or what there was no call for. */
export interface RoleProbe {
  role: Role;
  model: string;
  state: 'answered' | 'failed' | 'not called';
  /** What was held before the call. */
  most: ProbeOrder['most'];
  servedModel: string | null;
  ms: number | null;
  usage: Receipt['usage'];
  cost: Receipt['cost'] | null;
  unit: Receipt['unit'] | null;
  quantity: Receipt['quantity'];
  warnings: string[];
  message: string | null;
  fix: string | null;
}
