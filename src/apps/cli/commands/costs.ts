import { catalogueOf, type Host, openLedgerOf, openSession } from '../../../compose/compose.ts';
import { type Config, readConfig } from '../../../compose/config/read-config.ts';
import { mergeSettings } from '../../../compose/config/settings.ts';
import { foldersOf } from '../../../compose/folders.ts';
import { TercetError } from '../../../contract/errors.ts';
import type { Receipt } from '../../../contract/usage.ts';
import type { Ledger, ReceiptFilter, Spending } from '../../../ports/ledger.ts';
import { leftOf, resetOf, sharedCapsOf } from '../../../pricing/caps.ts';
import { reprice } from '../../../pricing/counterfactual.ts';
import { groupCosts, sayUnknown } from '../../../pricing/sum.ts';
import { showUsd } from '../../../pricing/usd.ts';
import { budgetLines } from '../../../report/budget-lines.ts';
import { costsTable } from '../../../report/costs-table.ts';
import { counterfactualOf } from '../../../report/phrases.ts';
import { type CommonOptions, type Io, paletteOf, print, printJson } from '../io.ts';

export const KEYS = ['role', 'model', 'day'] as const;

export interface CostsOptions extends CommonOptions {
  by?: (typeof KEYS)[number];
  run?: string;
  since?: string;
  all?: boolean;
}

/** `tercet costs`: what was spent, by role, model or day; and what the same tokens would have cost on the planner's model. */
export async function costs(io: Io, options: CostsOptions): Promise<number> {
  const by = options.by ?? 'role';
  const { receipts, catalogue, budgets } = await readReceipts(io, options);
  const lines = groupCosts(receipts, by);
  const total = totalOf(receipts);
  const planner = receipts.findLast((receipt) => receipt.role === 'planner')?.requestedModel;
  const alone =
    planner === undefined ? null : reprice(receipts, planner, catalogue, new Date().toISOString().slice(0, 10));
  if (options.json === true) {
    const unknown = sayUnknown(receipts);
    printJson(io, {
      by,
      lines,
      total: total ?? null,
      unknown,
      counterfactual: alone,
      budgets: budgets.map(forMachines),
    });
    return 0;
  }
  print(io, costsTable(lines, { money: showUsd, key: by, total, palette: paletteOf(io) }));
  const unknown = sayUnknown(receipts);
  if (unknown !== null) print(io, unknown);
  if (alone !== null) print(io, counterfactualOf(alone, showUsd, 'these calls'));
  for (const line of budgetLines(budgets, showUsd)) print(io, line);
  return 0;
}

async function readReceipts(io: Host, options: CostsOptions) {
  const filter: ReceiptFilter = {};
  if (options.since !== undefined) filter.since = instant(options.since);
  if (options.all === true) {
    const folders = foldersOf(io.env);
    const ledger = await openLedgerOf(folders);
    try {
      const config = await readConfig(folders, null);
      const budgets = await sharedBudgets(config, ledger);
      return { receipts: await ledger.list(filter), catalogue: catalogueOf(config), budgets };
    } finally {
      await ledger.close();
    }
  }
  const session = await openSession(io);
  try {
    if (options.run === undefined) filter.repository = session.repository.key;
    else filter.run = (await session.store.get(options.run)).id;
    const budgets = await sharedBudgets(session.config, session.ledger);
    return { receipts: await session.ledger.list(filter), catalogue: session.catalogue, budgets };
  } finally {
    await session.close();
  }
}

/** The caps of today and this month, and what counts under them: of all runs of this machine, whatever is listed. */
function sharedBudgets(config: Config, ledger: Ledger): Promise<Spending[]> {
  const { settings } = mergeSettings(config, {});
  return ledger.spending(sharedCapsOf(settings, new Date().toISOString()));
}

function forMachines(spending: Spending): object {
  const { cap, spent, held } = spending;
  return { ...cap, spent, held, left: leftOf(spending), resetsAt: resetOf(cap) };
}

function totalOf(receipts: readonly Receipt[]) {
  const [first] = receipts;
  if (first === undefined) return undefined;
  const [sum] = groupCosts(
    receipts.map((receipt) => ({ ...receipt, role: first.role })),
    'role',
  );
  return sum === undefined ? undefined : { ...sum, key: 'total' };
}

/** A day or an instant, ISO 8601; days that no calendar has are refused. */
function instant(text: string): string {
  const day = /^\d{4}-\d{2}-\d{2}(?=$|T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$)/.exec(text)?.[0];
  const real = day !== undefined && new Date(`${day}T00:00:00Z`).toJSON()?.startsWith(day);
  const time = real ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time))
    throw new TercetError('usage', `"${text}" is not a date for --since.`, {
      hint: 'Give one like 2026-11-01 or 2026-11-01T12:00:00Z.',
    });
  return new Date(time).toISOString();
}
