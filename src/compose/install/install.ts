import { isDeepStrictEqual } from 'node:util';
import type { Entry } from '../../adapters/host-settings/entry.ts';
import { type FoundFile, readSettings, removeFolders, replaceSettings } from '../../adapters/host-settings/file.ts';
import { TercetError } from '../../contract/errors.ts';
import type { Folders } from '../folders.ts';
import { added, entryAt, removed } from './edit.ts';
import { HOSTS, type HostTool } from './hosts.ts';
import type { Machine } from './machine.ts';
import { dropRecord, type InstallRecord, recordsOf, saveRecord, sha256 } from './records.ts';
import { startOf } from './start.ts';

/** A change that is made ready: shown first, then done or left. `null` bytes: no file. */
export interface Ready {
  host: string;
  tool: HostTool;
  file: string;
  before: Buffer | null;
  after: Buffer | null;
  /** What a person should know beside the change itself. */
  notes: string[];
  /** Does it. @throws TercetError `storage`; nothing is changed then. */
  apply(): Promise<void>;
}

/** The tool of that name. @throws TercetError `usage`. */
export function hostOf(name: string): HostTool {
  const tool = Object.hasOwn(HOSTS, name) ? HOSTS[name] : undefined;
  if (tool !== undefined) return tool;
  throw new TercetError('usage', `There is no host "${name}".`, { hint: `Known: ${Object.keys(HOSTS).join(', ')}.` });
}

/**
 * Makes ready the change that sets Tercet up in a tool's own settings; null when it is set up already.
 * @throws TercetError `config` where something else stands under our name, or the file cannot be added to, `storage`.
 */
