import type { Plan } from '../../contract/plan.ts';
import { planToYaml } from '../../report/plan-yaml.ts';
import { schemaUrl } from '../../report/schema-url.ts';
import type { RunContext } from '../run-context.ts';

/** Writes the run's `plan.yaml`: the plan as it now stands. @returns the file. */
export async function writePlan(ctx: RunContext, plan: Plan): Promise<string> {
  return ctx.store.write(ctx.run, 'plan.yaml', planToYaml(plan, await import('yaml'), { schema: schemaUrl('plan') }));
}
