import { type Git, revision } from './git.ts';

/** Tree objects by the names of commits or trees, one git process for all; null for what is not there. */
export async function treesOf(git: Git, names: readonly string[]): Promise<(string | null)[]> {
  if (names.length === 0) return [];
  const input = names.map((name) => `${revision(name)}^{tree}\n`).join('');
  const said = await git.text(['cat-file', '--batch-check'], { input });
  return said.split('\n').map((line) => /^([0-9a-f]+) tree /u.exec(line)?.[1] ?? null);
}

/** The newest commit before a moment (ISO 8601) that `commit`, a full name, descends from; null when all are younger. */
export async function lastBefore(git: Git, commit: string, at: string): Promise<string | null> {
  // git counts whole seconds: the second of the moment itself is after it.
  const until = Math.floor(Date.parse(at) / 1000) - 1;
  const found = await git.text(['rev-list', '-1', `--before=${until}`, commit, '--']);
  return found === '' ? null : found;
}
