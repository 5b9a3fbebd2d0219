import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { z } from 'zod';
import { RepositoryConfig, UserConfig } from '../contract/config.ts';
import { TercetError } from '../contract/errors.ts';
import type { Folders } from './folders.ts';

/** Name of the configuration file in a repository. */
export const REPOSITORY_CONFIG = 'tercet.yaml';

export interface Config {
  user: UserConfig;
  repository: RepositoryConfig;
  /** Folder of the repository's file, for paths in it. */
  root: string;
  userFile: string;
}

/** Keys that only the person's own file may set, and why a repository's may not. */
const USER_ONLY: Readonly<Record<string, string>> = {
  providers: 'endpoints never come from a repository: it could send your key and your code anywhere',
  prices: 'prices never come from a repository: it could make a dear call look free',
  trios: 'trios of your own live in your configuration',
  unpriced: 'whether a call may be made without a price is yours to say',
};

/**
 * Reads both files; a missing one is empty.
 * @throws TercetError `config` naming file, line and problem.
 */
export async function readConfig(folders: Folders, root: string | null): Promise<Config> {
  const repositoryFile = root === null ? null : path.join(root, REPOSITORY_CONFIG);
  const [user, repository] = await Promise.all([
    readYaml(folders.config, UserConfig),
    repositoryFile === null ? {} : readYaml(repositoryFile, RepositoryConfig, USER_ONLY),
  ]);
  return { user, repository, root: root ?? process.cwd(), userFile: folders.config };
}

async function readYaml<T extends object>(
  file: string,
  schema: z.ZodType<T>,
  refused: Readonly<Record<string, string>> = {},
): Promise<T> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
    throw new TercetError('config', `${file} cannot be read: ${error.message}`);
  });
  if (text === null) return schema.parse({});
  const yaml = await import('yaml');
  const lines = new yaml.LineCounter();
  const document = yaml.parseDocument(text, { lineCounter: lines });
  const [broken] = document.errors;
  if (broken !== undefined)
    throw new TercetError('config', `${file}:${lines.linePos(broken.pos[0]).line}: ${broken.message.split('\n')[0]}`);
  const value: unknown = document.toJS({ maxAliasCount: 100 }) ?? {};
  for (const [key, why] of Object.entries(refused)) {
    if (typeof value === 'object' && value !== null && key in value) {
      throw new TercetError('config', `${file} sets \`${key}\`: ${why}.`, {
        hint: 'Move it to your own configuration file; `tercet doctor` shows its path.',
      });
    }
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => {
    const node = document.getIn(issue.path.map(String), true);
    const range = yaml.isNode(node) ? node.range : undefined;
    const at = range ? `:${lines.linePos(range[0]).line}` : '';
    return `${file}${at}: ${issue.path.join('.') || 'the file'}: ${issue.message}`;
  });
  throw new TercetError('config', problems.join('\n'), {
    hint: 'schema/tercet.schema.json describes every key; docs/configuration.md explains them.',
  });
}
