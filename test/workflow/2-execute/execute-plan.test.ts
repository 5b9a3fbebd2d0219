import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { aPlan, aTask, CLAMP, MATH, writes } from '../../support/run-context.ts';
import { executing } from './setup.ts';

const DONE = writes('src/math.js', MATH + CLAMP, 'Added clamp.');
const NEW = (path: string) => aTask({ files: [{ path, action: 'create' }] });
const task = (id: string, path: string, dependsOn: string[] = []) =>
  aTask({
    ...NEW(path),
    id,
    title: `Write ${path}`,
    criteria: [{ id: `${id}.1`, text: 'answer() returns 42', command: null }],
    dependsOn,
  });

describe('executing a plan', () => {
  it('makes one commit of a task, of exactly its files, with trailers', async () => {
    using made = await executing(() => ({ text: DONE, servedModel: 'test/executor-20261001' }));
    const { tasks, failure } = await made.execute();
    expect(failure).toBeNull();
    expect(tasks).toMatchObject([{ task: 'T1', status: 'done', claim: 'Added clamp.' }]);
    expect(tasks[0]?.commit).toBe(made.git('rev-parse', 'tercet/work'));
    expect(made.git('show', '--name-only', '--format=', 'tercet/work')).toBe('src/math.js');
    expect(made.git('log', '-1', '--format=%s%n%(trailers:only,unfold)', 'tercet/work').trim().split('\n')).toEqual([
      'Clamp values',
      `Tercet-Run: ${made.run.ctx.run}`,
      'Tercet-Task: T1',
      'Tercet-Model: test/executor-20261001',
    ]);
    expect(made.onBranch('src/math.js')).toBe((MATH + CLAMP).trimEnd());
  });

  it('shows the executor its task and files, and nothing else', async () => {
    using made = await executing(() => ({ text: DONE }), {
      plan: aPlan(aTask({ read: ['README.md'] })),
      request: 'A secret story',
      settings: { conventions: ['No classes.'], checks: ['npm test'] },
    });
    await made.execute();
    const brief = made.said(0);
    for (const part of [
      'T1 Clamp values',
      'T1.1 clamp(5, 0, 3) returns 3',
      MATH,
      '# Sample',
      'No classes.',
      'npm test',
    ])
      expect(brief).toContain(part);
    expect(brief).not.toContain('other.js');
    expect(brief).not.toContain('A secret story');
  });

  it('follows the dependencies, whatever order the tasks are listed in', async () => {
    using made = await executing(({ task: id }) => ({ text: writes(`src/${id}.js`, `// ${id}\n`) }), {
      plan: aPlan(task('T1', 'src/T1.js', ['T3']), task('T2', 'src/T2.js', ['T1']), task('T3', 'src/T3.js')),
    });
    await made.execute();
    expect(made.run.of('task.started').map((event) => `${event.index}/${event.of} ${event.task}`)).toEqual([
      '1/3 T3',
      '2/3 T1',
      '3/3 T2',
    ]);
    expect(
      made.git('log', '--reverse', '--format=%(trailers:key=Tercet-Task,valueonly,separator=)', 'main..tercet/work'),
    ).toBe('T3\nT1\nT2');
  });

  it('keeps the work of a failed task under a ref, puts the tree back, and skips what comes after', async () => {
    using made = await executing(({ task: id }) => ({ text: writes(`src/${id}.js`, `// ${id}\n`) }), {
      plan: aPlan(task('T1', 'src/T1.js'), task('T2', 'src/T2.js'), task('T3', 'src/T3.js', ['T2'])),
      settings: { checks: ['check'], repairs: 0 },
      commands: (_, cwd) =>
        made?.git('-C', cwd, 'status', '--porcelain').includes('T2') ? { exitCode: 1, output: 'T2 is wrong' } : {},
    });
    const { tasks, failure } = await made.execute();
    expect(tasks.map(({ task: id, status, commit }) => [id, status, commit === null])).toEqual([
      ['T1', 'done', false],
      ['T2', 'failed', true],
      ['T3', 'skipped', true],
    ]);
    expect(failure).toContain('T2 (Write src/T2.js) could not be done');
    expect(failure).toContain('T2 is wrong');
    const [failed] = made.run.of('task.failed');
    expect(failed).toMatchObject({ task: 'T2', rescueRef: `refs/tercet/${made.run.ctx.run}/T2` });
    expect(made.git('show', `${failed?.rescueRef}:src/T2.js`)).toBe('// T2');
    expect(await made.worktree.changed()).toEqual([]);
    expect(made.onBranch('src/T1.js')).toBe('// T1');
  });

  it('says what failed in words for people, not in those for the model', async () => {
    using made = await executing(() => ({ text: DONE }), {
      settings: { checks: ['npm test'], repairs: 0 },
      commands: () => ({ exitCode: 1, output: 'not ok 1' }),
    });
    const { failure, tasks } = await made.execute();
    expect(failure).toContain(
      'T1 (Clamp values) could not be done: `npm test` exited 1:\nnot ok 1\nThe work so far is kept at ',
    );
    expect(tasks[0]?.attempts[0]?.detail).toBe('`npm test` exited 1:\nnot ok 1');
  });

  it('keeps what is done when a later task is stopped, and says which one was under way', async () => {
    using made = await executing(
      ({ task: id }) => {
        if (id === 'T2') made.run.cancel();
        return { text: writes(`src/${id}.js`, `// ${id}\n`) };
      },
      { plan: aPlan(task('T1', 'src/T1.js'), task('T2', 'src/T2.js'), task('T3', 'src/T3.js')) },
    );
    await expect(made.execute()).rejects.toMatchObject({ code: 'cancelled' });
    expect(made.noted().map(({ task: id, status }) => `${id} ${status}`)).toEqual([
      'T1 done',
      'T2 skipped',
      'T3 skipped',
    ]);
  });

  it('works on files that cannot be shown: they are named, and can be deleted', async () => {
    using made = await executing(() => ({ text: `DELETE FILE: logo.png\n${DONE}` }), {
      files: { 'src/math.js': MATH, 'logo.png': Buffer.from([0x89, 0x50, 0, 0xff]), latest: { link: 'src/math.js' } },
      plan: aPlan(
        aTask({
          files: [
            { path: 'src/math.js', action: 'modify' },
            { path: 'logo.png', action: 'delete' },
          ],
          read: ['latest'],
        }),
      ),
    });
    const { failure } = await made.execute();
    expect(failure).toBeNull();
    expect(made.said(0)).toContain('logo.png: to be deleted');
    expect(made.said(0)).toContain('latest: cannot be shown');
    expect(made.git('ls-tree', '-r', '--name-only', 'tercet/work').split('\n')).toEqual(['latest', 'src/math.js']);
  });

  it('tells the executor when a file cannot be edited, instead of ending the run', async () => {
    using made = await executing(({ index }) => ({ text: index === 0 ? writes('logo.png', 'text\n') : DONE }), {
      files: { 'src/math.js': MATH, 'logo.png': Buffer.from([0x89, 0x50, 0, 0xff]) },
      plan: aPlan(aTask({ files: [...aTask().files, { path: 'logo.png', action: 'modify' }] })),
      settings: { repairs: 1 },
    });
    const { tasks } = await made.execute();
    expect(tasks[0]?.attempts.map(({ outcome }) => outcome)).toEqual(['edit-failed', 'checks-failed']);
    expect(made.said(1)).toContain('logo.png');
    expect(made.said(1)).toContain('not UTF-8 text');
  });
});

