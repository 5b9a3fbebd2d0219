import { expect } from 'vitest';
import type { Left } from './harness.ts';

/** The same tree and commits; no settled call was paid again: only the one in flight may have been asked twice. */
export function expectSame(left: Left, whole: Left): void {
  expect(left).toMatchObject({
    tree: whole.tree,
    subjects: whole.subjects,
    userUntouched: true,
    fsck: '',
    worktrees: 1,
  });
  const repeated = [...left.answers.values()].reduce((sum, times) => sum + times - 1, 0);
  expect(left.answers.size).toBe(whole.answers.size);
  expect(repeated).toBeLessThanOrEqual(1);
  expect(left.maybeBilled).toBeGreaterThanOrEqual(repeated);
}
