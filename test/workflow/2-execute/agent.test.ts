import { describe, expect, it } from 'vitest';
import { runWorkflow } from '../../../src/workflow/run.ts';
import { type AtWork, codingAgent, type Deed } from '../../support/coding-agent.ts';
import { CLAMP, type ContextOptions, MATH, makeContext, planAnswer, reviewAnswer } from '../../support/run-context.ts';

const FILES = { 'src/math.js': MATH, 'src/other.js': 'export const other = 1;\n' };
const BRANCH = 'tercet/clamp-abcd';
const done = ({ write }: AtWork) => {
  write({ 'src/math.js': MATH + CLAMP });
  return {};
};

async function running(executor: (at: AtWork) => Deed | Promise<Deed>, options: ContextOptions = {}) {
  const agent = codingAgent('test-agent/executor', executor);
  const run = await makeContext({
    files: FILES,
    planner: () => ({ object: planAnswer() }),
    executor: agent,
    reviewer: () => ({ object: reviewAnswer() }),
    ...options,
  });
  const before = run.repo.fingerprint();
  return {
    run,
    agent,
    go: async () => {
      const result = await runWorkflow(run.ctx, { plan: null, branch: BRANCH });
      expect(run.repo.fingerprint(), 'the user’s files, index and HEAD').toEqual(before);
      expect(run.repo.git('worktree', 'list').split('\n')).toHaveLength(1);
      return result;
    },
    attempts: () => run.of('task.attempted').map(({ attempt }) => `${attempt.rung} ${attempt.outcome}`),
    changed: () => run.repo.git('show', '--name-only', '--format=', BRANCH),
    [Symbol.dispose]: () => run.repo.remove(),
  };
}

