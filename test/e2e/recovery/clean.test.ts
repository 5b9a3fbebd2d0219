import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { RUN, SMOOTH } from '../../support/shop-change.ts';
import { runFolder, type Stage, setStage, summary } from '../../support/stage.ts';

// Each test is several processes; a busy machine takes its time.
vi.setConfig({ testTimeout: 90_000 });

interface Cleaned {
  removed: boolean;
  worktrees: { run: string; path: string; work: string | null }[];
  runs: string[];
  branches: string[];
  refs: string[];
  kept: { what: string; why: string }[];
  rescued: string[];
}

async function clean(stage: Stage, ...args: string[]) {
  const result = await stage.tercet(['clean', '--json', ...args]);
  return { code: result.code, stderr: result.stderr, said: () => result.json() as unknown as Cleaned };
}

/** Kills a run in the middle of its reviewer's call; its id and its working tree are left. */
async function killed(stage: Stage): Promise<{ run: string; tree: string; branch: string }> {
  const result = await stage.tercet(RUN, {
    onStderr: (text, kill) => {
      if (/^review$/m.test(text)) kill('SIGKILL');
    },
  });
  expect(result.code).toBeNull();
  const folder = path.join(stage.repository.root, '.tercet', 'worktrees');
  const [run = ''] = readdirSync(folder);
  const tree = path.join(folder, run);
  return { run, tree, branch: stage.repository.git('branch', '--list', '--format=%(refname:short)', 'tercet/*') };
}

/** Makes the record of a run look as old as this many days. */
function age(stage: Stage, run: string, days: number): void {
  const file = path.join(runFolder(stage.home, run), 'run.json');
  const record = JSON.parse(readFileSync(file, 'utf8'));
  const then = new Date(Date.now() - days * 86_400_000).toISOString();
  writeFileSync(file, JSON.stringify({ ...record, startedAt: then, endedAt: record.endedAt === null ? null : then }));
  utimesSync(file, new Date(then), new Date(then));
}

