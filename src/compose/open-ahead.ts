import { openRepository } from '../adapters/workspace/git/open.ts';
import type { Host } from './compose.ts';

/**
 * The same host, its repository being opened: two git processes work while the caller loads the rest of its code, which
 * takes longer than they do. What goes wrong is thrown where the repository is awaited.
 */
export function openAhead<T extends Host>(host: T): T {
  const repository = openRepository(host.cwd, { env: host.env });
  repository.catch(() => {});
  return { ...host, repository };
}
