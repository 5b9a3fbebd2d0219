import { TercetError } from '../../contract/errors.ts';
import type { RunRecord, RunResult } from '../../contract/outcome.ts';
import { ROLES, type Role } from '../../contract/role.ts';
import { planOnly, reviewOnly } from '../../workflow/phases.ts';
import { runWorkflow } from '../../workflow/run.ts';
import type { RunContext } from '../../workflow/run-context.ts';
import type { Casting } from '../conduct.ts';

/** Outcomes after which there is nothing to go on with. */
export const ENDED: ReadonlySet<RunRecord['outcome']> = new Set(['approved', 'planned', 'changes_requested']);

const NEEDED: Record<RunRecord['kind'], readonly Role[]> = {
  run: ROLES,
  execute: ROLES,
  plan: ['planner'],
  review: ['reviewer'],
};

/** How a run is carried on as it was begun. */
export interface Resumption {
  casting: Pick<Casting, 'kind' | 'request' | 'needed' | 'branch' | 'run'> & { again: RunRecord };
  work(ctx: RunContext): Promise<RunResult>;
}

/** What carrying this run on takes. @throws TercetError `usage` when it has ended. */
export function resumptionOf(record: RunRecord): Resumption {
  if (ENDED.has(record.outcome)) {
    throw new TercetError('usage', `Run ${record.id} has ended (${record.outcome}); there is nothing to go on with.`, {
      hint: `\`tercet show ${record.id}\` shows it.`,
    });
  }
  const { order, kind, request, branch } = record;
  const needed =
    order.overrides.planning === 'never' ? NEEDED[kind].filter((role) => role !== 'planner') : NEEDED[kind];
  return {
    casting: { run: record.id, kind, request, needed, branch, again: record },
    work: (ctx) => {
      if (kind === 'plan') return planOnly(ctx);
      if (order.subject !== null) return reviewOnly(ctx, { ...order.subject, plan: order.plan });
      return runWorkflow(ctx, { plan: order.plan, branch: branch ?? `tercet/${record.id}` });
    },
  };
}
