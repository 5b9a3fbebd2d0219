import type { RunEvent } from '../../contract/event.ts';
import type { Repository } from '../../ports/workspace.ts';

/** A run starts from a commit; what is not committed is not part of it, and people should know. */
export async function sayWhatIsLeftOut(repository: Repository, emit: (event: RunEvent) => void): Promise<void> {
  const dirty = await repository.dirty();
  if (dirty === 0) return;
  const files = dirty === 1 ? '1 file has' : `${dirty} files have`;
  emit({
    type: 'warning.raised',
    code: 'uncommitted',
    message: `${files} uncommitted changes: they are left alone and are not part of this run.`,
  });
}
