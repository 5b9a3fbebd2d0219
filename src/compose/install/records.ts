import { createHash } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { makeFolder, replaceFile } from '../../adapters/store/write.ts';
import { TercetError } from '../../contract/errors.ts';
import type { Folders } from '../folders.ts';

const Paths = z.array(z.array(z.string()));

const InstallRecord = z.strictObject({
  version: z.literal(1),
  host: z.string(),
  file: z.string(),
  /** The file as it was, base64; null where there was none. It may hold keys: the record is for its owner's eyes. */
  before: z.string().nullable(),
  /** Of the file as it was left: as long as it is so, undoing gives back `before`. */
  sha256: z.string(),
  /** Where our entries stand, as JSON, to tell whether they were changed. */
  entries: z.array(z.strictObject({ path: z.array(z.string()), value: z.json() })),
  /** Objects that were made around them. */
  made: Paths,
  /** Folders that were made, the outermost first. */
  folders: z.array(z.string()),
  /** ISO 8601, UTC. */
  at: z.string(),
});

/** What an install did, for undoing it. */
export type InstallRecord = z.infer<typeof InstallRecord>;

export const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** The records of a host, in no order. @throws TercetError `storage` for a damaged one, which is never taken for none. */
export async function recordsOf(folders: Folders, host: string): Promise<InstallRecord[]> {
  const folder = folderOf(folders);
  const names = await readdir(folder).catch(() => []);
  const own = names.filter((name) => name.startsWith(`${host}.`) && name.endsWith('.json'));
  return Promise.all(own.map((name) => readRecord(path.join(folder, name))));
}

/** Durable when it returns; readable by its owner alone. */
export async function saveRecord(folders: Folders, record: InstallRecord): Promise<void> {
  const file = fileOf(folders, record);
  try {
    await makeFolder(path.dirname(file));
    await replaceFile(file, `${JSON.stringify(record, null, 2)}\n`);
  } catch (cause) {
    throw new TercetError('storage', `${file} cannot be written: ${(cause as Error).message}`, { cause });
  }
}

export async function dropRecord(folders: Folders, record: InstallRecord): Promise<void> {
  await rm(fileOf(folders, record), { force: true });
}

const folderOf = ({ data }: Folders) => path.join(data, 'installs');

/** The name tells host and file apart; a host's file can be another one tomorrow. */
function fileOf(folders: Folders, { host, file }: Pick<InstallRecord, 'host' | 'file'>): string {
  return path.join(folderOf(folders), `${host}.${sha256(Buffer.from(file)).slice(0, 16)}.json`);
}

async function readRecord(file: string): Promise<InstallRecord> {
  try {
    return InstallRecord.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (cause) {
    throw new TercetError('storage', `${file} is damaged, so nobody knows what was installed.`, {
      hint: 'Remove the entry "tercet" from the tool’s settings by hand, then this file.',
      cause,
    });
  }
}