describe('tercet clean', () => {
  it('case 3: removes what a killed run left, and saves what was in it and nowhere else first', async () => {
    let delayMs = 60_000;
    const [approved] = SMOOTH.reviewer;
    const answer = () => ({ ...approved, delayMs });
    await using stage = await setStage({ ...SMOOTH, reviewer: [answer, answer] });
    const { run, tree, branch } = await killed(stage);
    writeFileSync(path.join(tree, 'untracked.txt'), 'only here\n');
    writeFileSync(path.join(tree, 'src', 'money.js'), 'changed\n');
    writeFileSync(path.join(tree, '.gitignore'), 'ignored.txt\n');
    writeFileSync(path.join(tree, 'ignored.txt'), 'x\n');
    const tip = stage.repository.git('rev-parse', branch);
    const before = stage.repository.git('for-each-ref');

    const dry = await clean(stage, '--dry-run');
    expect(dry.code, dry.stderr).toBe(0);
    expect(dry.said()).toMatchObject({ removed: false, worktrees: [{ run, work: '3 uncommitted files' }] });
    expect(stage.repository.git('for-each-ref')).toBe(before);
    expect(existsSync(tree)).toBe(true);

    const unasked = await stage.tercet(['clean']);
    expect(unasked.code).toBe(2);
    expect(unasked.stderr).toContain('--yes');
    expect(existsSync(tree)).toBe(true);

    const user = stage.repository.fingerprint();
    const done = await clean(stage, '--yes');
    expect(done.code, done.stderr).toBe(0);
    expect(done.said().rescued).toEqual([`refs/tercet/${run}/left`]);
    const ref = `refs/tercet/${run}/left`;
    expect(stage.repository.git('show', `${ref}:untracked.txt`)).toBe('only here');
    expect(stage.repository.git('show', `${ref}:src/money.js`)).toBe('changed');
    expect(stage.repository.git('ls-tree', '--name-only', ref)).not.toContain('ignored.txt');
    expect(stage.repository.git('rev-parse', `${ref}^`, branch).split('\n')).toEqual([tip, tip]);
    expect(existsSync(path.join(stage.repository.root, '.tercet'))).toBe(false);
    expect(stage.repository.git('worktree', 'list').split('\n')).toHaveLength(1);
    const now = stage.repository.fingerprint();
    for (const name of Object.keys(now)) expect([name, now[name]]).toEqual([name, user[name]]);

    delayMs = 0;
    // The run itself can still be carried on.
    const resumed = await stage.tercet(['resume', run, '--json']);
    expect(summary(resumed), resumed.stderr).toMatchObject({ outcome: 'approved' });
    expect((await clean(stage, '--yes')).said()).toMatchObject({ removed: false, worktrees: [], runs: [] });
  });

  it('case 5: keeps commits of a detached HEAD under a ref', async () => {
    await using stage = await setStage({ ...SMOOTH, reviewer: [{ ...SMOOTH.reviewer[0], delayMs: 60_000 }] });
    const { run, tree } = await killed(stage);
    stage.repository.git('-C', tree, 'checkout', '-q', '--detach');
    writeFileSync(path.join(tree, 'more.txt'), 'more\n');
    stage.repository.git('-C', tree, 'add', '-A');
    stage.repository.git('-C', tree, 'commit', '-qm', 'On no branch');
    const sha = stage.repository.git('-C', tree, 'rev-parse', 'HEAD');
    const done = await clean(stage, '--yes');
    expect(done.said()).toMatchObject({
      worktrees: [{ work: 'commits on no branch' }],
      rescued: [`refs/tercet/${run}/head`],
    });
    expect(stage.repository.git('rev-parse', `refs/tercet/${run}/head`)).toBe(sha);
  });

  it('touches nothing of a run that a process carries on, nor a working tree that is none of its runs’', async () => {
    await using stage = await setStage({ ...SMOOTH, reviewer: [{ ...SMOOTH.reviewer[0], delayMs: 6_000 }] });
    const foreign = path.join(stage.repository.root, '.tercet', 'worktrees', 'somebody');
    mkdirSync(foreign, { recursive: true });
    writeFileSync(path.join(foreign, 'a.txt'), 'a');
    let cleaning: ReturnType<typeof clean> | undefined;
    const result = await stage.tercet(RUN, {
      onStderr: (text) => {
        if (/^review$/m.test(text)) cleaning ??= clean(stage, '--yes', '--older-than', '0h');
      },
    });
    expect(summary(result)).toMatchObject({ outcome: 'approved' });
    const said = (await cleaning)?.said();
    expect(said).toMatchObject({ removed: false, worktrees: [], runs: [] });
    expect(said?.kept.map(({ why }) => why).sort()).toEqual([
      'a process works in it',
      'no run of this data folder made it',
    ]);
    expect(readFileSync(path.join(foreign, 'a.txt'), 'utf8')).toBe('a');
  });

  it('removes old records, keeps what was spent, and keeps runs that can be carried on', async () => {
    const parked = { fault: { kind: 'status' as const, status: 429, headers: { 'retry-after': '3600' } } };
    await using stage = await setStage({
      planner: [...SMOOTH.planner, ...SMOOTH.planner],
      executor: [...SMOOTH.executor, ...SMOOTH.executor],
      reviewer: [...SMOOTH.reviewer, parked],
    });
    const ended = summary(await stage.tercet(RUN)).run;
    const waiting = summary(await stage.tercet(RUN)).run;
    const costs = (await stage.tercet(['costs'])).stdout;
    expect((await clean(stage, '--yes')).said()).toMatchObject({ removed: false, runs: [] });
    for (const run of [ended, waiting]) age(stage, run, 31);
    const done = await clean(stage, '--yes');
    expect(done.said()).toMatchObject({ removed: true, runs: [ended], kept: [{ what: `run ${waiting}` }] });
    expect((await stage.tercet(['runs'])).stdout).not.toContain(ended);
    expect((await stage.tercet(['runs'])).stdout).toContain(waiting);
    expect((await stage.tercet(['costs'])).stdout).toBe(costs);
    const bad = await stage.tercet(['clean', '--older-than', 'soon']);
    expect([bad.code, bad.stderr]).toEqual([2, expect.stringContaining('30d')]);
  });

  it('removes branches only when told, and only those that are merged or that their upstream has', async () => {
    await using stage = await setStage({
      planner: [...SMOOTH.planner, ...SMOOTH.planner, ...SMOOTH.planner],
      executor: [...SMOOTH.executor, ...SMOOTH.executor, ...SMOOTH.executor],
      reviewer: [...SMOOTH.reviewer, ...SMOOTH.reviewer, ...SMOOTH.reviewer],
    });
    const { git } = stage.repository;
    for (const branch of ['merged', 'pushed', 'open']) await stage.tercet([...RUN, '--branch', branch]);
    git('update-ref', 'refs/remotes/origin/pushed', 'pushed');
    git('config', 'remote.origin.url', '.');
    git('config', 'remote.origin.fetch', '+refs/heads/*:refs/remotes/origin/*');
    git('config', 'branch.pushed.remote', 'origin');
    git('config', 'branch.pushed.merge', 'refs/heads/pushed');
    git('branch', 'mine-and-merged');
    git('merge', '-q', '--ff-only', 'merged');
    expect((await clean(stage, '--yes')).said().branches).toEqual([]);
    const said = (await clean(stage, '--yes', '--branches')).said();
    expect(said.branches).toEqual(['refs/heads/merged', 'refs/heads/pushed']);
    expect(said.kept).toEqual([{ what: 'branch open', why: 'it is not merged into HEAD' }]);
    expect(git('for-each-ref', '--format=%(refname:short)', 'refs/heads').split('\n')).toEqual([
      'main',
      'mine-and-merged',
      'open',
    ]);
  });

  it('lists rescue refs and removes old ones when told', async () => {
    await using stage = await setStage(SMOOTH);
    const { git } = stage.repository;
    git('update-ref', 'refs/tercet/20200101-000000-abcd/left', 'HEAD');
    stage.repository.git('-c', 'user.name=t', 'tag', 'x');
    const listed = await stage.tercet(['clean', '--dry-run']);
    expect(listed.stdout).toContain('refs/tercet/20200101-000000-abcd/left');
    expect((await clean(stage, '--yes', '--refs')).said().refs).toEqual([]);
    expect((await clean(stage, '--yes', '--refs', '--older-than', '0h')).said().refs).toEqual([
      'refs/tercet/20200101-000000-abcd/left',
    ]);
    expect(git('for-each-ref', 'refs/tercet')).toBe('');
  });

  it('asks in a terminal', async () => {
    await using stage = await setStage(SMOOTH);
    const { run } = summary(await stage.tercet(RUN));
    age(stage, run, 40);
    const say = (word: string) =>
      stage.tercet(['clean'], {
        input: `${word}\n`,
        env: { NODE_OPTIONS: `--import=${new URL('terminal.ts', import.meta.url).pathname}` },
      });
    const no = await say('n');
    expect([no.code, no.stderr]).toEqual([130, expect.stringContaining('Remove these?')]);
    expect((await stage.tercet(['runs'])).stdout).toContain(run);
    expect((await say('y')).code).toBe(0);
    expect((await stage.tercet(['runs'])).stdout).not.toContain(run);
  });
});
