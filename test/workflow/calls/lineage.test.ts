import { describe, expect, it } from 'vitest';
import { scriptedAgent } from '../../../src/testing/scripted-agent.ts';
import { checkLineage } from '../../../src/workflow/calls/lineage.ts';
import { type ContextOptions, makeContext } from '../../support/run-context.ts';

const agent = (role: 'executor' | 'reviewer', lineage: string | null, model = `${lineage}/${role}`) => ({
  ...scriptedAgent(role, () => ({}), { model }),
  lineage,
});

async function check(options: ContextOptions) {
  const run = await makeContext(options);
  return { run, result: () => checkLineage(run.ctx) };
}

describe('the lineage of the reviewer', () => {
  it('differs from the executor’s, or no call is made', async () => {
    const { result } = await check({
      executor: agent('executor', 'anthropic'),
      reviewer: agent('reviewer', 'anthropic'),
    });
    expect(result).toThrow(
      expect.objectContaining({
        code: 'lineage',
        exitCode: 2,
        message:
          'Reviewer anthropic/reviewer and executor anthropic/executor are of the same lineage (anthropic). No call was made.',
      }),
    );
  });

  it('passes when it differs', async () => {
    const { result, run } = await check({
      executor: agent('executor', 'anthropic'),
      reviewer: agent('reviewer', 'openai'),
    });
    result();
    expect(run.events).toEqual([]);
  });

  it('counts as the same when nobody knows it', async () => {
    const { result } = await check({
      executor: agent('executor', null, 'mine/x'),
      reviewer: agent('reviewer', 'openai'),
    });
    expect(result).toThrow(/Nobody can say whether reviewer openai\/reviewer and executor mine\/x/);
  });

  it('is held against the stronger executor too', async () => {
    const { result } = await check({
      executor: agent('executor', 'anthropic'),
      stronger: agent('executor', 'openai', 'openai/strong'),
      reviewer: agent('reviewer', 'openai'),
    });
    expect(result).toThrow(/executor openai\/strong are of the same lineage \(openai\)/);
  });

  it('only warns, or says nothing, when that is set', async () => {
    const same = { executor: agent('executor', 'google'), reviewer: agent('reviewer', 'google') };
    const warned = await check({ ...same, settings: { lineage: 'warn' } });
    warned.result();
    expect(warned.run.of('warning.raised')).toMatchObject([{ code: 'lineage' }]);
    const off = await check({ ...same, settings: { lineage: 'off' } });
    off.result();
    expect(off.run.events).toEqual([]);
  });
});
