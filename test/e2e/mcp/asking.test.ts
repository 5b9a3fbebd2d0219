import { describe, expect, it } from 'vitest';
import { aPlan } from '../../support/answers.ts';
import { connect, ERAS } from '../../support/mcp.ts';
import { REQUEST, SMOOTH, TASK } from '../../support/shop-change.ts';
import { setStage } from '../../support/stage.ts';

const QUESTION = { question: 'Is 100 allowed?', assumption: 'Yes, 100 is allowed.' };
const ASKING = {
  ...SMOOTH,
  planner: [{ object: aPlan([TASK], { questions: [QUESTION] }) }, { object: aPlan([TASK]) }],
};
const CALL = { request: REQUEST, planning: 'always', waitSeconds: 60 };

describe.each(ERAS)('questions in the %s protocol', (era) => {
  it('reach the person, and so does the plan', async () => {
    await using stage = await setStage(ASKING);
    const asked: string[] = [];
    await using mcp = await connect({
      era,
      home: stage.home,
      cwd: stage.repository.root,
      person: (message, properties) => {
        asked.push(message);
        const content: Record<string, string> =
          'decision' in properties ? { decision: 'approve' } : { answer1: 'No, below.' };
        return { action: 'accept', content };
      },
    });
    const done = await mcp.call('run_coding_workflow', CALL);
    expect(done).toMatchObject({ outcome: 'approved' });
    expect(asked).toHaveLength(2);
    expect(asked[0]).toContain(QUESTION.question);
    expect(asked[1]).toContain('$ node --input-type=module');
    const events = stage.events(done.run);
    expect(events.find(({ type }) => type === 'question.answered')).toMatchObject({
      answer: 'No, below.',
      by: 'person',
    });
    expect(events.find(({ type }) => type === 'plan.approved')).toMatchObject({ by: 'person' });
  });

  it('without an answer leave assumptions, and no plan is carried out', async () => {
    await using stage = await setStage(ASKING);
    await using mcp = await connect({
      era,
      home: stage.home,
      cwd: stage.repository.root,
      person: () => ({ action: 'cancel' }),
    });
    const parked = await mcp.call('run_coding_workflow', CALL);
    expect(parked).toMatchObject({ outcome: 'parked', resumable: true });
    expect(parked.reason).toContain('nobody answered');
    expect(stage.events(parked.run).find(({ type }) => type === 'question.answered')).toMatchObject({
      by: 'assumption',
    });
    expect(stage.calls('executor')).toHaveLength(0);
  });

  it('may end the run', async () => {
    await using stage = await setStage(SMOOTH);
    await using mcp = await connect({
      era,
      home: stage.home,
      cwd: stage.repository.root,
      person: () => ({ action: 'decline' }),
    });
    expect(await mcp.call('run_coding_workflow', CALL)).toMatchObject({ outcome: 'cancelled', commits: [] });
    expect(stage.calls('executor')).toHaveLength(0);
  });

  it('wait for get_run when the start did not', async () => {
    await using stage = await setStage(SMOOTH);
    await using mcp = await connect({
      era,
      home: stage.home,
      cwd: stage.repository.root,
      person: () => ({ action: 'accept', content: { decision: 'approve' } }),
    });
    const begun = await mcp.call('run_coding_workflow', { ...CALL, waitSeconds: 0 });
    expect(begun.outcome).toBeNull();
    const done = await mcp.call('get_run', { run: begun.run, waitSeconds: 60 });
    expect(done).toMatchObject({ run: begun.run, outcome: 'approved' });
  });
});
