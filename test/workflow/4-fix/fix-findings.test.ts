import { describe, expect, it } from 'vitest';
import type { Plan } from '../../../src/contract/plan.ts';
import type { Review } from '../../../src/contract/review.ts';
import { scriptedAgent } from '../../../src/testing/scripted-agent.ts';
import { fixFindings } from '../../../src/workflow/4-fix/fix-findings.ts';
import { finding } from '../../handoff/make.ts';
import { aPlan, aTask, type ContextOptions, makeContext, type Script, writes } from '../../support/run-context.ts';

const FILES = { 'src/a.js': '// a\n', 'src/b.js': '// b\n', 'src/c.js': '// c\n' };
const task = (id: string, path: string) =>
  aTask({
    id,
    title: `Write ${path}`,
    files: [{ path, action: 'modify' }],
    criteria: [{ id: `${id}.1`, text: 'answer() returns 42', command: null }],
  });
const PLAN = aPlan(task('T1', 'src/a.js'), task('T2', 'src/b.js'));

function review(over: Partial<Review>): Review {
  return {
    verdict: 'changes_requested',
    reason: '',
    round: 1,
    criteria: [],
    findings: [],
    coverage: { hunks: 1, reviewed: 1, skipped: [] },
    servedBy: null,
    ...over,
  };
}

async function fixing(given: Partial<Review>, script: Script, options: ContextOptions & { plan?: Plan } = {}) {
  const executor = scriptedAgent('executor', script, { model: 'test/executor', tools: false });
  const run = await makeContext({ files: FILES, ...options, executor });
  const worktree = await run.ctx.repository.openWorktree({
    run: run.ctx.run,
    branch: 'tercet/work',
    base: run.ctx.request.base,
  });
  return {
    run,
    worktree,
    turns: executor.turns,
    fix: () => fixFindings(run.ctx, options.plan ?? PLAN, review(given), worktree),
    log: () =>
      run.repo
        .git(
          'log',
          '--reverse',
          '--format=%s|%(trailers:key=Tercet-Task,valueonly,separator=)|%(trailers:key=Tercet-Fix,valueonly,separator=%x2c)',
          'main..tercet/work',
        )
        .split('\n'),
    [Symbol.dispose]: () => run.repo.remove(),
  };
}

/** Writes the file that its brief shows first among those to be modified, so that every fix is one. */
const fixes: Script = ({ prompt, index }) => {
  const [, path = ''] = /<file modify ([^\s>]+)/u.exec(prompt) ?? [];
  return { text: writes(path, `// fixed ${index}\n`) };
};
const at = (id: string, path: string, over = {}) => finding({ id, path, title: `Wrong in ${path}`, ...over });

