import { expect, test } from 'vitest';
import type { FileDiff } from '../../src/contract/change.ts';
import { compareCommits } from '../../src/workflow/compare-commits.ts';

const commit = (sha: string, subject = sha) => ({ sha, subject, task: 'T1' });

/** A repository that has these commits, of which any two differ in these paths. */
const repository = (known: readonly string[], paths: readonly string[]) => ({
  resolve: async (sha: string) => {
    if (!known.includes(sha)) throw new Error('no such commit');
    return sha;
  },
  diff: async () => paths.map((path) => ({ file: { path } }) as FileDiff),
});

const difference = async (
  one: ReturnType<typeof commit>[],
  other: typeof one,
  paths: string[] = [],
  known = ['a', 'b'],
) => (await compareCommits(repository(known, paths), one, other)).map((compared) => compared.difference);

test('the same object is the same, also where it is gone from the repository', async () => {
  expect(await difference([commit('a')], [commit('a')], [], [])).toEqual([null]);
});

test('another one differs in its files, its subject, or the rest', async () => {
  expect(await difference([commit('a')], [commit('b')], ['x', 'y'])).toEqual(['the files differ: x, y']);
  expect(await difference([commit('a')], [commit('b')], ['1', '2', '3', '4', '5', '6', '7'])).toEqual([
    'the files differ: 1, 2, 3, 4, 5 and 2 more',
  ]);
  expect(await difference([commit('a', 'One')], [commit('b', 'Two')])).toEqual(['same files; the subject is now: Two']);
  expect(await difference([commit('a', 'One')], [commit('b', 'One')])).toEqual([
    'same files and subject; parent, time, author or trailers differ',
  ]);
  expect(await difference([commit('a')], [commit('b')], ['x'], ['b'])).toEqual([expect.stringContaining('no longer')]);
});

test('one too many or one too few is told', async () => {
  expect(await difference([commit('a')], [commit('a'), commit('b')])).toEqual([null, 'it was not recorded']);
  expect(await difference([commit('a'), commit('b')], [commit('a')])).toEqual([null, 'the replay did not come to it']);
});