export async function prepareInstall(
  host: string,
  machine: Machine,
  folders: Folders,
  now: Date,
): Promise<Ready | null> {
  const tool = hostOf(host);
  const lacking = tool.lacks?.(machine) ?? null;
  if (lacking !== null)
    throw new TercetError('config', `${lacking} is missing, so there is nothing to set up in ${tool.title}.`, {
      hint: 'Install Tercet again: npm install -g tercet.',
    });
  const file = tool.file(machine);
  const found = await readSettings(file);
  const entries = tool.entries(startOf(machine), machine);
  const there = await Promise.all(entries.map(({ path }) => entryAt(found, tool.format, path)));
  if (entries.every(({ value }, index) => isDeepStrictEqual(there[index], value))) return null;
  const record = (await recordsOf(folders, host)).find((known) => known.file === file);
  const ours = record !== undefined && (await isAsLeft(found, tool, record));
  // An older entry of ours goes first, so that undoing gives back what was there before the first install.
  const base = { ...found, bytes: ours ? await withoutOurs(found, tool, record) : found.bytes };
  const standing = await Promise.all(entries.map(({ path }) => entryAt(base, tool.format, path)));
  const taken = entries.filter(
    ({ value }, at) => standing[at] !== undefined && !isDeepStrictEqual(standing[at], value),
  );
  if (taken.length > 0) {
    const names = taken.map(({ path }) => path.join('.')).join('`, `');
    throw new TercetError('config', `${file} has \`${names}\` already, which Tercet did not write so.`, {
      hint: `Remove or rename it there, then install again${record === undefined ? '' : `; \`tercet install ${host} --undo\` takes it away`}.`,
    });
  }
  const missing = entries.filter((_, at) => standing[at] === undefined);
  const { bytes, made } = await added(base, tool.format, missing);
  const notes = ours ? ['It was set up in another way before; that is replaced.'] : [];
  const apply = async () => {
    const fresh: InstallRecord = {
      version: 1,
      host,
      file,
      before: base.bytes?.toString('base64') ?? null,
      sha256: sha256(bytes),
      entries: missing.map(({ path, value }) => ({ path: [...path], value })),
      made,
      folders: ours ? record.folders : [],
      at: now.toISOString(),
    };
    // Written first: what was there must be known before it is changed. A record of a change that was not made undoes nothing.
    await saveRecord(folders, fresh);
    try {
      const madeFolders = await replaceSettings(found, bytes);
      if (madeFolders.length > 0) await saveRecord(folders, { ...fresh, folders: madeFolders });
    } catch (error) {
      if (record === undefined) await dropRecord(folders, fresh);
      else await saveRecord(folders, record);
      throw error;
    }
  };
  return { host, tool, file, before: found.bytes, after: bytes, notes, apply };
}

/**
 * Makes ready the way back: the bytes that were there before where the file is as it was left, and otherwise the file
 * without our entries. null when nothing is installed.
 * @throws TercetError `config`, `storage`.
 */
export async function prepareUndo(host: string, machine: Machine, folders: Folders): Promise<Ready | null> {
  const tool = hostOf(host);
  const records = await recordsOf(folders, host);
  const record =
    records.find(({ file }) => file === tool.file(machine)) ?? (records.length === 1 ? records[0] : undefined);
  if (record === undefined && records.length > 1) {
    throw new TercetError(
      'config',
      `Tercet was installed in several files of ${tool.title}: ${records.map(({ file }) => file).join(', ')}.`,
      {
        hint: 'Say which by the variables it was installed under.',
      },
    );
  }
  if (record === undefined) return null;
  const found = await readSettings(record.file);
  const asLeft = found.bytes !== null && sha256(found.bytes) === record.sha256;
  const notes = asLeft ? [] : await whatChanged(found, tool, record);
  const after = await withoutOurs(found, tool, record);
  const apply = async () => {
    if (!same(found.bytes, after)) await replaceSettings(found, after);
    if (after === null) await removeFolders(record.folders);
    await dropRecord(folders, record);
  };
  return { host, tool, file: record.file, before: found.bytes, after, notes, apply };
}

/** Where Tercet is set up in a tool: by `install`, by hand, or not; `unreadable` when its file cannot be told. */
export async function stateOf(
  host: string,
  machine: Machine,
  folders: Folders,
): Promise<'installed' | 'by hand' | 'no' | 'unreadable'> {
  const tool = hostOf(host);
  const file = tool.file(machine);
  try {
    const found = await readSettings(file);
    const paths = tool.entries(startOf(machine), machine).map(({ path }) => path);
    const there = await Promise.all(paths.map((path) => entryAt(found, tool.format, path)));
    if (there.some((value) => value === undefined)) return 'no';
    return (await recordsOf(folders, host)).some((record) => record.file === file) ? 'installed' : 'by hand';
  } catch (error) {
    if (error instanceof TercetError) return 'unreadable';
    throw error;
  }
}

/** Whether every entry of an install stands as it was written. */
async function isAsLeft(found: FoundFile, tool: HostTool, { entries }: InstallRecord): Promise<boolean> {
  const there = await Promise.all(entries.map(({ path }) => entryAt(found, tool.format, path)));
  return entries.every(({ value }, index) => isDeepStrictEqual(there[index], value));
}

/** The bytes without what an install put there; those of before, where it is as it was left. */
async function withoutOurs(found: FoundFile, tool: HostTool, record: InstallRecord): Promise<Buffer | null> {
  const { before, entries, made } = record;
  if (found.bytes === null) return null;
  if (sha256(found.bytes) === record.sha256) return before === null ? null : Buffer.from(before, 'base64');
  const paths = entries.map(({ path }) => path);
  return removed(found, tool.format, paths, made);
}

async function whatChanged(found: FoundFile, tool: HostTool, { entries, before }: InstallRecord): Promise<string[]> {
  if (found.bytes === null) return ['The file is gone; there is nothing to take out of it.'];
  if (before !== null && found.bytes.equals(Buffer.from(before, 'base64')))
    return ['The file is already as it was before.'];
  const there = await Promise.all(entries.map(({ path }) => entryAt(found, tool.format, path)));
  const changed = (entry: Entry, index: number) =>
    there[index] !== undefined && !isDeepStrictEqual(there[index], entry.value);
  const kept = 'The file has changed since: only Tercet’s entry goes, everything else stays.';
  return entries.some(changed) ? [kept, 'The entry itself was changed too; it goes as it is now.'] : [kept];
}

const same = (a: Buffer | null, b: Buffer | null) => (a === null || b === null ? a === b : a.equals(b));
