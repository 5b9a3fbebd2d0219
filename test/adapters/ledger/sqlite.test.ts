import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLedger } from '../../../src/adapters/ledger/sqlite.ts';
import { TercetError } from '../../../src/contract/errors.ts';
import { heldReceipt, ledgerContract, settledReceipt } from '../../ports/ledger.contract.ts';

const run = promisify(execFile);
const HOLDER = join(import.meta.dirname, 'holder.ts');
const newFolder = () => mkdtempSync(join(tmpdir(), 'tercet-ledger-'));
const hold = (file: string, name: string, options: object) =>
  run(process.execPath, [HOLDER, file, name, JSON.stringify(options)]);

ledgerContract('sqlite', async () => {
  const folder = newFolder();
  const file = join(folder, 'ledger.sqlite');
  return {
    ledger: await openLedger(file),
    race: async ({ calls, heldUsd, cap }) => {
      const options = { calls, cap, receipt: heldReceipt('', { heldUsd }) };
      const ends = await Promise.all([hold(file, 'a', options), hold(file, 'b', options)]);
      return ends.map(({ stdout }) => Number(stdout));
    },
    remove: async () => rmSync(folder, { recursive: true }),
  };
});

describe('the ledger file', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = newFolder();
    file = join(folder, 'data', 'ledger.sqlite');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const failure = async (): Promise<TercetError> => {
    const error = await openLedger(file).then(
      () => null,
      (reason: unknown) => reason,
    );
    if (!(error instanceof TercetError)) throw new Error(`no TercetError but ${String(error)}`);
    return error;
  };

  it('is for its owner alone, and keeps its rows over a close', async () => {
    const first = await openLedger(file);
    await first.hold(heldReceipt('c1'), []);
    await first.settle(settledReceipt('c1', '1234567.000000000001'));
    if (process.platform !== 'win32') {
      expect(statSync(join(folder, 'data')).mode & 0o777).toBe(0o700);
      for (const name of readdirSync(join(folder, 'data'))) {
        expect(statSync(join(folder, 'data', name)).mode & 0o777).toBe(0o600);
      }
    }
    await first.close();
    await first.close();
    const second = await openLedger(file);
    expect(await second.find('c1')).toEqual(settledReceipt('c1', '1234567.000000000001'));
    await second.close();
  });

  it('warns of nothing when it is opened, and lets other warnings pass', async () => {
    const { stderr } = await hold(file, 'a', { calls: 0 });
    expect(stderr).toBe('');
    const script = `
      const { openLedger } = await import(${JSON.stringify(join(import.meta.dirname, '../../../src/adapters/ledger/sqlite.ts'))});
      await openLedger(${JSON.stringify(file)});
      process.emitWarning('another thing', 'ExperimentalWarning');`;
    const other = await run(process.execPath, ['--input-type=module', '-e', script]);
    expect(other.stderr).toContain('another thing');
    expect(other.stderr).not.toContain('SQLite');
  });

  it('has what was held before a kill -9', async () => {
    const script = `
      const { openLedger } = await import(${JSON.stringify(join(import.meta.dirname, '../../../src/adapters/ledger/sqlite.ts'))});
      const ledger = await openLedger(${JSON.stringify(file)});
      await ledger.hold(${JSON.stringify(heldReceipt('c1'))}, []);
      process.kill(process.pid, 'SIGKILL');`;
    await expect(run(process.execPath, ['--input-type=module', '-e', script])).rejects.toMatchObject({
      signal: 'SIGKILL',
    });
    const ledger = await openLedger(file);
    expect(await ledger.find('c1')).toEqual(heldReceipt('c1'));
    await ledger.close();
  });

  it('is created once by processes that open it at the same moment', async () => {
    const options = {
      calls: 5,
      cap: { scope: 'run', unit: 'usd', key: 'run-1', amount: '100' },
      receipt: heldReceipt(''),
    };
    const ends = await Promise.all(['a', 'b', 'c', 'd'].map((name) => hold(file, name, options)));
    expect(ends.map(({ stdout }) => stdout.trim())).toEqual(['5', '5', '5', '5']);
    const ledger = await openLedger(file);
    expect(await ledger.list({})).toHaveLength(20);
    await ledger.close();
  });

  it('is set aside when it is damaged, and a new one can be begun', async () => {
    await (await openLedger(file)).close();
    writeFileSync(file, 'this is no database, and it is long enough to be seen as one'.repeat(20));
    const error = await failure();
    expect(error.code).toBe('storage');
    expect(error.message).toContain(`${file} is damaged`);
    const aside = readdirSync(join(folder, 'data')).find((name) => name.includes('.damaged-'));
    expect(error.hint).toContain(aside);
    expect(readFileSync(join(folder, 'data', aside ?? ''), 'utf8')).toContain('this is no database');
    const fresh = await openLedger(file);
    expect(await fresh.list({})).toEqual([]);
    await fresh.close();
  });

  it('is set aside when damage shows only later', async () => {
    const ledger = await openLedger(file);
    for (let call = 0; call < 50; call += 1) {
      await ledger.hold(heldReceipt(`c${call}`, { answer: 'x'.repeat(2_000) }), []);
    }
    await ledger.close();
    const bytes = readFileSync(file);
    writeFileSync(file, bytes.fill(0x5a, 64 * 1_024));
    const damaged = await openLedger(file);
    await expect(damaged.list({})).rejects.toMatchObject({ code: 'storage' });
    await damaged.close();
    expect(readdirSync(join(folder, 'data')).some((name) => name.includes('.damaged-'))).toBe(true);
  });

  it('is brought up to date with its receipts when an older Tercet wrote it', async () => {
    await (await openLedger(file)).close();
    const database = new DatabaseSync(file);
    const { insteadOf, unit, quantity, failure, ...old } = settledReceipt('old', '0.2');
    database.exec(`
      DROP TRIGGER receipt_added; DROP TRIGGER receipt_changed; DROP TRIGGER receipt_removed; DROP TABLE total;
      DROP INDEX receipt_held; ALTER TABLE receipt DROP COLUMN unit; PRAGMA user_version = 1;`);
    database
      .prepare('INSERT INTO receipt VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
      .run('old', 'run-1', 'repo-1', Date.parse(old.startedAt), 'settled', 0, 200_000_000_000, JSON.stringify(old));
    database.close();
    const ledger = await openLedger(file);
    expect(await ledger.find('old')).toEqual({ ...old, insteadOf, unit, quantity, failure });
    const day = { scope: 'day', unit: 'usd', key: '2026-11-22', amount: '1' } as const;
    expect(await ledger.spending([day])).toEqual([{ cap: day, spent: '0.2', held: '0' }]);
    await ledger.hold(heldReceipt('new', { heldUsd: '0.3' }), [day]);
    expect(await ledger.spending([day])).toEqual([{ cap: day, spent: '0.2', held: '0.3' }]);
    await ledger.close();
  });

  it('keeps its totals equal to the sum of its receipts, whatever happens to them', async () => {
    const ledger = await openLedger(file);
    const random = mulberry(7);
    for (let step = 0; step < 200; step += 1) {
      const id = `c${Math.floor(random() * 40)}`;
      const day = 20 + Math.floor(random() * 4);
      const over = { run: `run-${Math.floor(random() * 3)}`, startedAt: `2026-11-${day}T10:00:00.000Z` };
      const known = await ledger.find(id);
      if (known === null || (known.state === 'failed' && known.cost.usd === '0')) {
        await ledger.hold(heldReceipt(id, { ...over, heldUsd: `0.${Math.floor(random() * 99) + 1}` }), []);
      } else {
        const usd = ['0', '0.05', null][Math.floor(random() * 3)] ?? null;
        await ledger.settle({
          ...known,
          ...settledReceipt(id, usd),
          state: usd === '0' ? 'failed' : 'settled',
          run: known.run,
          startedAt: known.startedAt,
          heldUsd: known.heldUsd,
        });
      }
    }
    await ledger.close();
    const database = new DatabaseSync(file);
    const totals = database
      .prepare("SELECT key, spent_pico, held_pico FROM total WHERE scope = 'day' ORDER BY key")
      .all();
    const sums = database
      .prepare(
        `SELECT strftime('%Y-%m-%d', started_ms / 1000, 'unixepoch') AS key,
           sum(iif(state <> 'held', coalesce(spent_pico, 0), 0)) AS spent_pico,
           sum(iif(state = 'held' OR spent_pico IS NULL, held_pico, 0)) AS held_pico
         FROM receipt GROUP BY 1 ORDER BY 1`,
      )
      .all();
    database.close();
    expect(sums.length).toBeGreaterThan(2);
    expect(totals).toEqual(sums);
  });

  it('is left alone when a newer Tercet wrote it', async () => {
    await (await openLedger(file)).close();
    const database = new DatabaseSync(file);
    database.exec('PRAGMA user_version = 3');
    database.close();
    const error = await failure();
    expect(error.message).toContain('newer Tercet (ledger version 3; this one reads 2)');
    expect(error.hint).toContain('Update Tercet');
    expect(readdirSync(join(folder, 'data'))).toContain('ledger.sqlite');
  });

  it('says so when its folder cannot be written to', async () => {
    writeFileSync(join(folder, 'data'), 'a file where the folder should be');
    chmodSync(join(folder, 'data'), 0o600);
    const error = await failure();
    expect(error.code).toBe('storage');
    expect(error.hint).toContain('Check that the folder');
  });

  it('does not mistake a broken row for a missing one', async () => {
    const ledger = await openLedger(file);
    await ledger.hold(heldReceipt('c1'), []);
    const database = new DatabaseSync(file);
    database.exec("UPDATE receipt SET json = '{half'");
    database.close();
    await expect(ledger.find('c1')).rejects.toMatchObject({ code: 'storage' });
    await ledger.close();
  });
});

/** Numbers from 0 to 1 that are the same in every run of the test. */
function mulberry(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