describe('the proof of a task', () => {
  it('is missing while a planned file is unchanged', async () => {
    using made = await executing(
      ({ index }) => ({ text: index === 0 ? writes('src/other.js', 'export const other = 2;\n') : DONE }),
      {
        plan: aPlan(aTask({ files: [...aTask().files, { path: 'src/other.js', action: 'modify' }] })),
      },
    );
    await made.execute();
    expect(made.outcomes()).toEqual(['edit checks-failed', 'repair done']);
    expect(made.said(1)).toContain('src/math.js is to be modified, and it is unchanged.');
    expect(made.said(1)).toContain('CHANGE REQUEST');
  });

  it('is missing while a file to create is not there, or one to delete still is', async () => {
    using made = await executing(
      ({ index }) => ({
        text: [DONE, writes('src/new.js', '// new\n'), 'DELETE FILE: src/other.js'][index] ?? DONE,
      }),
      {
        plan: aPlan(
          aTask({
            files: [
              ...aTask().files,
              { path: 'src/new.js', action: 'create' },
              { path: 'src/other.js', action: 'delete' },
            ],
          }),
        ),
      },
    );
    expect((await made.execute()).failure).toBeNull();
    expect(made.said(1)).toContain('src/new.js is to be created, and it does not exist.');
    expect(made.said(2)).toContain('src/other.js is to be deleted, and it is still there.');
    expect(made.git('show', '--name-status', '--format=', 'tercet/work')).toBe(
      'M\tsrc/math.js\nA\tsrc/new.js\nD\tsrc/other.js',
    );
  });

  it('runs each command once: the criteria’s own, then the project’s', async () => {
    using made = await executing(() => ({ text: DONE }), {
      plan: aPlan(
        aTask({
          criteria: [
            { id: 'T1.1', text: 'clamp(5, 0, 3) returns 3', command: 'npm test' },
            { id: 'T1.2', text: 'clamp(-1, 0, 3) returns 0', command: 'npm test' },
          ],
        }),
      ),
      settings: { checks: ['npm test', 'npm run lint'] },
    });
    const { tasks } = await made.execute();
    expect(made.run.commands).toEqual(['npm test', 'npm run lint']);
    expect(tasks[0]?.checks.map(({ command, criteria }) => [command, criteria])).toEqual([
      ['npm test', ['T1.1', 'T1.2']],
      ['npm run lint', []],
    ]);
  });

  it('puts back what a command left outside the task, and says so', async () => {
    using made = await executing(() => ({ text: DONE }), {
      settings: { checks: ['build'] },
      commands: (_, cwd) => {
        writeFileSync(join(cwd, 'README.md'), 'overwritten');
        writeFileSync(join(cwd, 'out.log'), 'log');
        return {};
      },
    });
    const { tasks } = await made.execute();
    expect(tasks[0]?.status).toBe('done');
    expect(made.git('show', '--name-only', '--format=', 'tercet/work')).toBe('src/math.js');
    expect(await made.worktree.changed()).toEqual([]);
    expect(made.run.of('warning.raised')).toMatchObject([
      { code: 'stray-files', message: 'T1: its commands changed files outside the task; put back: README.md, out.log' },
    ]);
  });

  it('says how a command ended that was killed or ran out of time', async () => {
    using made = await executing(
      ({ index }) => ({ text: index === 0 ? DONE : writes('src/math.js', `${MATH}${CLAMP}// ${index}\n`) }),
      {
        settings: { checks: ['npm test'] },
        commands: () =>
          made.run.commands.length === 1
            ? { exitCode: null, timedOut: true }
            : made.run.commands.length === 2
              ? { exitCode: null }
              : {},
      },
    );
    await made.execute();
    expect(made.said(1)).toContain('`npm test` ran into its deadline');
    expect(made.said(2)).toContain('`npm test` was killed');
  });

  it('does not outlive a cancelled run', async () => {
    using made = await executing(() => ({ text: DONE }), {
      settings: { checks: ['npm test'] },
      commands: () => {
        made.run.cancel();
        return { exitCode: 0 };
      },
    });
    await expect(made.execute()).rejects.toMatchObject({ code: 'cancelled' });
  });
});
