import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { makeFolder, replaceFile } from '../../adapters/store/write.ts';
import type { RepositoryConfig } from '../../contract/config.ts';
import { TercetError } from '../../contract/errors.ts';
import type { AskedSetting, TrustRecord } from '../../contract/trust.ts';
import type { Repository } from '../../ports/workspace.ts';
import { askedSettings, digestOfAsked, harmlessPart } from '../asked.ts';
import type { Folders } from '../folders.ts';
import { type Config, REPOSITORY_CONFIG } from './read-config.ts';

/** The parts of a session that trust is about. */
export interface TrustPlace {
  folders: Folders;
  repository: Pick<Repository, 'key' | 'root'>;
  config: Config;
}

/** Where a repository's settings stand with the person. */
export interface Trust {
  /** `nothing` needs trust; `changed` others were trusted before; `new` none ever were. */
  state: 'nothing' | 'trusted' | 'changed' | 'new';
  settings: AskedSetting[];
  sha256: string;
  /** When it is trusted, its record; when it changed, the newest one before. */
  record: TrustRecord | null;
}

/** Where the person has gone back and forth between branches, each version they have seen stays trusted; to a bound. */
const MOST_RECORDS = 50;

const Records = z.strictObject({
  version: z.literal(1),
  trusted: z.array(
    z.strictObject({
      repository: z.string(),
      root: z.string(),
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
      at: z.iso.datetime(),
      settings: z.array(
        z.strictObject({
          key: z.string(),
          value: z.union([z.string(), z.number(), z.boolean(), z.null()]),
          kind: z.enum(['command', 'model', 'text', 'gate', 'limit']),
        }),
      ),
    }),
  ),
});

/** How the settings of this repository's file, as read into `config`, stand. @throws TercetError `storage`. */
export async function trustOf({ folders, repository, config }: TrustPlace): Promise<Trust> {
  const settings = askedSettings(config.repository);
  const sha256 = digestOfAsked(settings);
  if (settings.length === 0) return { state: 'nothing', settings, sha256, record: null };
  const records = await readRecords(fileOf(folders, repository.key));
  const same = records.findLast((record) => record.sha256 === sha256 && record.repository === repository.key);
  if (same !== undefined) return { state: 'trusted', settings, sha256, record: same };
  const before = records.at(-1) ?? null;
  return { state: before === null ? 'new' : 'changed', settings, sha256, record: before };
}

/** Writes down that the person trusts what `config` asks for. Nothing is written when it asks for nothing. */
export async function recordTrust(place: TrustPlace, now = new Date()): Promise<TrustRecord | null> {
  const { key, root } = place.repository;
  const settings = askedSettings(place.config.repository);
  if (settings.length === 0) return null;
  const file = fileOf(place.folders, key);
  const record = { repository: key, root, sha256: digestOfAsked(settings), at: now.toISOString(), settings };
  const others = (await readRecords(file)).filter((known) => known.sha256 !== record.sha256);
  const trusted = [...others, record].slice(-MOST_RECORDS);
  try {
    await makeFolder(path.dirname(file));
    await replaceFile(file, `${JSON.stringify({ version: 1, trusted }, null, 2)}\n`);
  } catch (cause) {
    throw new TercetError('storage', `${file} cannot be written: ${(cause as Error).message}`, { cause });
  }
  return record;
}

/** Forgets every trust in this repository; how many there were. A damaged file is replaced: nothing is trusted then. */
export async function revokeTrust({
  folders,
  repository,
}: Pick<TrustPlace, 'folders' | 'repository'>): Promise<number> {
  const file = fileOf(folders, repository.key);
  const records = await readRecords(file).catch(() => null);
  if (records !== null && records.length === 0) return 0;
  await replaceFile(file, `${JSON.stringify({ version: 1, trusted: [] }, null, 2)}\n`);
  return records?.length ?? 0;
}

/** Everything that is trusted on this machine, newest first. */
export async function listTrust(folders: Folders): Promise<TrustRecord[]> {
  const keys = await readdir(path.join(folders.data, 'repositories')).catch(() => []);
  const records = await Promise.all(keys.map((key) => readRecords(fileOf(folders, key))));
  return records.flat().sort((a, b) => (a.at < b.at ? 1 : -1));
}

/**
 * The configuration a run may use: the repository's file whole when it is trusted. Otherwise the run does not begin,
 * unless the person asked for a run without it: then only its harmless part counts, and `leftOut` says what does not.
 * @throws TercetError `config`, `storage`.
 */
export async function configOfRun(
  place: TrustPlace,
  untrusted: boolean,
): Promise<{ config: Config; leftOut: AskedSetting[] }> {
  const { config } = place;
  const without: RepositoryConfig = harmlessPart(config.repository);
  const trust = untrusted ? null : await trustOf(place);
  if (trust === null) return { config: { ...config, repository: without }, leftOut: askedSettings(config.repository) };
  if (trust.state === 'nothing' || trust.state === 'trusted') return { config, leftOut: [] };
  const keys = trust.settings.map((setting) => setting.key).join(', ');
  const since = trust.state === 'changed' ? ' It has changed since you trusted it.' : '';
  throw new TercetError(
    'config',
    `${path.join(place.repository.root, REPOSITORY_CONFIG)} asks for settings you have not seen: ${keys}.${since} Nothing was begun.`,
    {
      hint: '`tercet trust` shows them and asks you; `--untrusted` goes on without them.',
    },
  );
}

function fileOf(folders: Folders, key: string): string {
  return path.join(folders.data, 'repositories', key, 'trust.json');
}

/** A damaged file trusts nothing, and is said: it is never read as "never asked" and never overwritten by a default. */
async function readRecords(file: string): Promise<TrustRecord[]> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
    throw new TercetError('storage', `${file} cannot be read: ${error.message}`);
  });
  if (text === null) return [];
  try {
    return Records.parse(JSON.parse(text)).trusted;
  } catch (cause) {
    throw new TercetError('storage', `${file} is damaged, so nothing in this repository counts as trusted.`, {
      hint: '`tercet trust --revoke` starts it anew.',
      cause,
    });
  }
}
