import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { z } from 'zod';
import { RepositoryConfig, UserConfig } from '../contract/config.ts';
import { TercetError } from '../contract/errors.ts';
import { ROLES } from '../contract/role.ts';
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

/** What only the person's own file may set, and why a repository's may not. */
const USER_ONLY: readonly (readonly [readonly string[], string])[] = [
  [['providers'], 'endpoints never come from a repository: it could send your key and your code anywhere'],
  [['prices'], 'prices never come from a repository: it could make a dear call look free'],
  [['trios'], 'trios of your own live in your configuration'],
  [['unpriced'], 'whether a call may be made without a price is yours to say'],
  ...ROLES.flatMap((role) => [
    [
      ['roles', role, 'prompt'],
      'instructions never come from a repository: its reviewer could be told to approve',
    ] as const,
    [['roles', role, 'lineage'], 'whose training produced a model is yours to say'] as const,
  ]),
];

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
  refused: typeof USER_ONLY = [],
): Promise<T> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
    throw new TercetError('config', `${file} cannot be read: ${error.message}`);
  });
  if (text === null) return schema.parse({});
  const yaml = await import('yaml');
  const lines = new yaml.LineCounter();
  const document = yaml.parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [broken] = document.errors;
  if (broken !== undefined)
    throw new TercetError('config', `${file}:${lines.linePos(broken.pos[0]).line}: ${broken.message}.`, {
      hint: 'The file is not YAML from there on; often a bracket, a quote or an indent of a line before is missing.',
    });
  const value: unknown = document.toJS({ maxAliasCount: 100 }) ?? {};
  const lineOf = (at: readonly PropertyKey[]): string => {
    const parent = document.getIn(at.slice(0, -1).map(String), true);
    const key = yaml.isMap(parent)
      ? parent.items.find((pair) => String(pair.key) === String(at.at(-1)))?.key
      : undefined;
    const node = yaml.isNode(key) ? key : document.getIn(at.map(String), true);
    return yaml.isNode(node) && node.range ? `:${lines.linePos(node.range[0]).line}` : '';
  };
  for (const [at, why] of refused) {
    if (document.hasIn(at)) {
      throw new TercetError('config', `${file}${lineOf(at)} sets \`${at.join('.')}\`: ${why}.`, {
        hint: 'Move it to your own configuration file; `tercet doctor` shows its path.',
      });
    }
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.flatMap((issue) => {
    if (issue.code !== 'unrecognized_keys')
      return [`${file}${lineOf(issue.path)}: ${issue.path.join('.') || 'the file'}: ${issue.message}`];
    return issue.keys.map(
      (key) => `${file}${lineOf([...issue.path, key])}: there is no key \`${[...issue.path, key].join('.')}\``,
    );
  });
  throw new TercetError('config', problems.join('\n'), {
    hint: 'schema/tercet.schema.json describes every key; docs/configuration.md explains them.',
  });
}
