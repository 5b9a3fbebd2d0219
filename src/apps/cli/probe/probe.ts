import { providerName } from '../../../compose/agents/providers.ts';
import { askKey } from '../../../compose/ask.ts';
import { openSession, type Session } from '../../../compose/compose.ts';
import { type ProbeOrder, prepareProbe } from '../../../compose/setup/probe.ts';
import { TercetError } from '../../../contract/errors.ts';
import { canAsk, type Io, onInterrupt, print, say } from '../io.ts';
import { adviceOf } from './advice.ts';
import { lineOf, ordersText } from './show.ts';
import type { RoleProbe } from './types.ts';

export interface ProbeOptions {
  trio?: string;
  yes?: boolean;
  json?: boolean;
}

/**
 * One smallest real call for each role, after asking. `logins`: how to log in, by the name of a coding agent.
 * @throws TercetError `usage` where nobody can be asked, `cancelled` when they say no; nothing is called then.
 */
export async function probeRoles(
  io: Io,
  options: ProbeOptions,
  logins: ReadonlyMap<string, string>,
): Promise<{ id: string; roles: RoleProbe[] }> {
  const session = await openSession(io);
  const interrupt = onInterrupt(io, 'What was called is in `tercet costs`.');
  try {
    const { id, orders } = await prepareProbe(session, options.trio, interrupt.signal);
    const tell = (text: string) => (options.json === true ? say(io, text) : print(io, text));
    tell(ordersText(orders));
    const callable = orders.some(({ problem }) => problem === null);
    if (callable && options.yes !== true) await confirm(io);
    const roles: RoleProbe[] = [];
    for (const order of orders) {
      const result = await probeRole(session, order, logins);
      roles.push(result);
      if (options.json !== true) print(io, lineOf(result));
    }
    return { id, roles };
  } finally {
    interrupt.done();
    await session.close();
  }
}

async function confirm(io: Io): Promise<void> {
  if (!canAsk(io)) {
    throw new TercetError('usage', 'No model was called: there is no terminal to ask at.', {
      hint: 'Say --yes to make these calls.',
    });
  }
  if ((await askKey(io, 'Make these calls? [y]es, [n]o > ', ['y', 'n'])) !== 'y')
    throw new TercetError('cancelled', 'No model was called.', { hint: '`tercet doctor` looks without calling.' });
}

async function probeRole(
  { redactor }: Session,
  order: ProbeOrder,
  logins: ReadonlyMap<string, string>,
): Promise<RoleProbe> {
  const { role, model, most, problem } = order;
  const nothing = { servedModel: null, ms: null, usage: null, cost: null, unit: null, quantity: null, warnings: [] };
  if (problem !== null) {
    const { message, hint } = redactor.all(problem);
    return { role, model, state: 'not called', most: null, ...nothing, message, fix: hint };
  }
  const { receipt, failure, warnings } = await order.call();
  const seen =
    receipt === null
      ? nothing
      : {
          servedModel: receipt.servedModel,
          ms: receipt.ms,
          usage: receipt.usage,
          cost: receipt.cost,
          unit: receipt.unit,
          quantity: receipt.quantity,
        };
  const said = {
    message: failure === null ? null : redactor.all(failure.message),
    fix: failure === null ? null : adviceOf(failure, logins.get(providerName(model)) ?? null),
  };
  const state = failure === null ? 'answered' : receipt === null ? 'not called' : 'failed';
  return { role, model, state, most, ...seen, warnings: redactor.all(warnings), ...said };
}
