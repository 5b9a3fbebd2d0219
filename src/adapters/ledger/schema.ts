/** Version of the tables, in the file's `user_version`. */
export const LEDGER_VERSION = 2;

const RECEIPTS = `
CREATE TABLE receipt (
  call_id TEXT NOT NULL PRIMARY KEY,
  run TEXT NOT NULL,
  repository TEXT NOT NULL,
  started_ms INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('held', 'settled', 'failed')),
  held_pico INTEGER NOT NULL,
  spent_pico INTEGER,
  json TEXT NOT NULL
) STRICT;
CREATE INDEX receipt_by_run ON receipt (run, started_ms);
CREATE INDEX receipt_by_repository ON receipt (repository, started_ms);
`;

/** Amounts are in the row's own unit, times 10^12. */
const UNITS = `
ALTER TABLE receipt ADD COLUMN unit TEXT NOT NULL DEFAULT 'usd';
CREATE INDEX receipt_held ON receipt (started_ms) WHERE state = 'held';
`;

/** What a row counts: its cost once that is known, what it holds until then. */
const spentOf = (row: string) => `iif(${row}.state <> 'held', coalesce(${row}.spent_pico, 0), 0)`;
const heldOf = (row: string) => `iif(${row}.state = 'held' OR ${row}.spent_pico IS NULL, ${row}.held_pico, 0)`;
const timeOf = (row: string, format: string) => `strftime('${format}', ${row}.started_ms / 1000, 'unixepoch')`;

/** Every total a row belongs to: scope, and the key of it. Days and months are UTC. */
const SCOPES = [
  { scope: 'run', key: (row: string) => `${row}.run` },
  { scope: 'day', key: (row: string) => timeOf(row, '%Y-%m-%d') },
  { scope: 'month', key: (row: string) => timeOf(row, '%Y-%m') },
];

const count = (row: string, sign: '+' | '-') =>
  SCOPES.map(
    ({ scope, key }) => `
  INSERT INTO total VALUES ('${scope}', ${key(row)}, ${row}.unit, ${sign}${spentOf(row)}, ${sign}${heldOf(row)})
  ON CONFLICT DO UPDATE SET spent_pico = spent_pico + excluded.spent_pico, held_pico = held_pico + excluded.held_pico;`,
  ).join('');

/**
 * What counts under each cap, so that a hold reads one row instead of adding up a month. Kept by the database itself in
 * the transaction that changes a receipt: the two cannot come apart.
 */
const TOTALS = `
CREATE TABLE total (
  scope TEXT NOT NULL,
  key TEXT NOT NULL,
  unit TEXT NOT NULL,
  spent_pico INTEGER NOT NULL,
  held_pico INTEGER NOT NULL,
  PRIMARY KEY (scope, key, unit)
) STRICT, WITHOUT ROWID;
${SCOPES.map(
  ({ scope, key }) => `
INSERT INTO total SELECT '${scope}', ${key('receipt')}, unit, sum(${spentOf('receipt')}), sum(${heldOf('receipt')})
FROM receipt GROUP BY 2, 3;`,
).join('')}
CREATE TRIGGER receipt_added AFTER INSERT ON receipt BEGIN ${count('NEW', '+')}
END;
CREATE TRIGGER receipt_changed AFTER UPDATE ON receipt BEGIN ${count('OLD', '-')} ${count('NEW', '+')}
END;
CREATE TRIGGER receipt_removed AFTER DELETE ON receipt BEGIN ${count('OLD', '-')}
END;
`;

/** The statements that bring a file of an older version (0: an empty one) to this one. */
export function upgrade(from: number): string {
  return `${from < 1 ? RECEIPTS : ''}${UNITS}${TOTALS}PRAGMA user_version = ${LEDGER_VERSION};`;
}
