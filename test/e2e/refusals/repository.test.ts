import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { describe, test, vi } from 'vitest';
import { tellAll } from '../../support/refusals/golden.ts';
import { HAPPY, RUN } from '../../support/refusals/sample.ts';
import { refusal, type Scene, scene } from '../../support/refusals/scene.ts';

vi.setConfig({ testTimeout: 60_000 });

/** A folder beside the repository, outside of any. */
function beside(at: Scene, name: string): string {
  const folder = path.join(path.dirname(at.repository.root), name);
  mkdirSync(folder);
  return folder;
}

function git(cwd: string, ...args: string[]): void {
  execFileSync('git', args, { cwd, stdio: 'ignore' });
}

describe.concurrent('where there is nothing to work on', () => {
  test('says what the folder is and what to do', async ({ expect }) => {
    await using at = await scene({});
    const plain = beside(at, 'plain');
    const empty = beside(at, 'empty');
    git(empty, 'init', '-q');
    const bare = beside(at, 'bare');
    git(bare, 'init', '-q', '--bare');
    const told = await tellAll(at, [
      { what: 'not a git repository', args: RUN, cwd: plain },
      { what: 'a repository without a commit', args: RUN, cwd: empty },
      { what: 'a bare repository', args: RUN, cwd: bare },
      { what: 'inside of .git', args: RUN, cwd: path.join(at.repository.root, '.git') },
      { what: 'nothing to review', args: ['review'] },
      { what: 'nothing staged', args: ['review', '--staged'] },
    ]);
    expect(told.replaceAll(path.dirname(at.repository.root), 'BESIDE')).toMatchInlineSnapshot(`
      "# not a git repository
      $ tercet run 'Greet with a comma in src/greet.js' --yes --always-plan
      tercet: BESIDE/plain is not in a git repository.
        Go to your project with \`cd\`, or make it one: \`git init && git add -A && git commit -m "Start"\`.
      exit 2, usage

      # a repository without a commit
      $ tercet run 'Greet with a comma in src/greet.js' --yes --always-plan
      tercet: The repository has no commit yet.
        Make the first one: git add -A && git commit -m "Start"
      exit 2, usage

      # a bare repository
      $ tercet run 'Greet with a comma in src/greet.js' --yes --always-plan
      tercet: BESIDE/bare is a bare repository: it has no working tree.
        Clone it, and run Tercet in the clone.
      exit 2, usage

      # inside of .git
      $ tercet run 'Greet with a comma in src/greet.js' --yes --always-plan
      tercet: REPO/.git is inside a .git folder, not in a working tree.
        Go to the folder that holds .git.
      exit 2, usage

      # nothing to review
      $ tercet review
      tercet: There is nothing to review: the working tree against HEAD is empty.
        Choose another change with --base REF, --staged or --diff FILE.
      exit 2, usage

      # nothing staged
      $ tercet review --staged
      tercet: There is nothing to review: what is staged is empty.
        Choose another change with --base REF, --staged or --diff FILE.
      exit 2, usage
      "
    `);
  });

  test('a base that is no commit is refused, an option as a base too', async ({ expect }) => {
    await using at = await scene({});
    const told = await tellAll(at, [
      { what: 'a base nobody knows', args: [...RUN, '--base', 'nowhere'] },
      { what: 'an option of git as a base', args: [...RUN, '--base=--output=/x'] },
      { what: 'the same for a review', args: ['review', '--base=--output=/x'] },
      { what: 'a base that is a file', args: [...RUN, '--base', 'HEAD:src/greet.js'] },
    ]);
    expect(told).toMatchInlineSnapshot(`
      "# a base nobody knows
      $ tercet run 'Greet with a comma in src/greet.js' --yes --always-plan --base nowhere
      tercet: There is no commit "nowhere" in this repository.
        Name a commit that \`git log\` shows, a branch or a tag; fetch it first if it is on a remote.
      exit 2, usage

      # an option of git as a base
      $ tercet run 'Greet with a comma in src/greet.js' --yes --always-plan --base=--output=/x
      tercet: "--output=/x" is not a commit, branch or tag.
        Name a commit that \`git log\` shows, a branch or a tag.
      exit 2, usage

      # the same for a review
      $ tercet review --base=--output=/x
      tercet: "--output=/x" is not a commit, branch or tag.
        Name a commit that \`git log\` shows, a branch or a tag.
      exit 2, usage

      # a base that is a file
      $ tercet run 'Greet with a comma in src/greet.js' --yes --always-plan --base HEAD:src/greet.js
      tercet: There is no commit "HEAD:src/greet.js" in this repository.
        Name a commit that \`git log\` shows, a branch or a tag; fetch it first if it is on a remote.
      exit 2, usage
      "
    `);
  });
});

describe.concurrent('a repository in an unusual state', () => {
  test('with a detached HEAD works', async ({ expect }) => {
    await using at = await scene(HAPPY);
    at.repository.git('checkout', '-q', '--detach');
    const before = at.repository.fingerprint();
    const said = await at.run([...RUN, '--json']);
    expect([said.code, said.stderr.includes('!')]).toEqual([0, false]);
    expect(at.repository.fingerprint()).toEqual(before);
  });

  test('with uncommitted changes is said to be so, and left alone', async ({ expect }) => {
    await using at = await scene(HAPPY);
    at.repository.write({ 'src/list.js': 'mine\n', 'new.txt': 'mine too\n' });
    const before = at.repository.fingerprint();
    const said = await at.run([...RUN, '--json']);
    expect(said.code).toBe(0);
    expect(said.stderr).toContain(
      '! 2 files have uncommitted changes: they are left alone and are not part of this run.',
    );
    expect(at.repository.fingerprint()).toEqual(before);
  });

  test('with a branch of that name: refused before anything is executed', async ({ expect }) => {
    await using at = await scene(HAPPY);
    at.repository.git('branch', 'feature');
    const refused = await refusal(at, [...RUN, '--branch', 'feature']);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatchInlineSnapshot(`
      "tercet: The branch feature exists already; nothing was begun.
        Choose another name, or remove it if you do not need it: git branch -D feature
      "
    `);
    expect(at.server.log).toEqual([]);
    expect(at.repository.git('rev-parse', 'feature')).toBe(at.repository.git('rev-parse', 'main'));
  });

  test('and a branch name that is none', async ({ expect }) => {
    await using at = await scene(HAPPY);
    expect(
      await tellAll(at, [
        { what: 'an option as a branch', args: [...RUN, '--branch=--force'] },
        { what: 'a name git refuses', args: [...RUN, '--branch', 'a..b'] },
      ]),
    ).toMatchInlineSnapshot(`
      "# an option as a branch
      $ tercet run 'Greet with a comma in src/greet.js' --yes --always-plan --branch=--force
      tercet: "--force" cannot be the name of a branch.
        Choose letters, digits, dashes and slashes, e.g. --branch feature/list-json.
      exit 2, usage

      # a name git refuses
      $ tercet run 'Greet with a comma in src/greet.js' --yes --always-plan --branch a..b
      tercet: "a..b" cannot be the name of a branch.
        Choose letters, digits, dashes and slashes, e.g. --branch feature/list-json.
      exit 2, usage
      "
    `);
  });
});
