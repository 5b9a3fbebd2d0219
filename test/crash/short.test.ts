import { beforeAll, describe, expect, test } from 'vitest';
import { expectSame } from './expect-same.ts';
import { type Left, runStory } from './harness.ts';

/** The short form: a few kills spread over a run. The full one, a kill at every event, is `npm run test:crash`. */
describe('a run killed with SIGKILL and resumed', () => {
  let whole: Left;
  beforeAll(async () => {
    whole = await runStory(0);
  });

  test('without a kill there is one answer a call, two commits and nothing left behind', () => {
    expect(whole).toMatchObject({ userUntouched: true, fsck: '', worktrees: 1, resumes: 0, maybeBilled: 0 });
    expect([...whole.answers.values()]).toEqual([1, 1, 1, 1, 1, 1, 1]);
    expect(whole.subjects).toBe('Charge wrapping in the cart\nSay what wrapping costs');
    expect(whole.events).toBeGreaterThan(100);
  });

  test.each([0.12, 0.3, 0.45, 0.6, 0.75, 0.9])('killed after %d of its events, it ends the same', async (share) => {
    expectSame(await runStory(Math.round(whole.events * share)), whole);
  });
});
