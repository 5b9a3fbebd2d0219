import { describe, expect, it } from 'vitest';
import { planOnly, reviewOnly } from '../../src/workflow/phases.ts';
import { CLAMP, MATH, makeContext, planAnswer, reviewAnswer } from '../support/run-context.ts';

const FILES = { 'src/math.js': MATH };

describe('a plan by itself', () => {
  it('is made, linted and handed on; nothing else is', async () => {
    const run = await makeContext({
      files: FILES,
      planner: () => ({ object: planAnswer() }),
      settings: { approval: 'ask' },
    });
    const result = await planOnly(run.ctx);
    expect(result).toMatchObject({
      outcome: 'planned',
      exitCode: 0,
      reason: 'The plan has 1 task and no lint error.',
      plan: { title: 'Clamp' },
      implementation: null,
      review: null,
    });
    expect(run.of('phase.started').map(({ phase }) => phase)).toEqual(['plan']);
    run.repo.remove();
  });

  it('that is refused is a failed run', async () => {
    const run = await makeContext({ files: FILES, planner: () => ({ object: planAnswer([]) }) });
    expect(await planOnly(run.ctx)).toMatchObject({ outcome: 'failed', exitCode: 1, plan: null });
    run.repo.remove();
  });
});

describe('a review by itself', () => {
  it('reviews a tree against a commit, with or without a plan', async () => {
    const run = await makeContext({ files: FILES, reviewer: () => ({ object: reviewAnswer({}) }) });
    run.repo.write({ 'src/math.js': MATH + CLAMP });
    const { tree, base } = await run.ctx.repository.snapshot({ of: 'worktree' });
    const result = await reviewOnly(run.ctx, { from: base, to: tree, plan: null });
    expect(result).toMatchObject({ outcome: 'approved', implementation: null, review: { coverage: { hunks: 1 } } });
    expect(run.written.get('review.json')).toContain('"approved"');
    run.repo.remove();
  });

  it('asks for changes, is inconclusive, or parks, with the exit codes of a run', async () => {
    for (const [reply, code] of [
      [{ object: reviewAnswer({}, [{ line: 1, quote: 'export function clamp(value, min, max) {' }]) }, 3],
      [{ text: 'fine' }, 4],
      [{ failure: { kind: 'quota' } }, 5],
    ] as const) {
      const run = await makeContext({ files: FILES, reviewer: () => reply });
      run.repo.write({ 'src/math.js': CLAMP });
      const { tree, base } = await run.ctx.repository.snapshot({ of: 'worktree' });
      expect((await reviewOnly(run.ctx, { from: base, to: tree, plan: null })).exitCode).toBe(code);
      run.repo.remove();
    }
  });
});
