import { lstat, readFile, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

/** What of git a command gets to see: to be read, never to be written. */
export interface GitFolders {
  /** Paths to show as they are. */
  readable: string[];
  /** Files to show with another content, for what they hold beside what git needs. */
  replaced: { path: string; text: string }[];
}

const NONE: GitFolders = { readable: [], replaced: [] };

/**
 * The `.git` of a working tree and the repository it leads to. Their configuration is shown without the sections that
 * may hold a credential. A `.git` that does not lead to a repository which knows this working tree is shown, and not followed.
 */
export async function gitFolders(tree: string): Promise<GitFolders> {
  const marker = join(tree, '.git');
  const found = await lstat(marker).catch(() => null);
  if (found === null || found.isSymbolicLink()) return NONE;
  if (found.isDirectory()) return showing([marker], marker, null);
  const gitDir = await linkedGitDir(marker);
  if (gitDir === null) return { readable: [marker], replaced: [] };
  const common = await readLine(join(gitDir, 'commondir'));
  if (common === null) return { readable: [marker], replaced: [] };
  const commonDir = await realpath(resolve(gitDir, common)).catch(() => null);
  // `git worktree add` puts its entry there and nowhere else, so that a forged link opens no other folder.
  if (commonDir === null || dirname(gitDir) !== join(commonDir, 'worktrees'))
    return { readable: [marker], replaced: [] };
  return showing([marker, commonDir], commonDir, gitDir);
}

async function showing(readable: string[], commonDir: string, gitDir: string | null): Promise<GitFolders> {
  const files = [join(commonDir, 'config'), join(commonDir, 'config.worktree')];
  if (gitDir !== null) files.push(join(gitDir, 'config.worktree'));
  const replaced: GitFolders['replaced'] = [];
  for (const path of files) {
    const there = await lstat(path).catch(() => null);
    if (there === null) continue;
    const text = there.isFile() ? await readFile(path, 'utf8').catch(() => '') : '';
    replaced.push({ path, text: withoutCredentials(text) });
  }
  return { readable, replaced };
}

/** The git dir a linked working tree names, if that names the working tree back. */
async function linkedGitDir(marker: string): Promise<string | null> {
  const named = (await readLine(marker))?.match(/^gitdir: (.+)$/u)?.[1];
  if (named === undefined) return null;
  const gitDir = await realpath(resolve(dirname(marker), named)).catch(() => null);
  if (gitDir === null) return null;
  const back = await readLine(join(gitDir, 'gitdir'));
  if (back === null || basename(back) !== '.git') return null;
  const tree = await realpath(dirname(resolve(gitDir, back))).catch(() => null);
  return tree === (await realpath(dirname(marker)).catch(() => undefined)) ? gitDir : null;
}

async function readLine(path: string): Promise<string | null> {
  const text = await readFile(path, 'utf8').catch(() => null);
  return text === null || text.length > 8192 ? null : text.replace(/\r?\n$/u, '');
}

/** Sections git needs to read a working tree. URLs, headers and helpers, which hold tokens, are in others. */
const KEPT = new Set(['core', 'extensions', 'filter', 'diff', 'merge', 'user', 'index', 'status', 'init']);

/** A git configuration less every section that is not known to be harmless. */
export function withoutCredentials(config: string): string {
  let keep = false;
  const lines = config.split('\n').filter((line) => {
    const section = /^\s*\[\s*([A-Za-z0-9-]+)/u.exec(line)?.[1];
    if (section !== undefined) keep = KEPT.has(section.toLowerCase());
    return keep;
  });
  return `${lines.join('\n')}\n`;
}
