import path from 'node:path';
import { openStore } from '../../adapters/store/files.ts';
import type { RunRecord } from '../../contract/outcome.ts';
import type { Verdict } from '../../contract/review.ts';
import type { Repository } from '../../ports/workspace.ts';
import type { Host } from '../compose.ts';
import { readConfig } from '../config/read-config.ts';
import { foldersOf } from '../folders.ts';
import { findHome } from '../runs/moved.ts';

/** A review that came to a verdict: of the difference between two trees. */
export interface Reviewed {
  run: string;
  /** The commit the difference begins at. */
  base: string;
  /** Tree objects. */
  from: string;
  to: string;
  verdict: Verdict;
  /** Blocking findings that are open. */
  blocking: number;
}

/**
 * Every review of a repository, oldest first, whoever asked for it: `tercet review`, the MCP server, the library, and the
 * reviews that end a run. A record that cannot be read shows no review.
 */
export async function reviewsOf(host: Host, repository: Repository): Promise<Reviewed[]> {
  const { data } = foldersOf(host.env);
  const { key } = await findHome(data, repository);
  const records = await openStore(path.join(data, 'repositories', key)).list(() => {});
  const found = records.reverse().flatMap((record) => {
    const ends = endsOf(record);
    return ends === null ? [] : [{ record, ...ends }];
  });
  const trees = await repository.treesOf(found.flatMap(({ from, to }) => [from, to]));
  return found.map(({ record, from, to, verdict }, index) => ({
    run: record.id,
    base: from,
    // A tree that git has thrown away since is still known by its name.
    from: trees[index * 2] ?? from,
    to: trees[index * 2 + 1] ?? to,
    verdict,
    blocking: (record.result?.findings ?? []).filter((it) => it.blocking && it.status === 'open').length,
  }));
}

/** Whether the person's own configuration says that no session is to be held. */
export async function reviewIsOff(host: Host): Promise<boolean> {
  const { user } = await readConfig(foldersOf(host.env), null);
  return user.session?.review === 'off';
}

function endsOf({ result, order }: RunRecord): { from: string; to: string; verdict: Verdict } | null {
  const verdict = result?.verdict ?? null;
  if (result === null || verdict === null) return null;
  if (order.subject !== null) return { ...order.subject, verdict };
  const tip = result.commits.at(-1)?.sha;
  return tip === undefined ? null : { from: result.base, to: tip, verdict };
}
