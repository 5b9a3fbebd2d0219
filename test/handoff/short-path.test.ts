import { describe, expect, it } from 'vitest';
import { lintPlan } from '../../src/handoff/lint-plan.ts';
import { shortPath } from '../../src/handoff/short-path.ts';
import { FACTS, plan } from './make.ts';

const facts = { paths: new Set([...FACTS.paths, 'src/a/index.ts', 'src/b/index.ts', 'src/features/auth.ts']) };
const files = (answer: ReturnType<typeof shortPath>) => ('task' in answer ? answer.task.files : answer.no);
const modified = (...paths: string[]) => paths.map((path) => ({ path, action: 'modify' }));

describe('the short path by itself', () => {
  it.each([
    ['In src/math.ts, round(2.5) must return 3.', ['src/math.ts']],
    ['Fix the typo "recieve" in README.md', ['README.md']],
    ['`src/math.ts:12`: throw when max is less than min', ['src/math.ts']],
    [
      'math.ts returns NaN for an empty list, it should return 0; cover it in test/math.test.ts',
      ['src/math.ts', 'test/math.test.ts'],
    ],
    ['Rename getUser to findUser in ./src/users.ts.', ['src/users.ts']],
    ['Return null instead of throwing in src/features/auth.ts', ['src/features/auth.ts']],
  ])('takes %s', (request, paths) => {
    expect(files(shortPath(request, facts))).toEqual(modified(...paths));
  });

  it.each([
    ['Make round(2.5) return 3', 'names no file'],
    ['Fix src/math.ts', 'does not say what is different'],
    ['Clean up src/math.ts', 'does not say what is different'],
    ['Round to 2 digits in src/maths.ts', 'Did you mean src/math.ts?'],
    ['index.ts must export 3 names', 'src/a/index.ts or src/b/index.ts'],
    ['Refactor src/math.ts so that round takes 2 arguments', '"refactor"'],
    ['Round to 2 digits in src/math.ts and then release it', '"and then"'],
    ['Implement auth in src/users.ts with 2 roles', '"implement"'],
    ['In src/math.ts, src/users.ts and README.md rename round to floor', 'names 3 files'],
    ['In src/math.ts:\n- return 3 for 2.5\n- throw for NaN', 'list'],
    [`In src/math.ts return 3 ${'very '.repeat(60)}`, 'words'],
  ])('leaves to the planner: %s', (request, why) => {
    expect(files(shortPath(request, facts))).toContain(why);
  });

  it('gives a task that passes the lint', () => {
    const answer = shortPath('Return 404 instead of 500 for a missing user in src/users.ts.', facts);
    expect('task' in answer && lintPlan(plan(answer.task), FACTS)).toEqual([]);
    expect('task' in answer && answer.task.title).toBe('Return 404 instead of 500 for a missing user in src/users.ts');
  });
});

describe('the short path on request', () => {
  it('takes any wording and length, as long as the files are clear', () => {
    const request = `Refactor src/math.ts, src/users.ts and README.md. ${'And more. '.repeat(60)}`;
    expect(files(shortPath(request, facts, { forced: true }))).toEqual(
      modified('src/math.ts', 'src/users.ts', 'README.md'),
    );
  });

  it.each([
    ['Delete src/math.ts', 'delete'],
    ['Remove the unused file `src/math.ts`, nobody imports it.', 'delete'],
    ['delete ./src/math.ts and its mention in README.md', 'delete'],
    ['Delete src/math.ts from the exports in README.md', 'modify'],
    ['Remove round from src/math.ts', 'modify'],
    ['Delete the first line of src/math.ts', 'modify'],
  ])('deletes a file only where the request says so: %s', (request, action) => {
    const answer = shortPath(request, facts, { forced: true });
    const math = 'task' in answer ? answer.task.files.find(({ path }) => path === 'src/math.ts') : undefined;
    expect(math?.action).toBe(action);
  });

  it('creates a file that is named and not there', () => {
    expect(files(shortPath('Write docs/use.md', facts, { forced: true }))).toEqual([
      { path: 'docs/use.md', action: 'create' },
    ]);
  });

  it('says what to name when it is not clear', () => {
    expect(files(shortPath('make it better', facts, { forced: true }))).toContain('Name the one or two files');
    expect(files(shortPath('change index.ts', facts, { forced: true }))).toContain('whole path');
    expect(files(shortPath('change ../secrets.json', facts, { forced: true }))).toContain('no file "../secrets.json"');
  });
});
