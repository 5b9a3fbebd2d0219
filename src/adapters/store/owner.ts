import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { TercetError } from '../../contract/errors.ts';
import type { Owner } from '../../ports/store.ts';
import { loadSqlite } from '../sqlite/load.ts';

/**
 * Who carries a run on. An exclusive SQLite transaction holds the lock: the operating system drops it when the process
 * ends, however it ends, so nothing stale is ever left. `owner.json` beside it says who has it, for people.
 */
export function ownRun(folder: string, run: string): { release(): void } {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const lock = takeLock(folder);
  if (lock === null) {
    const owner = readOwner(folder);
    const who = owner === null ? 'another process' : `process ${owner.pid} (since ${owner.since})`;
    throw new TercetError('usage', `Run ${run} is being carried on by ${who}.`, {
      hint: `Wait for it, or stop it with \`tercet cancel ${run}\`.`,
    });
  }
  writeFileSync(join(folder, 'owner.json'), JSON.stringify({ pid: process.pid, since: new Date().toISOString() }), {
    mode: 0o600,
  });
  return { release: () => lock.close() };
}

/** The process that has the run; null when none has. */
export function ownerOf(folder: string): Owner | null {
  let lock: DatabaseSync | null;
  try {
    lock = takeLock(folder);
  } catch {
    return null;
  }
  if (lock === null) return readOwner(folder);
  lock.close();
  return null;
}

function takeLock(folder: string): DatabaseSync | null {
  const { DatabaseSync } = loadSqlite();
  const database = new DatabaseSync(join(folder, 'owner.lock'), { timeout: 0 });
  try {
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    return database;
  } catch (error) {
    database.close();
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) return null;
    throw error;
  }
}

const SQLITE_BUSY = 5;

function readOwner(folder: string): Owner | null {
  try {
    return JSON.parse(readFileSync(join(folder, 'owner.json'), 'utf8')) as Owner;
  } catch {
    return null;
  }
}
