import { describe, expect, it } from 'vitest';
import { aPlan, approval } from '../../support/answers.ts';
import { serving } from '../../support/serve.ts';
import { ADDED, EDIT, REQUEST, SMOOTH, TASK } from '../../support/shop-change.ts';
import { setStage } from '../../support/stage.ts';

const ORDER = { featureRequest: REQUEST, planning: 'always', approval: 'skip' } as const;
const ASKING = {
  ...SMOOTH,
  planner: [
    { object: aPlan([TASK], { questions: [{ question: 'Which error?', assumption: 'RangeError' }] }) },
    { object: aPlan([TASK]) },
  ],
};

describe('the HTTP API', () => {
  it('starts, follows and tells a whole run, and hands over its files', async () => {
    await using stage = await setStage(SMOOTH);
    await using api = await serving({ home: stage.home, roots: [stage.repository.root] });
    const started = await api.client.startRun(ORDER);
    expect(started).toMatchObject({ kind: 'run', statusUrl: `${api.url}/v1/runs/${started.run}` });
    const seen: number[] = [];
    const events = api.client.follow(started.run);
    let last = await events.next();
    for (; last.done !== true; last = await events.next()) seen.push(last.value.seq);
    expect(last.value).toMatchObject({ run: started.run, state: 'ended', outcome: 'approved' });
    expect(seen).toEqual(stage.events(started.run).map(({ seq }) => seq));
    const run = await api.client.get(started.run);
    expect(run).toMatchObject({ outcome: 'approved', verdict: 'approved', resumable: false, openQuestion: null });
    expect(run.costUsd).toMatch(/^0\.\d+$/);
    expect(Object.keys(run.links).sort()).toEqual(
      ['change', 'events', 'plan', 'questions', 'report', 'result', 'review', 'sarif', 'self'].sort(),
    );
    expect(await api.client.file(run.run, 'plan')).toContain(REQUEST);
    expect(await api.client.file(run.run, 'change')).toContain(`+${ADDED}`);
    expect(await api.client.file(run.run, 'report.md')).toContain('approved');
    expect(JSON.parse(await api.client.file(run.run, 'review'))).toMatchObject({ verdict: 'approved' });
    expect(JSON.parse(await api.client.file(run.run, 'report.json'))).toMatchObject({ outcome: 'approved' });
    expect(JSON.parse(await api.client.file(run.run, 'report.sarif'))).toMatchObject({ version: '2.1.0' });
    expect(await api.client.costs({ by: 'role' })).toMatchObject({ totalUsd: run.costUsd });
    expect((await api.client.costs({ run: run.run })).lines.map(({ key }) => key).sort()).toEqual(
      ['executor', 'planner', 'reviewer'].sort(),
    );
    expect(stage.repository.git('status', '--porcelain')).toBe('');
  });

  it('plans first, carries the plan out, reviews, and lists it all page by page', async () => {
    await using stage = await setStage({
      planner: [...SMOOTH.planner],
      executor: [{ text: EDIT }],
      reviewer: [{ object: approval(['T1.1']) }, { object: approval([]) }],
    });
    await using api = await serving({ home: stage.home, roots: [stage.repository.root] });
    const plan = await api.client.startPlan({ featureRequest: REQUEST });
    expect(await api.client.ended(plan.run)).toMatchObject({ outcome: 'planned', plan: { tasks: [{ id: 'T1' }] } });
    const execute = await api.client.startExecute({ planRun: plan.run });
    const done = await api.client.ended(execute.run);
    expect(done).toMatchObject({ outcome: 'approved', kind: 'execute' });
    const diff = await api.client.file(execute.run, 'change');
    const review = await api.client.startReview({ diff, featureRequest: REQUEST });
    expect(await api.client.ended(review.run)).toMatchObject({ kind: 'review', verdict: 'approved' });
    const first = await api.client.list({ limit: 2 });
    expect(first).toMatchObject({ total: 3, next: expect.stringContaining('after=') });
    const rest = await api.client.list({ limit: 2, after: first.runs[1]?.run ?? '' });
    expect(rest).toMatchObject({ total: 3, next: null });
    const ids = [...first.runs, ...rest.runs].map(({ run }) => run);
    expect(new Set(ids)).toEqual(new Set([plan.run, execute.run, review.run]));
    const { rows } = await api.client.estimate({ planning: 1000, implementation: 10_000, review: 1000 });
    expect(rows).toHaveLength(3);
  });

  it('puts questions and the plan to whoever answers, and goes on', async () => {
    await using stage = await setStage(ASKING);
    await using api = await serving({ home: stage.home, roots: [stage.repository.root] });
    const { run } = await api.client.startRun({ featureRequest: REQUEST, planning: 'always' });
    await expect.poll(() => api.client.questions(run)).not.toBeNull();
    const asked = await api.client.questions(run);
    expect(asked).toMatchObject({ kind: 'questions', questions: [{ question: 'Which error?' }], plan: null });
    await expect(api.client.answer(run, { question: 'q9', answers: ['x'] })).rejects.toMatchObject({ status: 409 });
    const id = asked?.id ?? '';
    await expect(api.client.answer(run, { question: id, decision: 'approve' })).rejects.toMatchObject({ status: 400 });
    await expect(api.client.answer(run, { question: id, answers: [] })).rejects.toMatchObject({ status: 400 });
    await api.client.answer(run, { question: id, answers: ['A RangeError, please'] });
    await expect.poll(async () => (await api.client.questions(run))?.kind).toBe('approval');
    const plan = await api.client.questions(run);
    expect(plan?.plan?.tasks[0]?.id).toBe('T1');
    expect(await api.client.get(run)).toMatchObject({ state: 'waiting', openQuestion: { id: plan?.id } });
    await api.client.answer(run, { question: plan?.id ?? '', decision: 'approve' });
    expect(await api.client.ended(run)).toMatchObject({ outcome: 'approved' });
    expect(stage.events(run).find(({ type }) => type === 'question.answered')).toMatchObject({
      answer: 'A RangeError, please',
      by: 'person',
    });
  });

  it('parks at the plan where nobody is to answer, and resumes', async () => {
    await using stage = await setStage(ASKING);
    await using api = await serving({ home: stage.home, roots: [stage.repository.root] });
    const { run } = await api.client.startRun({ featureRequest: REQUEST, planning: 'always', questions: 'assume' });
    expect(await api.client.ended(run)).toMatchObject({ outcome: 'parked', resumable: true });
    const again = await api.client.resume(run, { approval: 'skip' });
    expect(again.run).toBe(run);
    expect(await api.client.ended(run)).toMatchObject({ outcome: 'approved' });
    await expect(api.client.resume(run)).rejects.toMatchObject({ status: 400, code: 'usage' });
    const seqs = stage.events(run).map(({ seq }) => seq);
    const followed: number[] = [];
    for await (const { seq } of api.client.follow(run)) followed.push(seq);
    expect(followed).toEqual(seqs);
  });
});
