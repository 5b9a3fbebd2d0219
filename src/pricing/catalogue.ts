import { TercetError } from '../contract/errors.ts';
import type { Lineage } from '../contract/role.ts';
import shipped from './catalogue.json' with { type: 'json' };
import type { Amount, PriceEntry, PriceOverride, Rates, RatesRow } from './price.ts';
import { formatUsd, parseUsd, picoPerToken } from './usd.ts';

/** A row of `catalogue.json`: an override that may name its successor. */
interface ShippedRow extends PriceOverride {
  then?: (RatesRow & { from: string }) | undefined;
}

interface DatedRow {
  row: PriceOverride;
  source: PriceEntry['source'];
}

/** Prices by exact id. Rows are read only when they are asked for. */
export interface Catalogue {
  /** The day the shipped prices were collected. */
  readonly collected: string;
  /** @internal Best first: the user's rows before the shipped ones. */
  readonly rows: ReadonlyMap<string, readonly DatedRow[]>;
}

/** Providers that serve only what they trained themselves, so that the prefix of an id tells the lineage. */
const FIRST_PARTY = new Set(['anthropic', 'openai', 'google', 'xai', 'cursor']);

/**
 * The shipped prices with the user's own on top. Throws TercetError `config` for an override that is not a price:
 * negative, finer than six decimals per million tokens, or with a date that is none.
 */
export function buildCatalogue(overrides: readonly PriceOverride[] = []): Catalogue {
  for (const override of overrides) check(override);
  const rows: ShippedRow[] = shipped.models;
  return index([...overrides.map(asUser), ...rows.flatMap(inTime).map(asShipped)]);
}

/**
 * The table of the method's own article, which prices `gpt-4o` at 5/15 where the catalogue has today's 2.5/10.
 * Ids are listed both bare (`claude-opus-4`) and with their provider.
 */
export function articleCatalogue(): Catalogue {
  const rows = shipped.article.flatMap(({ alias, ...row }) => [row, { ...row, id: alias }]);
  return index(rows.map((row) => ({ row, source: 'article' })));
}

/**
 * The price of a model on a day (`2026-11-22`, UTC). Ids match exactly or not at all: a near miss is a wrong price.
 * null: unknown, and so is every cost computed from it.
 */
export function findPrice(catalogue: Catalogue, modelId: string, day: string): PriceEntry | null {
  const found = catalogue.rows
    .get(modelId)
    ?.find(({ row }) => (row.from === undefined || row.from <= day) && (row.until === undefined || day < row.until));
  return found === undefined ? null : toEntry(found, found.source === 'user' ? day : catalogue.collected);
}

/** Every model with a price on that day, the user's first, then in the catalogue's order. */
export function listPrices(catalogue: Catalogue, day: string): PriceEntry[] {
  return [...catalogue.rows.keys()].flatMap((id) => findPrice(catalogue, id, day) ?? []);
}

/** Whose training produced a model: by exact id, else by a first-party provider's prefix, else null (nobody can say). */
export function lineageOf(catalogue: Catalogue, modelId: string): Lineage {
  for (const { row } of catalogue.rows.get(modelId) ?? []) {
    if (row.lineage !== undefined && row.lineage !== null) return row.lineage;
  }
  const [provider = '', ...rest] = modelId.split('/');
  return FIRST_PARTY.has(provider) && rest.length === 1 && rest[0] !== '' ? provider : null;
}

/** The lineage of the one vendor whose own id for a model is exactly this name; null when none's or several's is. */
export function lineageOfName(catalogue: Catalogue, name: string): Lineage {
  const vendors = [...FIRST_PARTY].filter((vendor) => catalogue.rows.has(`${vendor}/${name}`));
  const [only = '', ...more] = vendors;
  return more.length > 0 || only === '' ? null : lineageOf(catalogue, `${only}/${name}`);
}

function index(rows: readonly DatedRow[]): Catalogue {
  const byId = new Map<string, DatedRow[]>();
  for (const dated of rows) {
    const known = byId.get(dated.row.id);
    if (known === undefined) byId.set(dated.row.id, [dated]);
    else known.push(dated);
  }
  return { collected: shipped.collected, rows: byId };
}

const asUser = (row: PriceOverride): DatedRow => ({ row, source: 'user' });
const asShipped = (row: PriceOverride): DatedRow => ({ row, source: 'catalogue' });

/** A row and its successor. The successor has only the rates it states: nothing of the old price lives on in it. */
function inTime({ then, ...row }: ShippedRow): PriceOverride[] {
  if (then === undefined) return [row];
  const { id, lineage, context, maxOutput } = row;
  return [row, { id, lineage, context, maxOutput, ...then }];
}

function toEntry({ row, source }: DatedRow, date: string): PriceEntry {
  return {
    id: row.id,
    lineage: row.lineage ?? null,
    ...toRates(row),
    tiers: (row.tiers ?? [])
      .map((tier) => ({ inputAbove: tier.inputAbove, ...toRates(tier) }))
      .sort((a, b) => a.inputAbove - b.inputAbove),
    context: row.context ?? null,
    maxOutput: row.maxOutput ?? null,
    date: row.from ?? date,
    source,
  };
}

function toRates(row: RatesRow): Rates {
  return {
    input: decimal(row.input),
    output: decimal(row.output),
    cacheRead: row.cacheRead === undefined ? null : decimal(row.cacheRead),
    cacheWrite5m: row.cacheWrite5m === undefined ? null : decimal(row.cacheWrite5m),
    cacheWrite1h: row.cacheWrite1h === undefined ? null : decimal(row.cacheWrite1h),
  };
}

/** The shortest decimal form of a number is what its author wrote, so no binary fraction gets into the money. */
function decimal(amount: Amount): string {
  return formatUsd(parseUsd(String(amount)));
}

const RATES = ['input', 'output', 'cacheRead', 'cacheWrite5m', 'cacheWrite1h'] as const;

function check(override: PriceOverride): void {
  for (const rates of [override, ...(override.tiers ?? [])]) {
    for (const name of RATES) {
      const amount = rates[name];
      if (amount === undefined && name !== 'input' && name !== 'output') continue;
      try {
        picoPerToken(String(amount));
      } catch (cause) {
        const hint = 'Give USD per 1,000,000 tokens, 0 or more, with at most six decimals.';
        throw new TercetError('config', `The price of ${override.id}: ${name} is ${amount}.`, { hint, cause });
      }
    }
  }
  for (const tier of override.tiers ?? []) {
    if (Number.isSafeInteger(tier.inputAbove) && tier.inputAbove >= 0) continue;
    const hint = 'Give the number of input tokens above which the tier holds.';
    throw new TercetError('config', `The price of ${override.id}: inputAbove is ${tier.inputAbove}.`, { hint });
  }
  for (const day of [override.from, override.until]) {
    if (day === undefined || isDay(day)) continue;
    throw new TercetError('config', `The price of ${override.id} has the date ${day}.`, {
      hint: 'Write dates as 2026-12-01.',
    });
  }
}

function isDay(text: string): boolean {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(text) : Number.NaN;
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
}
