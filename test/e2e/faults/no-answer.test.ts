import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { aPlan } from '../../support/answers.ts';
import type { Reply } from '../../support/model-server/server.ts';
import { RUN, SMOOTH, TASK } from '../../support/shop-change.ts';
import { summary } from '../../support/stage.ts';
import { faultStage, status } from './fault-stage.ts';

const FALLBACK = 'roles: { reviewer: { fallback: google/gemini-3.8-flash } }\n';
const REFUSES: Reply = { text: 'I cannot help with that.', stop: 'refusal' };

describe('a model that declines', () => {
  it('refusal: is never success, never asked in the same words, and says what to do', async () => {
    await using stage = await faultStage({ ...SMOOTH, reviewer: [REFUSES, ...SMOOTH.reviewer] });
    const { result, of, calls, said, sleeps, run } = await stage.run();
    expect(result).toMatchObject({ outcome: 'inconclusive', exitCode: 4 });
    expect(calls('reviewer')).toHaveLength(1);
    expect(sleeps).toEqual([]);
    const [receipt] = of('review');
    expect(receipt).toMatchObject({
      state: 'failed',
      failure: 'refused',
      usage: { output: calls('reviewer')[0]?.usage?.output },
    });
    expect(Number(receipt?.cost.usd)).toBeGreaterThan(0);
    expect(said).toContain('the same words would be declined again');
    expect(said).toContain('roles.reviewer.fallback');
    expect(run).not.toBe('');
  });

  it('refusal: is not asked again in the same words when the run is carried on', async () => {
    await using stage = await faultStage({ ...SMOOTH, planner: [REFUSES, ...SMOOTH.planner] });
    const first = await stage.run();
    expect(first.result).toMatchObject({ outcome: 'failed' });
    const again = await stage.run(first.run);
    expect(again.result).toMatchObject({ outcome: 'failed' });
    expect(again.calls('planner')).toHaveLength(1);
    expect(again.of('plan')).toHaveLength(1);
  });

  it('refusal or content filter: the fallback answers where one is configured', async () => {
    await using stage = await faultStage(
      { ...SMOOTH, reviewer: [{ ...REFUSES, stop: 'content-filter' }, ...SMOOTH.reviewer] },
      { config: FALLBACK },
    );
    const { result, of, events, said } = await stage.run();
    expect(result.outcome, result.reason).toBe('approved');
    expect(of('review')).toMatchObject([
      { requestedModel: 'openai/gpt-6.1-sol', state: 'failed', failure: 'refused' },
      { requestedModel: 'google/gemini-3.8-flash', state: 'settled', insteadOf: 'openai/gpt-6.1-sol' },
    ]);
    expect(events('call.rerouted')).toHaveLength(1);
    expect(said).toContain('google/gemini-3.8-flash stands in for openai/gpt-6.1-sol');
  });
});

