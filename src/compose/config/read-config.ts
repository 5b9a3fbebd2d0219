import { constants } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { z } from 'zod';
import { RepositoryConfig, UserConfig } from '../../contract/config.ts';
import { TercetError } from '../../contract/errors.ts';
import { ROLES } from '../../contract/role.ts';
import { deceptive } from '../../handoff/hidden.ts';
import type { Folders } from '../folders.ts';

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
  [['session'], 'whether a session may end without a review is yours to say'],
  [['unpriced'], 'whether a call may be made without a price is yours to say'],
  ...ROLES.flatMap((role) => [
    [
      ['roles', role, 'prompt'],
      'instructions never come from a repository: its reviewer could be told to approve',
    ] as const,
    [['roles', role, 'lineage'], 'whose training produced a model is yours to say'] as const,
  ]),
];

/** Bytes of a repository's file; a person has to be able to read it. */
const LARGEST = 65_536;

/**
 * Reads both files; a missing one is empty.
 * @throws TercetError `config` naming file, line and problem.
 */
export async function readConfig(folders: Folders, root: string | null): Promise<Config> {
  const [user, repository] = await Promise.all([
    readOwn(folders.config),
    root === null ? {} : readTheirs(path.join(root, REPOSITORY_CONFIG)),
  ]);
  return { user, repository, root: root ?? process.cwd(), userFile: folders.config };
}

async function readOwn(file: string): Promise<UserConfig> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
    throw new TercetError('config', `${file} cannot be read: ${error.message}`);
  });
  return text === null ? {} : parseYaml(text, file, UserConfig);
}

/** A repository's file is opened as it lies there: no link is followed out of the repository, no pipe is waited for. */
async function readTheirs(file: string): Promise<RepositoryConfig> {
  const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
  const handle = await open(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
    const why = error.code === 'ELOOP' || error.code === 'EMLINK' ? 'it is a link' : error.message;
    throw new TercetError('config', `${file} cannot be read: ${why}`);
  });
  if (handle === null) return {};
  try {
    const found = await handle.stat();
    if (!found.isFile()) throw new TercetError('config', `${file} cannot be read: it is no file.`);
    if (found.size > LARGEST)
      throw new TercetError('config', `${file} has ${found.size} bytes; at most ${LARGEST} are read.`);
    return await parseRepositoryConfig(await handle.readFile('utf8'), file);
  } finally {
    await handle.close();
  }
}

/** The text of a repository's file as configuration. @throws TercetError `config`. */
export async function parseRepositoryConfig(text: string, file: string): Promise<RepositoryConfig> {
  const config = await parseYaml(text, file, RepositoryConfig, USER_ONLY);
  for (const [index, command] of (config.checks ?? []).entries()) {
    const why = deceptive(command.replace(/[\n\t]/g, ' '));
    if (why !== null)
      throw new TercetError('config', `${file}: checks.${index + 1} holds ${why}; such a command is not run.`);
  }
  return config;
}

async function parseYaml<T extends object>(
  text: string,
  file: string,
  schema: z.ZodType<T>,
  refused: typeof USER_ONLY = [],
): Promise<T> {
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
