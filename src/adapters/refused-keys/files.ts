import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import { TercetError } from '../../contract/errors.ts';
import type { RefusedKey, RefusedKeys } from '../../ports/refused-keys.ts';

/** Marks as files of a folder, one a key: any process sees them at its next call. */
export function openRefusedKeys(folder: string): RefusedKeys {
  const fileOf = (keyId: string): string => {
    if (!/^[0-9a-f]{16,64}$/.test(keyId)) throw new TercetError('internal', 'A key is named by a hash.');
    return path.join(folder, keyId);
  };
  return {
    find(keyId) {
      try {
        return read(readFileSync(fileOf(keyId), 'utf8'));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
        throw unusable(folder, error);
      }
    },
    mark(keyId, refused) {
      const file = fileOf(keyId);
      guarded(folder, () => {
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        const handle = openSync(file, 'w', 0o600);
        try {
          writeSync(handle, JSON.stringify(refused));
          fsyncSync(handle);
        } finally {
          closeSync(handle);
        }
      });
    },
    clearAll() {
      let names: string[] = [];
      try {
        names = readdirSync(folder);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw unusable(folder, error);
      }
      guarded(folder, () => {
        for (const name of names) rmSync(path.join(folder, name), { force: true });
      });
      return names.length;
    },
  };
}

/** A mark that a crash left half written is a mark all the same. */
function read(json: string): RefusedKey {
  try {
    const { message, since } = JSON.parse(json) as RefusedKey;
    return { message: String(message), since: String(since) };
  } catch {
    return { message: 'it was refused', since: 'an unknown time' };
  }
}

function guarded(folder: string, step: () => void): void {
  try {
    step();
  } catch (error) {
    throw unusable(folder, error);
  }
}

function unusable(folder: string, cause: unknown): TercetError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new TercetError('storage', `${folder} cannot be used: ${why}.`, {
    hint: 'Check that the folder is yours to read and write, and that the disk is not full.',
    cause,
  });
}
