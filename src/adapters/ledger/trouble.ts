import { renameSync, statSync } from 'node:fs';
import { TercetError } from '../../contract/errors.ts';

/** Primary result codes of SQLite (sqlite.org/rescode.html). */
const CODE = { busy: 5, locked: 6, readonly: 8, ioError: 10, corrupt: 11, full: 13, cannotOpen: 14, notADatabase: 26 };

export function isBusy(error: unknown): boolean {
  const code = codeOf(error);
  return code === CODE.busy || code === CODE.locked;
}

/**
 * The error a person reads for what went wrong with the ledger's file. A damaged file is renamed, never deleted and
 * never written again; `inode` makes sure that it is this file, and not a new one that another process has made.
 */
export function asStorageError(error: unknown, file: string, inode: number): unknown {
  // A defect of the caller is no trouble of the file.
  if (error instanceof TercetError || error instanceof TypeError || error instanceof RangeError) return error;
  const code = codeOf(error);
  const why = error instanceof Error ? error.message : String(error);
  if (code === CODE.corrupt || code === CODE.notADatabase) {
    const aside = setAside(file, inode);
    const hint =
      aside === null
        ? 'Move it away by hand and run the command again; a new ledger is then begun.'
        : `It is kept as ${aside}. Run the command again to begin a new ledger; what was spent before is not in it.`;
    return new TercetError('storage', `The ledger ${file} is damaged (${why}).`, { hint, cause: error });
  }
  const hint = isBusy(error)
    ? 'Another process keeps it locked: wait for it to end, then run the command again. Keep the ledger on a local disk.'
    : code === CODE.full
      ? 'The disk is full: free some space, then run the command again.'
      : 'Check that the folder exists on a local disk and that you may write to it.';
  if (code === null && (error as NodeJS.ErrnoException | null)?.code === undefined) return error;
  return new TercetError('storage', `The ledger ${file} cannot be used (${why}).`, { hint, cause: error });
}

function codeOf(error: unknown): number | null {
  const code = (error as { errcode?: unknown } | null)?.errcode;
  // The low byte is the primary code, the rest its refinement.
  return typeof code === 'number' ? code & 0xff : null;
}

/** The new name of the damaged file, its log renamed with it; null when it is gone, another one, or cannot be moved. */
function setAside(file: string, inode: number): string | null {
  const aside = `${file}.damaged-${new Date().toISOString().replace(/[:.]/g, '-')}`;
  try {
    if (statSync(file).ino !== inode) return null;
    renameSync(file, aside);
  } catch {
    return null;
  }
  for (const suffix of ['-wal', '-shm']) {
    try {
      renameSync(file + suffix, aside + suffix);
    } catch {
      // There is none.
    }
  }
  return aside;
}
