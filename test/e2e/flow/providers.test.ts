import { describe, expect, it } from 'vitest';
import type { ModelServer } from '../../support/model-server/server.ts';
import { RUN, SMOOTH } from '../../support/shop-change.ts';
import { setStage, summary } from '../../support/stage.ts';

/** An OpenAI-compatible endpoint of the person's own, with a key, a price and a lineage of its own. */
const own =
  (lines: { lineage?: string; structured?: boolean; price?: boolean; local?: boolean }) => (server: ModelServer) => {
    const extra = [
      lines.lineage === undefined ? '' : `, lineage: ${lines.lineage}`,
      lines.structured === true ? ', structured: true' : '',
      lines.local === true ? ', local: true' : ', apiKeyEnv: MINE_KEY',
    ].join('');
    const price = '\nprices:\n  - { id: mine/some-model, input: 0.5, output: 2 }\n';
    return `  mine: { baseUrl: ${server.url}/own/v1${extra} }${lines.price === false ? '\n' : price}`;
  };
const env = { MINE_KEY: 'mine-0123456789' };

describe('an OpenAI-compatible endpoint', () => {
  it('executes, at the price of the configuration', async () => {
    await using stage = await setStage(SMOOTH, { config: own({ lineage: 'mine' }) });
    const result = await stage.tercet([...RUN, '--executor', 'mine/some-model'], { env });
    expect(result.code, result.stderr).toBe(0);
    const [call] = stage.calls('executor');
    expect(call).toMatchObject({
      provider: 'openai-chat',
      path: '/own/v1/chat/completions',
      requestedModel: 'some-model',
    });
    expect(call?.headers.authorization).toBe('***');
    const receipt = (await stage.receipts()).find(({ role }) => role === 'executor');
    const { inputUncached = 0, output = 0 } = call?.usage ?? {};
    expect(receipt).toMatchObject({
      requestedModel: 'mine/some-model',
      servedModel: 'mine/some-model',
      usage: call?.usage,
    });
    expect(Number(receipt?.cost.usd)).toBeCloseTo((inputUncached * 0.5 + output * 2) / 1_000_000, 12);
  });

  for (const structured of [true, false]) {
    it(`reviews ${structured ? 'with' : 'without'} structured output`, async () => {
      await using stage = await setStage(SMOOTH, { config: own({ lineage: 'mine', structured }) });
      const result = await stage.tercet([...RUN, '--reviewer', 'mine/some-model'], { env });
      expect(result.code, result.stderr).toBe(0);
      const body = stage.calls('reviewer')[0]?.body as { response_format?: { type: string } };
      expect(body.response_format?.type).toBe(structured ? 'json_schema' : undefined);
      const report = await stage.tercet(['show', summary(result).run, '--report']);
      expect(report.stdout).toContain('Reviewed by `mine/some-model`');
    });
  }

  it('may not review what Anthropic executed when nobody says who trained it', async () => {
    await using stage = await setStage(SMOOTH, { config: own({}) });
    const result = await stage.tercet([...RUN, '--reviewer', 'mine/some-model'], { env });
    expect(result.code).toBe(2);
    expect(result.stderr).toContain('Nobody can say whether reviewer mine/some-model');
    expect(result.stderr).toContain('`lineage:`');
    expect(stage.server.log).toEqual([]);
  });

  it('is not called without a price, unless it runs on this machine, where it costs nothing', async () => {
    await using dear = await setStage(SMOOTH, { config: own({ lineage: 'mine', price: false }) });
    const refused = await dear.tercet([...RUN, '--executor', 'mine/some-model'], { env });
    expect(refused.code, refused.stderr).toBe(2);
    expect(refused.stderr).toContain('There is no price for mine/some-model');
    expect(dear.server.log).toEqual([]);

    await using free = await setStage(SMOOTH, { config: own({ lineage: 'mine', price: false, local: true }) });
    const result = await free.tercet([...RUN, '--executor', 'mine/some-model']);
    expect(result.code, result.stderr).toBe(0);
    expect(summary(result).cost.byRole.executor).toMatchObject({ usd: '0', calls: 1 });
  });
});

it('is reviewed by Google, over its own protocol', async () => {
  await using stage = await setStage({
    ...SMOOTH,
    reviewer: SMOOTH.reviewer.map((line) => ({ ...line, thinking: 'hm' })),
  });
  const result = await stage.tercet([...RUN, '--reviewer', 'google/gemini-3.8-flash']);
  expect(result.code, result.stderr).toBe(0);
  const [call] = stage.calls('reviewer');
  expect(call).toMatchObject({ provider: 'google', servedModel: 'gemini-3.8-flash' });
  const receipt = (await stage.receipts()).find(({ role }) => role === 'reviewer');
  expect(receipt).toMatchObject({
    servedModel: 'google/gemini-3.8-flash',
    usage: call?.usage,
    cost: { basis: 'computed' },
  });
});
