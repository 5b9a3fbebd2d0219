import { closeSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { TercetError } from '../../contract/errors.ts';
import { loadSqlite } from '../sqlite/load.ts';
import { LEDGER_VERSION, upgrade } from './schema.ts';
import { asStorageError, isBusy } from './trouble.ts';

/** How long a call waits for another process that writes, in ms. A write takes well under one. */
const BUSY_TIMEOUT_MS = 10_000;
/** SQLite before 3.51.3 can corrupt a write-ahead log when it resets it. */
const SAFE_WAL = [3, 51, 3];

export interface OpenDatabase {
  database: DatabaseSync;
  /** Identity of the file that was opened, so that only this one is ever set aside. */
  inode: number;
}

/**
 * Opens or creates the ledger's database, for any number of processes at once: folder 0700, file 0600, every commit
 * synced to the disk. Throws TercetError `storage`: damaged (set aside, named), newer than this program, no access.
 */
export async function openDatabase(file: string): Promise<OpenDatabase> {
  let inode = -1;
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    createPrivate(file);
    inode = statSync(file).ino;
    const { DatabaseSync } = loadSqlite();
    const database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS, enableForeignKeyConstraints: false });
    try {
      await prepare(database, file);
      return { database, inode };
    } catch (error) {
      database.close();
      throw error;
    }
  } catch (error) {
    throw asStorageError(error, file, inode);
  }
}

/** Only ever creates: to open and close an existing database would drop the locks this process holds on it. */
function createPrivate(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

async function prepare(database: DatabaseSync, file: string): Promise<void> {
  const version = versionOf(database);
  if (version > LEDGER_VERSION) {
    throw new TercetError(
      'storage',
      `The ledger ${file} was written by a newer Tercet (ledger version ${version}; this one reads ${LEDGER_VERSION}).`,
      { hint: 'Update Tercet; nothing in the ledger was changed.' },
    );
  }
  await withPatience(() => database.exec(`PRAGMA journal_mode = ${walIsSafe() ? 'WAL' : 'DELETE'}`));
  database.exec('PRAGMA synchronous = FULL');
  if (version < LEDGER_VERSION) upgradeSchema(database);
}

/** The switch of the journal mode does not wait for other processes that are just opening; so this does. */
async function withPatience(step: () => void): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return step();
    } catch (error) {
      if (!isBusy(error) || tries === 100) throw error;
      await pause(5 + tries);
    }
  }
}

/** The version is read again under the lock, because another process may have been first. */
function upgradeSchema(database: DatabaseSync): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    const version = versionOf(database);
    if (version < LEDGER_VERSION) database.exec(upgrade(version));
    database.exec('COMMIT');
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

function versionOf(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()?.user_version ?? 0);
}

function walIsSafe(): boolean {
  const version = (process.versions.sqlite ?? '0').split('.').map(Number);
  const at = SAFE_WAL.findIndex((part, index) => part !== version[index]);
  return at === -1 || (version[at] ?? 0) > (SAFE_WAL[at] ?? 0);
}
