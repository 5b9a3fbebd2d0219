import { readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { openRepository } from '../../src/adapters/workspace/git/open.ts';
import { type HostileRepository, makeHostile, makeMarked } from '../support/hostile-repository.ts';
import { one, RUN, type Scene, setScene } from '../support/set-scene.ts';

// Whole runs; a busy machine takes its time.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

const ORDER = { run: 'run-1', branch: 'tercet/run-1', base: 'HEAD' };

let repo: HostileRepository | null = null;
afterEach(() => {
  repo?.remove();
  repo = null;
});
function marked(files: Parameters<typeof makeMarked>[0] = { 'a.txt': 'a\n' }): HostileRepository {
  repo = makeMarked(files);
  return repo;
}
const open = ({ root, env }: HostileRepository) => openRepository(root, { env });

describe('a repository whose configuration starts programs, through every command', () => {
  let scene: Scene;
  /** The commands that did not do their work. */
  const failed: string[] = [];
  let ours: string[];
  let plain: string[];
  /** What our git was told to do, by its own first word. */
  let verbs: Set<string>;

  beforeAll(async () => {
    const hostile = makeHostile();
    // Every git of ours goes by this one, which says what it was asked.
    const log = path.join(hostile.root, '../asked');
    hostile.write({
      '../bin/git': {
        executable: `#!/bin/sh\necho "$1" >> ${log}\nPATH=${process.env.PATH} exec git "$@"\n`,
      },
    });
    scene = await setScene(one({ path: 'note.txt', text: 'a note' }), hostile);
    const env = { PATH: `${path.join(hostile.root, '../bin')}:${process.env.PATH}` };
    const say = (...args: string[]) => scene.inside(args, { env });
    const id = String((await say(...RUN, '--json')).json().run);
    hostile.write({ 'a.txt': 'changed\n', 'b.txt': 'changed\n', 'c.txt': 'changed\n' });
    for (const args of [
      ['review'],
      ['apply', id],
      ['replay', id],
      ['show', id, '--diff'],
      ['export', id, '--output', path.join(hostile.root, '../bundle.json')],
      ['doctor'],
      ['clean', '--yes', '--branches', '--refs'],
    ]) {
      const said = await say(...args);
      if (said.code !== 0) failed.push(`${args[0]}: ${said.stderr}`);
    }
    ours = hostile.fired();
    verbs = new Set(readFileSync(log, 'utf8').trim().split('\n'));
    hostile.provoke();
    plain = hostile.fired();
  });
  afterAll(() => scene?.[Symbol.asyncDispose]());

  test.each([
    ['case 13: core.fsmonitor', /^fsmonitor$/],
    ['case 14: a hook', /^hook-/],
    ['case 15: a filter, textconv, a diff or merge driver', /^(clean|smudge|process|textconv|diff|merge)/],
    ['case 16: what a repository within has', /^nested-/],
    ['case 18: what a submodule has', /^submodule-/],
  ])('%s is not run, which plain git runs', (_, names) => {
    const ofCase = (marks: readonly string[]) => marks.filter((name) => names.test(name));
    expect(ofCase(plain)).not.toEqual([]);
    expect(ofCase(ours)).toEqual([]);
  });

  test('and every command does its work', () => {
    expect(failed).toEqual([]);
  });

  test('case 19: no git command is run that clones, reaches a remote or enters a submodule', () => {
    expect(verbs.size).toBeGreaterThan(10);
    for (const verb of ['submodule', 'clone', 'fetch', 'pull', 'push', 'ls-remote', 'remote', 'archive'])
      expect(verbs).not.toContain(verb);
  });
});

test('case 33: what is missing is not fetched, so the program a remote names is not run', async () => {
  const hostile = marked({ 'a.txt': 'a\n', 'b.txt': 'b\n' });
  const set = (key: string, value: string) => hostile.git('config', key, value);
  set('core.repositoryFormatVersion', '1');
  set('extensions.partialClone', 'origin');
  set('remote.origin.promisor', 'true');
  set('remote.origin.url', '../elsewhere');
  set('remote.origin.uploadpack', hostile.fire('upload-pack', 'exit 1'));
  const blob = hostile.git('rev-parse', 'HEAD:b.txt');
  rmSync(path.join(hostile.root, '.git/objects', blob.slice(0, 2), blob.slice(2)));
  const opened = await open(hostile);
  expect((await opened.read('HEAD', ['b.txt'])).get('b.txt')).toBeNull();
  await expect(opened.openWorktree(ORDER)).rejects.toMatchObject({
    hint: expect.stringContaining('Tercet never fetches'),
  });
  await expect(opened.resolve('--upload-pack=x')).rejects.toMatchObject({ code: 'usage' });
  expect(hostile.fired()).toEqual([]);
  expect(() => hostile.git('cat-file', '-p', 'HEAD:b.txt')).toThrow();
  expect(hostile.fired()).toEqual(['upload-pack']);
});

test('case 20: a folder that another system takes for .git is not checked out, whatever the repository says', async () => {
  const hostile = marked();
  const { git } = hostile;
  hostile.write({ '../hook': '#!/bin/sh\n' });
  for (const key of ['core.protectNTFS', 'core.protectHFS', 'core.ignoreCase']) git('config', key, 'false');
  const tree = (entry: string) => {
    hostile.write({ '../entry': `${entry}\n` });
    return git('-c', `alias.mk=!git mktree < ../entry`, 'mk');
  };
  const blob = git('hash-object', '-w', '../hook');
  const root = tree(`040000 tree ${tree(`100755 blob ${blob}\tpost-checkout`)}\tgit~1`);
  const base = git('commit-tree', '-m', 'Evil', root);
  await expect((await open(hostile)).openWorktree({ ...ORDER, base })).rejects.toThrow('invalid path');
  expect(readdirSync(hostile.root).sort()).toEqual(['.git', 'a.txt']);
  expect(git('branch', '--list', 'tercet/*')).toBe('');
});

test('case 35: a branch named --format=evil is refused as a branch and as a base; one that is there is in nobody’s way', async () => {
  const hostile = marked();
  await using scene = await setScene(one(), hostile);
  repo = null;
  hostile.git('update-ref', 'refs/heads/--format=evil', 'HEAD');
  for (const args of [
    [...RUN, '--branch=--format=evil'],
    [...RUN, '--base=--format=evil'],
    ['review', '--base=--format=evil'],
  ]) {
    const refused = await scene.inside(args);
    expect(refused.code, refused.stderr).toBe(2);
    expect(refused.stderr).toContain('"--format=evil"');
  }
  expect(scene.server.log).toEqual([]);
  hostile.git('symbolic-ref', 'HEAD', 'refs/heads/--format=evil');
  const run = await scene.inside(RUN);
  expect(run.code, run.stderr).toBe(0);
  const cleaned = await scene.inside(['clean', '--yes', '--branches']);
  expect(cleaned.code, cleaned.stderr).toBe(0);
});
