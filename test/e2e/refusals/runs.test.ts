import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test, vi } from 'vitest';
import { tellAll } from '../../support/refusals/golden.ts';
import { HAPPY, RUN } from '../../support/refusals/sample.ts';
import { refusal, scene } from '../../support/refusals/scene.ts';

vi.setConfig({ testTimeout: 60_000 });

/** The run's id, from a run that is made now. */
async function made(at: Awaited<ReturnType<typeof scene>>): Promise<string> {
  return String((await at.run([...RUN, '--json'])).result.json().run);
}

describe.concurrent('a run of before', () => {
  test('that is none, or one of several, is refused', async ({ expect }) => {
    await using at = await scene(HAPPY);
    const id = await made(at);
    const runs = path.join(at.home.folder, 'data', 'repositories');
    const folder = path.join(runs, readdirSync(runs)[0] ?? '', 'runs');
    const [other, damaged] = ['20010101-000000-0001', '20010101-000000-0002'];
    for (const name of [other, damaged]) mkdirSync(path.join(folder, name));
    const record = JSON.parse(readFileSync(path.join(folder, id, 'run.json'), 'utf8'));
    writeFileSync(
      path.join(folder, other, 'run.json'),
      JSON.stringify({ ...record, id: other, result: null, branch: null, outcome: 'failed' }),
    );
    writeFileSync(path.join(folder, damaged, 'run.json'), '{"version":1,');
    at.server.log.length = 0;
    const told = await tellAll(at, [
      { what: 'no such run', args: ['show', 'nope'] },
      { what: 'no id at all', args: ['show', '../../etc'] },
      { what: 'two that begin so', args: ['show', '2001'] },
      { what: 'one whose record is damaged', args: ['show', damaged] },
      { what: 'nothing to apply', args: ['apply', other] },
      { what: 'a file it does not have', args: ['show', other, '--diff'] },
      { what: 'costs of no run', args: ['costs', '--run', 'nope'] },
    ]);
    expect(told.replaceAll(other, 'OTHER').replaceAll(damaged, 'DAMAGED')).toMatchInlineSnapshot(`
      "# no such run
      $ tercet show nope
      tercet: No run is called nope.
        Run ids are listed by \`tercet runs\`; the first characters are enough when they are unique.
      exit 2, usage

      # no id at all
      $ tercet show ../../etc
      tercet: Not a run id: "../../etc".
        Run ids are listed by \`tercet runs\`.
      exit 2, usage

      # two that begin so
      $ tercet show 2001
      tercet: 2 runs begin with 2001: RUN, RUN.
        Run ids are listed by \`tercet runs\`; the first characters are enough when they are unique.
      exit 2, usage

      # one whose record is damaged
      $ tercet show DAMAGED
      tercet: HOME/data/repositories/shop-KEY/runs/RUN/run.json cannot be read: Expected double-quoted property name in JSON at position 13 (line 1 column 14).
        The record was left as it is; the branch and the other files of the run may still be used.
      exit 1, storage

      # nothing to apply
      $ tercet apply OTHER
      tercet: Run RUN has no change to apply (failed).
      exit 2, usage

      # a file it does not have
      $ tercet show OTHER --diff
      tercet: Run RUN has no change.diff: it ended (failed) without one.
        \`tercet show RUN\` says what it has.
      exit 2, usage

      # costs of no run
      $ tercet costs --run nope
      tercet: No run is called nope.
        Run ids are listed by \`tercet runs\`; the first characters are enough when they are unique.
      exit 2, usage
      "
    `);
    const list = await at.run(['runs']);
    expect([list.code, list.result.stdout.includes(other)]).toEqual([0, true]);
    expect(list.stderr).toContain('run.json cannot be read');
  });

  test('that was not approved is applied only with --force', async ({ expect }) => {
    await using at = await scene({ ...HAPPY, reviewer: [{ text: 'LGTM' }] });
    const id = await made(at);
    const before = at.repository.fingerprint();
    const refused = await refusal(at, ['apply', id]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatchInlineSnapshot(`
      "tercet: Run RUN was not approved (inconclusive): The review could not be made: The reviewer (openai/gpt-6.1-sol) did not answer in the agreed form: the answer is not JSON. Run again, or choose a model that supports structured output for this role.
        Read it with \`tercet show RUN\`; \`tercet apply RUN --force\` applies it as it is.
      "
    `);
    expect(at.repository.fingerprint()).toEqual(before);
    expect((await at.run(['apply', id, '--force'])).code).toBe(0);
    expect(at.repository.git('diff', '--name-only')).toBe('src/greet.js');
    expect(at.repository.git('diff', '--cached', '--name-only')).toBe('');
  });

  test('that conflicts with the user’s changes is not applied, not in part', async ({ expect }) => {
    await using at = await scene(HAPPY);
    const id = await made(at);
    at.repository.write({ 'src/greet.js': 'mine\n' });
    const before = at.repository.fingerprint();
    const refused = await refusal(at, ['apply', id]);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatchInlineSnapshot(`
      "tercet: The change conflicts with your working tree in src/greet.js; nothing was written.
        Commit or stash your changes to these files and apply again, or merge the branch with git.
      "
    `);
    expect(at.repository.fingerprint()).toEqual(before);
  });

  test('whose branch is gone says so', async ({ expect }) => {
    await using at = await scene(HAPPY);
    const id = await made(at);
    at.repository.git('branch', '-D', at.repository.git('branch', '--list', 'tercet/*', '--format=%(refname:short)'));
    const refused = await refusal(at, ['apply', id]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatchInlineSnapshot(`
      "tercet: There is no commit "tercet/greet-with-a-comma-in-src-greet-js-ID" in this repository.
        Name a commit that \`git log\` shows, a branch or a tag; fetch it first if it is on a remote.
      "
    `);
  });
});
