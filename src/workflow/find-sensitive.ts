import type { ChangedFile, SensitiveFile } from '../contract/change.ts';
import { sensitiveFiles, toLookInto } from '../handoff/sensitive-changes.ts';
import type { Repository } from '../ports/workspace.ts';

/** The sensitive files among `files`, which changed between two trees. */
export async function findSensitive(
  repository: Pick<Repository, 'read'>,
  from: string,
  to: string,
  files: readonly ChangedFile[],
): Promise<SensitiveFile[]> {
  const paths = toLookInto(files);
  if (paths.length === 0) return sensitiveFiles(files, { before: () => null, after: () => null });
  const [before, after] = await Promise.all([repository.read(from, paths), repository.read(to, paths)]);
  return sensitiveFiles(files, {
    before: (path) => before.get(path) ?? null,
    after: (path) => after.get(path) ?? null,
  });
}
