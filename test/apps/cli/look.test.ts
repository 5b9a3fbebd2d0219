import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inProcess } from '../../support/in-process.ts';

/** The commands that need no repository: models and estimate. */
let home = '';
beforeAll(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'tercet-test-look-'));
});
afterAll(() => rm(home, { recursive: true, force: true }));

const look = (...args: string[]) => inProcess(args, { env: { TERCET_HOME: home, PATH: process.env.PATH }, cwd: home });

describe('models', () => {
  test('golden: a filtered table, columns aligned', async () => {
    const { code, stdout } = await look('models', 'claude', '5-5');
    expect(code).toBe(0);
    await expect(stdout).toMatchFileSnapshot('../../golden/output/models.txt');
  });

  test('lists the trios, aligned, and how to use any other model', async () => {
    const { stdout } = await look('models');
    const trios = stdout.slice(stdout.indexOf('Trios'));
    await expect(trios).toMatchFileSnapshot('../../golden/output/trios.txt');
    const rows = stdout.split('\n').filter((line) => /^(anthropic|openai|google|xai)\//.test(line));
    expect(rows.length).toBeGreaterThan(20);
    const ends = rows.map((row) => row.search(/ (anthropic|openai|google|xai)$/));
    expect(new Set(ends).size).toBe(1);
  });

  test('says when nothing matches, and is JSON when asked', async () => {
    expect((await look('models', 'nothing')).stdout).toContain('No model with a known price matches "nothing"');
    const { stdout } = await look('models', 'HAIKU', '5-5', '--json');
    const { day, models, trios } = JSON.parse(stdout);
    expect(day).toMatch(/^\d{4}-\d{2}-\d{2}$/);
    expect(models).toMatchObject([{ id: 'anthropic/claude-haiku-5-5', input: '0.1', output: '0.5' }]);
    expect(Object.keys(trios)).toEqual(['frontier', 'article', 'budget', 'local']);
  });

  test('marks prices that are the person’s own', async () => {
    await writeFile(path.join(home, 'config.yaml'), 'prices:\n  - { id: mine/model-1, input: 1, output: 2 }\n');
    const { stdout } = await look('models', 'mine');
    await rm(path.join(home, 'config.yaml'));
    expect(stdout).toMatch(/^mine\/model-1 +1 +2 +- +unknown {2}\(your price\)$/m);
  });
});

describe('estimate', () => {
  const TOKENS = ['--planning', '2000', '--implementation', '15000', '--review', '3000'];

  test('golden: the method’s table, row by row', async () => {
    const { code, stdout } = await look('estimate', ...TOKENS, '--trio', 'article');
    expect(code).toBe(0);
    await expect(stdout).toMatchFileSnapshot('../../golden/output/estimate.txt');
  });

  test('the same figures, exact', async () => {
    const { stdout } = await look('estimate', ...TOKENS, '--trio', 'article', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      single: 'anthropic/claude-opus-4',
      tokens: 20_000,
      rows: [
        { phase: 'planning', tokens: 2_000, singleUsd: '0.15', multiUsd: '0.15' },
        { phase: 'implementation', tokens: 15_000, singleUsd: '1.125', multiUsd: '0.01875' },
        { phase: 'review', tokens: 3_000, singleUsd: '0.225', multiUsd: '0.045' },
      ],
      singleUsd: '1.5',
      multiUsd: '0.21375',
    });
    expect(JSON.parse(stdout).saved).toBeCloseTo(0.858, 3);
  });

  test('reads 15k and input+output; another model to compare with', async () => {
    const args = ['--planning', '2k', '--implementation', '12000+3000', '--review', '3_000'];
    const { stdout } = await look('estimate', ...args, '--single', 'openai/gpt-5', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ single: 'openai/gpt-5', tokens: 20_000 });
  });

  test.each([
    [['--review', 'x'], '"x" is not a number of tokens.'],
    [['--review', '-5'], '"-5" is not a number of tokens.'],
    [['--review', '1.5'], '"1.5" is not a number of tokens.'],
    [['--review', '1', '--trio', 'nope'], 'There is no trio "nope".'],
    [['--review', '1', '--single', 'openai/nope'], 'openai/nope'],
  ])('%j is refused with a reason', async (more, message) => {
    const { code, stderr } = await look('estimate', '--planning', '1', '--implementation', '1', ...more);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});