describe('fixing', () => {
  it('makes one brief and one commit per task that owns the findings, in their order', async () => {
    using made = await fixing({ findings: [at('F1', 'src/b.js'), at('F2', 'src/a.js'), at('F3', 'src/b.js')] }, fixes);
    const { results, failure } = await made.fix();
    expect(failure).toBeNull();
    expect(results.map(({ task: id, status }) => `${id} ${status}`)).toEqual(['T2 done', 'T1 done']);
    expect(made.log()).toEqual(['Fix F1, F3: Write src/b.js|T2|F1,F3', 'Fix F2: Write src/a.js|T1|F2']);
    expect(made.turns.map(({ purpose, task: id }) => `${purpose} ${id}`)).toEqual(['fix T2', 'fix T1']);
  });

  it('tells the executor what was found, where and what to do', async () => {
    let brief = '';
    using made = await fixing({ findings: [at('F1', 'src/a.js', { line: 1, quote: '// a' })] }, (turn) => {
      brief = turn.prompt;
      return fixes(turn);
    });
    await made.fix();
    expect(brief).toContain('F1 major src/a.js:1 Wrong in src/a.js');
    expect(brief).toContain('why: min is ignored');
    expect(brief).toContain('fix: return the nearest bound');
  });

  it('leaves alone what does not block, is fixed or dismissed', async () => {
    using made = await fixing(
      {
        findings: [
          at('F1', 'src/a.js', { blocking: false }),
          at('F2', 'src/a.js', { status: 'fixed' }),
          at('F3', 'src/a.js', { status: 'dismissed' }),
        ],
      },
      fixes,
    );
    expect(await made.fix()).toMatchObject({ results: [], failure: null });
    expect(made.turns).toHaveLength(0);
  });

  it('gives a finding to the task whose criterion it breaks, with leave to change the file it stands in', async () => {
    using made = await fixing({ findings: [at('F1', 'src/b.js', { criterion: 'T1.1' })] }, () => ({
      text: writes('src/b.js', '// fixed\n'),
    }));
    expect((await made.fix()).failure).toBeNull();
    expect(made.log()).toEqual(['Fix F1: Write src/a.js|T1|F1']);
  });

  it('gives a finding on a file no task planned to the last task, with leave to change it', async () => {
    using made = await fixing({ findings: [at('F1', 'src/c.js')] }, () => ({ text: writes('src/c.js', '// fixed\n') }));
    expect((await made.fix()).failure).toBeNull();
    expect(made.log()).toEqual(['Fix F1: Write src/b.js|T2|F1']);
  });

  it('puts an unmet criterion without a finding to the executor as one', async () => {
    let brief = '';
    using made = await fixing(
      {
        criteria: [
          { id: 'T1.1', met: 'yes', evidence: '' },
          { id: 'T2.1', met: 'no', evidence: 'returns 41' },
        ],
      },
      (turn) => {
        brief = turn.prompt;
        return fixes(turn);
      },
    );
    expect((await made.fix()).results.map(({ task: id }) => id)).toEqual(['T2']);
    expect(brief).toContain('T2.1 major src/b.js criterion T2.1 is not met');
    expect(brief).toContain('why: returns 41');
    expect(brief).toContain('fix: answer() returns 42');
  });

  it('does not put a criterion twice that a finding explains', async () => {
    using made = await fixing(
      { criteria: [{ id: 'T1.1', met: 'no', evidence: '' }], findings: [at('F1', 'src/a.js', { criterion: 'T1.1' })] },
      fixes,
    );
    await made.fix();
    expect(made.log()).toEqual(['Fix F1: Write src/a.js|T1|F1']);
  });

  it('stops at a fix that fails, keeps its work under a ref, and says why', async () => {
    using made = await fixing({ findings: [at('F1', 'src/a.js'), at('F2', 'src/b.js')] }, fixes, {
      settings: { checks: ['npm test'], repairs: 0 },
      commands: () => ({ exitCode: 1, output: 'not ok' }),
    });
    const { results, failure } = await made.fix();
    expect(failure).toContain('T1 (Write src/a.js) could not be done: `npm test` exited 1:\nnot ok\n');
    expect(failure).toContain(`The work so far is kept at refs/tercet/${made.run.ctx.run}/T1-fix`);
    expect(results.map(({ status }) => status)).toEqual(['failed']);
    expect(made.run.of('task.failed')).toMatchObject([{ rescueRef: `refs/tercet/${made.run.ctx.run}/T1-fix1` }]);
    expect(await made.worktree.changed()).toEqual([]);
  });

  it('hands on the plan as the planner revised it', async () => {
    const revised = {
      ...task('T1', 'src/a.js'),
      criteria: [{ id: 'T1.1', text: 'answer() returns 43', command: null }],
    };
    using made = await fixing(
      { findings: [at('F1', 'src/a.js')] },
      (turn) =>
        turn.index === 0
          ? { text: 'CHANGE REQUEST: criterion-impossible\nPATHS: src/a.js\nREASON: it is 43' }
          : { text: writes('src/a.js', '// fixed\n') },
      { planner: () => ({ object: { decision: 'revise', reason: 'so be it', task: revised } }) },
    );
    const { plan, failure } = await made.fix();
    expect(failure).toBeNull();
    expect(plan.tasks[0]?.criteria[0]?.text).toBe('answer() returns 43');
  });

  it('lets a fix have a file that its own task created before', async () => {
    const created = aTask({
      files: [{ path: 'src/a.js', action: 'create' }],
      symbols: [{ path: 'src/a.js', name: 'answer', action: 'add', signature: 'answer()' }],
    });
    using made = await fixing(
      { findings: [at('F1', 'src/a.js')] },
      (turn) =>
        turn.index === 0
          ? { text: 'CHANGE REQUEST: needs-file\nPATHS: src/c.js\nREASON: it is used there' }
          : { text: writes('src/c.js', '// fixed\n') },
      {
        plan: aPlan(created),
        planner: () => ({ object: { decision: 'allow', reason: 'yes', task: null } }),
      },
    );
    expect((await made.fix()).failure).toBeNull();
  });
});
