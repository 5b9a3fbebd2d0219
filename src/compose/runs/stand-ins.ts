import { openMemoryJournal } from '../../adapters/journal/memory.ts';
import { TercetError } from '../../contract/errors.ts';
import type { RunRecord } from '../../contract/outcome.ts';
import type { Plan } from '../../contract/plan.ts';
import { ROLES } from '../../contract/role.ts';
import type { Commands } from '../../ports/commands.ts';
import type { Journal } from '../../ports/journal.ts';
import type { Person } from '../../ports/person.ts';
import type { RunStore } from '../../ports/store.ts';
import { planToYaml } from '../../report/plan-yaml.ts';
import { schemaUrl } from '../../report/schema-url.ts';
import { cameFromOutside, type Setup } from '../../workflow/recording.ts';
import type { RunContext } from '../../workflow/run-context.ts';
import { guardCommands } from '../agents/guards.ts';
import { confine } from '../commands.ts';
import type { Session } from '../compose.ts';
import { mergeSettings } from '../config/settings.ts';
import { configOfRun } from '../config/trust.ts';

/** What stands in a replay for the person, the journal, the prompts and the commands of the recorded run. */

/** What came from outside is recalled as recorded; what the workflow makes of it is made again, and kept in memory. */
export function replayJournal(values: ReadonlyMap<string, unknown>): Journal {
  const own = openMemoryJournal();
  return {
    recall: (key) => own.recall(key) ?? (cameFromOutside(key) ? values.get(key) : undefined),
    record: own.record,
  };
}

/** Approves the plan that was approved, as it was edited; its answers are in the journal. */
export function recordedPerson(approved: Plan | undefined, store: RunStore, run: string): Person {
  return {
    answer: async () => {
      throw new TercetError('parked', 'The recording holds no answer to the planner’s questions.');
    },
    approve: async ({ plan }) => {
      if (approved === undefined) return 'rejected';
      if (JSON.stringify(plan) === JSON.stringify(approved)) return 'approved';
      await store.write(run, 'plan.yaml', planToYaml(approved, await import('yaml'), { schema: schemaUrl('plan') }));
      return 'edited';
    },
  };
}

export function promptsOf({ prompts }: Setup): RunContext['prompts'] {
  const entries = ROLES.map((role) => [role, { sections: new Map(prompts[role].sections), hash: prompts[role].hash }]);
  return Object.fromEntries(entries) as RunContext['prompts'];
}

/** Confined as a run of today would be, whatever the recorded run was allowed; nobody is asked to loosen it. */
export async function commandsAgain(session: Session, { kind }: RunRecord, signal: AbortSignal): Promise<Commands> {
  const { config } = await configOfRun(session, true);
  const { sandbox } = mergeSettings(config, {}).settings;
  const path = session.host.env.PATH;
  const { commands } = await confine({ kind, sandbox, path, person: null, signal, trusted: null });
  return guardCommands(commands, session.redactor);
}