describe('a request that is too long', () => {
  /** The sample shop is small: less context than it has, so that a quarter is less than that. */
  const SMALL = { config: 'limits: { contextTokens: 400 }\n' };
  const tooLong = (message = 'prompt is too long: 210000 tokens > 200000 maximum') =>
    status(400, {}, { type: 'error', error: { type: 'invalid_request_error', message } });

  it('context overflow of the planner: asks once more with less of the repository', async () => {
    await using stage = await faultStage({ ...SMOOTH, planner: [tooLong(), ...SMOOTH.planner] }, SMALL);
    const { result, of, calls, said } = await stage.run();
    expect(result.outcome, result.reason).toBe('approved');
    const [first, second] = calls('planner').map(({ body }) => JSON.stringify(body).length);
    expect(second).toBeLessThan(first ?? 0);
    expect(of('plan')).toMatchObject([
      { state: 'failed', failure: 'too-long', cost: { usd: '0' } },
      { state: 'settled' },
    ]);
    expect(said).toContain('too long for the model; asking again with a quarter of the repository');
  });

  it('context overflow again: fails with the sizes', async () => {
    await using stage = await faultStage({ ...SMOOTH, planner: [tooLong(), tooLong()] }, SMALL);
    const { result, of, calls, said, run } = await stage.run();
    expect(result).toMatchObject({ outcome: 'failed', exitCode: 1 });
    expect(calls('planner')).toHaveLength(2);
    expect(of('plan').map(({ cost }) => cost.usd)).toEqual(['0', '0']);
    expect(said).toContain('210000 tokens > 200000 maximum');
    expect(said).toMatch(
      /The request has about \d+ tokens \(estimated\), and up to 16000 of output; the model takes \d+ in all\./,
    );
    // Carried on, the same words are not sent again.
    await stage.run(run);
    expect(calls('planner')).toHaveLength(2);
  });

  it('context overflow of the executor: asks once more without the files it only reads', async () => {
    const task = { ...TASK, read: ['src/cart.js', 'src/catalogue.js'] };
    await using stage = await faultStage({
      ...SMOOTH,
      planner: [{ object: aPlan([task]) }],
      executor: [tooLong(), ...SMOOTH.executor],
    });
    const { result, calls, said } = await stage.run();
    expect(result.outcome, result.reason).toBe('approved');
    const [first, second] = calls('executor').map(({ body }) => JSON.stringify(body));
    expect(first).toContain('class Cart');
    expect(second).not.toContain('class Cart');
    expect(second).toContain('percentOf');
    expect(said).toContain('executor T1: too long for the model; asking again with the files it changes only');
  });

  it('context overflow of the reviewer: asks again in smaller parts, and every hunk is read', async () => {
    const overflow = status(400, {}, { error: { message: 'Too long.', code: 'context_length_exceeded' } });
    const rows = Array.from({ length: 160 }, (_, n) => `export const row${n} = 'a row of the table, number ${n}';`);
    const task = { ...TASK, files: [...TASK.files, { path: 'src/rows.js', action: 'create' as const }] };
    const edit = SMOOTH.executor[0]?.text ?? '';
    await using stage = await faultStage(
      {
        planner: [{ object: aPlan([task]) }],
        executor: [{ text: `src/rows.js\n<<<<<<< FILE\n${rows.join('\n')}\n>>>>>>> FILE\n\n${edit}` }],
        reviewer: [overflow, ...SMOOTH.reviewer, ...SMOOTH.reviewer],
      },
      { config: 'review: { tokens: 20000 }\n' },
    );
    const { result, calls, said, of } = await stage.run();
    expect(result.outcome, `${result.reason}\n${said}`).toBe('approved');
    const sizes = calls('reviewer').map(({ body }) => JSON.stringify(body).length);
    expect(sizes.length).toBeGreaterThan(1);
    expect(Math.max(...sizes.slice(1))).toBeLessThanOrEqual(sizes[0] ?? 0);
    expect(result.review?.coverage).toMatchObject({ hunks: 2, reviewed: 2, skipped: [] });
    expect(of('review')[0]).toMatchObject({ failure: 'too-long', cost: { usd: '0' } });
    expect(said).toContain('asking again with smaller parts of the change');
  });
});

