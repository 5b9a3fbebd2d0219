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
