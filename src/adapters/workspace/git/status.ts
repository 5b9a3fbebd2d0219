import type { Git } from './git.ts';

const STATUS = ['status', '--porcelain=v2', '-z', '--untracked-files=all', '--ignore-submodules=all', '--no-renames'];
/** How many fields stand before the path in a line of porcelain v2. */
const FIELDS: Record<string, number> = { '1': 8, u: 10, '?': 1 };

/**
 * Paths that differ from HEAD in the index or the working tree, untracked ones included, sorted.
 * A nested repository is one path; submodules are not looked into. Writes no index.
 */
export async function changedPaths(git: Git, env: Readonly<Record<string, string>> = {}): Promise<string[]> {
  const { stdout } = await git.run({ args: STATUS, env });
  return parseStatus(stdout.toString());
}

export function parseStatus(text: string): string[] {
  const paths = new Set<string>();
  for (const line of text.split('\0')) {
    const before = FIELDS[line[0] ?? ''];
    if (before === undefined) continue;
    let at = 0;
    for (let field = 0; field < before; field += 1) at = line.indexOf(' ', at) + 1;
    paths.add(line.slice(at).replace(/\/$/u, ''));
  }
  return [...paths].sort();
}