describe('a request that is refused at the door', () => {
  it('unknown model without a price: fails before the run, without a call', async () => {
    await using stage = await faultStage(SMOOTH, { config: 'roles: { reviewer: { model: openai/gpt-nope } }\n' });
    await expect(stage.run()).rejects.toMatchObject({ code: 'config', exitCode: 2 });
    expect(stage.stage.server.log).toEqual([]);
    expect(await stage.stage.receipts()).toEqual([]);
  });

  it('unknown model: ends with 2, and nothing more is spent', async () => {
    const nope = status(
      404,
      {},
      { error: { message: 'The model `gpt-6.1-sol` does not exist', code: 'model_not_found' } },
    );
    await using stage = await faultStage({ ...SMOOTH, reviewer: [nope, ...SMOOTH.reviewer] });
    const { result, of, calls, said } = await stage.run();
    expect(result).toMatchObject({ outcome: 'failed', exitCode: 2 });
    expect(calls('reviewer')).toHaveLength(1);
    expect(of('review')).toMatchObject([{ state: 'failed', failure: 'unknown-model', cost: { usd: '0' } }]);
    expect(said).toContain('ids are exact');
  });

  it('bad key: pauses all runs on that key, until it is mended', async () => {
    const bad = status(
      401,
      {},
      { type: 'error', error: { type: 'authentication_error', message: 'invalid x-api-key' } },
    );
    await using stage = await faultStage({
      planner: [bad, ...SMOOTH.planner, ...SMOOTH.planner],
      executor: [...SMOOTH.executor, ...SMOOTH.executor],
      reviewer: [...SMOOTH.reviewer, ...SMOOTH.reviewer],
    });
    const { home } = stage.stage;
    const first = await stage.run();
    expect(first.result).toMatchObject({ outcome: 'parked', exitCode: 5, parkedUntil: null });
    expect(first.of('plan')).toMatchObject([{ state: 'failed', failure: 'bad-key', cost: { usd: '0' } }]);
    expect(first.said).toContain(
      'The key in your environment is not accepted: is it whole, still valid, and of this provider?',
    );
    // Another run, in another process even, does not ask with it.
    const other = await stage.stage.tercet([
      'run',
      '--yes',
      '--json',
      '--always-plan',
      'Refuse shares above 100 percent',
    ]);
    expect(other.code, other.stderr).toBe(5);
    expect(other.stderr).toContain('so no call was made with it');
    expect(first.calls('planner')).toHaveLength(1);
    // A new key is used at once.
    home.env.ANTHROPIC_API_KEY = 'sk-ant-another-0123456789abcdef';
    const mended = await stage.run();
    expect(mended.result.outcome, mended.result.reason).toBe('approved');
    // The old one is tried again when the person says so.
    home.env.ANTHROPIC_API_KEY = 'sk-ant-test-0123456789abcdef';
    const doctor = await stage.stage.tercet(['doctor']);
    expect(doctor.stdout).toContain('1 key had been refused');
    const resumed = await stage.run(first.run);
    expect(resumed.result.outcome, resumed.result.reason).toBe('approved');
  });

  it('bad key: a run under way in another process makes no further call with it', async () => {
    const bad = status(401);
    let end = () => {};
    const refused = new Promise<void>((resolve) => {
      end = resolve;
    });
    let asked = () => {};
    const underWay = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const [plan] = SMOOTH.planner;
    const slow = async () => {
      asked();
      await refused;
      return plan as Reply;
    };
    await using stage = await faultStage({ ...SMOOTH, planner: [slow, bad] });
    const other = stage.stage.tercet(RUN);
    await underWay;
    const here = await stage.run();
    end();
    expect(here.result).toMatchObject({ outcome: 'parked', exitCode: 5 });
    const there = await other;
    // Its plan was answered after the key had been refused: paid, kept, and no sign that the key is good.
    expect(there.code, there.stderr).toBe(5);
    expect(there.stderr).toContain('so no call was made with it');
    expect(stage.stage.calls('executor')).toEqual([]);
    const receipts = await stage.stage.receipts(summary(there).run);
    expect(receipts.map(({ purpose, state }) => [purpose, state])).toEqual([['plan', 'settled']]);
  });

  it('key echoed in an error body: is written nowhere', async () => {
    const key = 'sk-ant-test-0123456789abcdef';
    const body = { type: 'error', error: { type: 'authentication_error', message: `invalid x-api-key: ${key}` } };
    await using stage = await faultStage({ ...SMOOTH, planner: [status(401, {}, body)] });
    const { said, of } = await stage.run();
    expect(said).toContain('invalid x-api-key: [key]');
    expect(of('plan')[0]?.error).not.toContain(key);
    const { folder } = stage.stage.home;
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((each) => each.isFile());
    const names = files.map(({ parentPath }) => path.basename(parentPath));
    expect(names).toContain('refused-keys');
    for (const { parentPath, name } of files) {
      expect(readFileSync(path.join(parentPath, name)).includes(key), name).toBe(false);
    }
  });
});
