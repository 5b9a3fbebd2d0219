import { describe, expect, it } from 'vitest';
import { RUN, SMOOTH } from '../../support/shop-change.ts';
import { type Stage, setStage, summary } from '../../support/stage.ts';

const host = (stage: Stage) => ({ OLLAMA_HOST: new URL(stage.server.url).host });

describe('models of one’s own machine', () => {
  it('plan, execute and review for nothing, although one of them cannot write JSON', async () => {
    const [review] = SMOOTH.reviewer;
    const broken = `<think>Is {"criteria": []} enough?</think>Here it is:\n\`\`\`json\n${JSON.stringify(review?.object).replace(/\}$/, ',\n}')}\n\`\`\``;
    await using stage = await setStage({ ...SMOOTH, reviewer: [{ text: broken }] });
    const result = await stage.tercet([...RUN, '--trio', 'local'], { env: host(stage) });
    expect(result.code, result.stderr).toBe(0);
    expect(summary(result)).toMatchObject({ outcome: 'approved', cost: { usd: '0' } });
    expect(
      (await stage.receipts()).map(({ requestedModel, cost }) => `${requestedModel} ${cost.basis} ${cost.usd}`),
    ).toEqual(['ollama/qwen3-coder:30b local 0', 'ollama/qwen3-coder:30b local 0', 'ollama/gpt-oss:20b local 0']);
  });

  it('say how they are got when the server does not have them', async () => {
    const body = {
      error: { message: 'model "qwen3-coder:30b" not found, try pulling it first', type: 'not_found_error' },
    };
    await using stage = await setStage({ ...SMOOTH, planner: [{ fault: { kind: 'status', status: 404, body } }] });
    const result = await stage.tercet([...RUN, '--trio', 'local'], { env: host(stage) });
    expect(result.code, result.stderr).toBe(2);
    expect(result.stderr).toContain('ollama pull qwen3-coder:30b');
  });

  it('say how their server is started when none answers', async () => {
    await using stage = await setStage(SMOOTH);
    const env = host(stage);
    await stage.server.close();
    const result = await stage.tercet([...RUN, '--trio', 'local'], { env });
    expect(result.code, result.stderr).toBe(1);
    expect(result.stderr).toContain(`no server answers at http://${env.OLLAMA_HOST}/v1`);
    expect(result.stderr).toContain('ollama serve');
  });
});
