import { openSession, type Session } from '../../../compose/compose.ts';
import { TercetError } from '../../../contract/errors.ts';
import type { RunRecord } from '../../../contract/outcome.ts';
import { ROLES, type Role } from '../../../contract/role.ts';
import { planOnly, reviewOnly } from '../../../workflow/phases.ts';
import { runWorkflow } from '../../../workflow/run.ts';
import { follow, type ModelOptions } from '../follow.ts';
import type { Io } from '../io.ts';
import { sayMoved } from '../say-moved.ts';

/** Outcomes after which there is nothing to go on with. */
const ENDED = new Set<RunRecord['outcome']>(['approved', 'planned', 'changes_requested']);

const NEEDED: Record<RunRecord['kind'], readonly Role[]> = {
  run: ROLES,
  execute: ROLES,
  plan: ['planner'],
  review: ['reviewer'],
};

/** `tercet resume`: carries an interrupted, parked or failed run on. What was paid for, answered and committed stands. */
export async function resume(io: Io, id: string | undefined, options: ModelOptions): Promise<number> {
  const session = await openSession(io);
  try {
    sayMoved(io, session);
    const record = id === undefined ? await newest(session) : await session.store.get(id);
    if (ENDED.has(record.outcome)) {
      throw new TercetError(
        'usage',
        `Run ${record.id} has ended (${record.outcome}); there is nothing to go on with.`,
        {
          hint: `\`tercet show ${record.id}\` shows it.`,
        },
      );
    }
    const { order, kind, request, branch } = record;
    const needed =
      order.overrides.planning === 'never' ? NEEDED[kind].filter((role) => role !== 'planner') : NEEDED[kind];
    const casting = {
      run: record.id,
      kind,
      request,
      needed,
      branch,
      again: record,
      plan: order.plan,
      subject: order.subject,
    };
    return await follow(io, session, options, casting, (ctx) => {
      if (kind === 'plan') return planOnly(ctx);
      if (order.subject !== null) return reviewOnly(ctx, { ...order.subject, plan: order.plan });
      return runWorkflow(ctx, { plan: order.plan, branch: branch ?? `tercet/${record.id}` });
    });
  } finally {
    await session.close();
  }
}

async function newest(session: Session): Promise<RunRecord> {
  const records = await session.store.list(() => {});
  const record = records.find(({ outcome }) => !ENDED.has(outcome) && outcome !== 'cancelled');
  if (record !== undefined) return record;
  throw new TercetError('usage', 'No run of this repository waits to be resumed.', {
    hint: '`tercet runs` lists them; name one to resume it all the same.',
  });
}