describe('a coding agent as executor', () => {
  it('works in the worktree, and its task becomes one commit', async () => {
    using made = await running(done);
    expect(await made.go()).toMatchObject({ outcome: 'approved', implementation: { tasks: [{ claim: 'Done.' }] } });
    expect(made.attempts()).toEqual(['agent done']);
    expect(made.changed()).toBe('src/math.js');
    const [receipt] = (await made.run.receipts()).filter(({ role }) => role === 'executor');
    expect(receipt).toMatchObject({ heldUsd: '0.5', cost: { usd: '0.01', basis: 'reported' }, usage: null });
    expect(receipt?.answer).toMatchObject({ work: { files: [{ path: 'src/math.js', text: MATH + CLAMP }] } });
  });

  it('has writes out of scope put back, and is told why', async () => {
    using made = await running(({ index, write, read, turn }) => {
      if (index === 0) {
        write({ 'src/other.js': 'export const other = 2;\n', 'notes/plan.md': 'notes\n' });
        return {};
      }
      expect(read('src/other.js')).toBe(FILES['src/other.js']);
      expect(turn.messages[0]).toMatchObject({
        text: expect.stringContaining('"src/other.js" is not among the files'),
      });
      write({ 'src/math.js': MATH + CLAMP });
      return {};
    });
    expect(await made.go()).toMatchObject({ outcome: 'approved' });
    expect(made.attempts()).toEqual(['agent out-of-scope', 'repair done']);
    expect(made.run.of('scope.refused')).toMatchObject([{ task: 'T1', paths: ['notes/plan.md', 'src/other.js'] }]);
    expect(made.changed()).toBe('src/math.js');
  });

  it('may leave a stray file beside a task that is done: it is put back, and nothing is paid again', async () => {
    using made = await running((at) => {
      at.write({ 'scratch.txt': 'x\n' });
      return done(at);
    });
    expect(await made.go()).toMatchObject({ outcome: 'approved' });
    expect(made.attempts()).toEqual(['agent done']);
    expect(made.run.of('scope.refused')).toMatchObject([{ paths: ['scratch.txt'] }]);
    expect(made.changed()).toBe('src/math.js');
  });

  it.each([
    ['on the branch', []],
    ['on a branch of its own', ['checkout', '-q', '-b', 'its-own']],
    ['with HEAD detached', ['checkout', '-q', '--detach']],
  ])('commits by itself %s: the commit is folded into ours', async (_, first) => {
    using made = await running((at) => {
      if (first.length > 0) at.git(...first);
      done(at);
      at.git('commit', '-qam', 'I did it');
      return {};
    });
    const result = await made.go();
    expect(result).toMatchObject({ outcome: 'approved' });
    expect(result.implementation?.commits).toMatchObject([{ subject: 'Clamp values', task: 'T1' }]);
    expect(made.run.of('warning.raised')).toMatchObject([{ code: 'own-commits' }]);
    expect(made.run.repo.git('log', '--format=%s', '-1', `refs/tercet/${made.run.ctx.run}/taken-back`)).toBe(
      'I did it',
    );
    expect(made.run.repo.git('rev-list', '--count', `main..${BRANCH}`)).toBe('1');
  });

  it('is told what its checks said, and repairs', async () => {
    using made = await running(
      ({ index, write, turn }) => {
        if (index === 1)
          expect(turn.messages[0]).toMatchObject({ text: expect.stringContaining('clamp is not there') });
        write({ 'src/math.js': index === 0 ? `${MATH}// later\n` : MATH + CLAMP });
        return {};
      },
      {
        settings: { checks: ['check'] },
        commands: async (_, cwd) => {
          const { readFile } = await import('node:fs/promises');
          const text = await readFile(`${cwd}/src/math.js`, 'utf8');
          return text.includes('clamp') ? {} : { exitCode: 1, output: 'clamp is not there' };
        },
      },
    );
    expect(await made.go()).toMatchObject({ outcome: 'approved' });
    expect(made.attempts()).toEqual(['agent checks-failed', 'repair done']);
  });

  it('that fails leaves the tree as it was, and its cost booked', async () => {
    using made = await running(
      ({ write }) => {
        write({ 'src/math.js': 'half\n' });
        return { kind: 'bad-request', message: 'no', reportedUsd: '0.25' };
      },
      { stronger: (turn) => (turn.prompt.includes('half') ? { text: 'none' } : { text: 'none' }) },
    );
    expect(await made.go()).toMatchObject({ outcome: 'failed' });
    const [receipt] = (await made.run.receipts()).filter(({ requestedModel }) => requestedModel === made.agent.model);
    expect(receipt).toMatchObject({ state: 'failed', cost: { usd: '0.25', basis: 'reported' } });
    expect(made.run.of('task.failed')).toMatchObject([{ rescueRef: null }]);
  });

  it('that asks for a change is answered by the planner', async () => {
    const ask = 'CHANGE REQUEST: needs-file\nPATHS: src/other.js\nREASON: clamp needs it';
    using made = await running(
      (at) => {
        if (at.index === 0) return { text: ask };
        at.write({ 'src/other.js': 'export const other = 2;\n' });
        return done(at);
      },
      {
        planner: ({ purpose }) =>
          purpose === 'decide'
            ? { object: { decision: 'allow', reason: 'yes', task: null } }
            : { object: planAnswer() },
      },
    );
    expect(await made.go()).toMatchObject({ outcome: 'approved' });
    expect(made.attempts()).toEqual(['agent change-requested', 'repair done']);
    expect(made.changed()).toBe('src/math.js\nsrc/other.js');
  });

  it('is not asked again for what a receipt holds: the files come from it', async () => {
    using made = await running(done);
    const first = await made.go();
    made.run.repo.git('branch', '-D', BRANCH);
    // A new process: the same ledger, nothing tried yet, no journal of the tasks.
    const { openMemoryJournal } = await import('../../../src/adapters/journal/memory.ts');
    const again = { ...made.run.ctx, attempts: new Map<string, number>(), journal: openMemoryJournal() };
    const second = await runWorkflow(again, { plan: null, branch: BRANCH });
    expect(made.agent.turns).toHaveLength(1);
    expect(second.outcome).toBe('approved');
    const tree = (sha = '') => made.run.repo.git('rev-parse', `${sha}^{tree}`);
    expect(tree(second.implementation?.head)).toBe(tree(first.implementation?.head));
  });
});

describe('a coding agent that is only to read', () => {
  const reader = (object: unknown) =>
    codingAgent('test-reader/reader', ({ write, mayWrite, git, read }) => {
      expect(mayWrite).toBe(false);
      const text = read('src/math.js');
      write({ 'src/math.js': 'spoiled\n', 'notes.md': 'mine\n' });
      git('add', '-A');
      git('commit', '-qm', 'spoil');
      return { object, text: text.slice(0, 10) };
    });
  const UNDONE = { code: 'read-only', message: expect.stringContaining('wrote notes.md, src/math.js; undone') };

  it('reviews the change in a checkout of it; what it writes is gone, and the verdict stands', async () => {
    const reviewer = reader(reviewAnswer());
    using made = await running(done, { reviewer });
    expect(await made.go()).toMatchObject({ outcome: 'approved' });
    expect(made.run.of('warning.raised')).toMatchObject([UNDONE]);
    expect(made.run.repo.git('show', `${BRANCH}:src/math.js`)).toBe((MATH + CLAMP).trimEnd());
  });

  it('plans in a checkout of the base', async () => {
    using made = await running(done, { planner: reader(planAnswer()) });
    expect(await made.go()).toMatchObject({ outcome: 'approved' });
    expect(made.run.of('warning.raised')).toMatchObject([UNDONE]);
    expect(made.changed()).toBe('src/math.js');
  });
});
