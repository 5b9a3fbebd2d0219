import { describe, expect, it } from 'vitest';
import { articleCatalogue } from '../../src/pricing/catalogue.ts';
import { estimate } from '../../src/pricing/estimate.ts';
import { showSaved } from '../../src/pricing/saved.ts';
import { showUsd } from '../../src/pricing/usd.ts';
import { catalogue, DAY } from './fixtures.ts';

const tokens = { planning: 2_000, implementation: 15_000, review: 3_000 };

describe('estimate', () => {
  it('reproduces the method’s table row by row', () => {
    const trio = { planner: 'claude-opus-4', executor: 'claude-haiku-3', reviewer: 'gpt-4o' };
    const table = estimate({ tokens, trio, single: 'claude-opus-4', catalogue: articleCatalogue(), day: DAY });
    expect(table.rows).toEqual([
      { phase: 'planning', tokens: 2_000, singleUsd: '0.15', multiModel: 'claude-opus-4', multiUsd: '0.15' },
      {
        phase: 'implementation',
        tokens: 15_000,
        singleUsd: '1.125',
        multiModel: 'claude-haiku-3',
        multiUsd: '0.01875',
      },
      { phase: 'review', tokens: 3_000, singleUsd: '0.225', multiModel: 'gpt-4o', multiUsd: '0.045' },
    ]);
    expect(table).toMatchObject({ tokens: 20_000, singleUsd: '1.5', multiUsd: '0.21375', saved: 0.8575 });
    expect([showUsd(table.singleUsd), showUsd(table.multiUsd), showSaved(table.saved)]).toEqual([
      '$1.50',
      '$0.21',
      '85.8% less',
    ]);
    expect(table.basis).toContain('all tokens priced as output');
  });

  const trio = {
    planner: 'anthropic/claude-fable-5-2',
    executor: 'anthropic/claude-haiku-5-5',
    reviewer: 'openai/gpt-6.1-sol',
  };
  const options = { trio, single: trio.planner, catalogue, day: DAY };

  it('prices any trio, with input and output apart where they are given', () => {
    const split = { ...tokens, planning: { input: 10_000, output: 2_000 } };
    const table = estimate({ ...options, tokens: split });
    // 10000×8 + 2000×40 per million.
    expect(table.rows[0]).toMatchObject({ tokens: 12_000, singleUsd: '0.16', multiUsd: '0.16' });
    expect(table.basis).toContain('without tiers');
  });

  it('names a model without a price, and a count that is none', () => {
    expect(() => estimate({ ...options, tokens, single: 'ollama/qwen' })).toThrow(
      expect.objectContaining({ code: 'usage', message: expect.stringContaining('ollama/qwen') }),
    );
    expect(() => estimate({ ...options, tokens: { ...tokens, review: -1 } })).toThrow(
      expect.objectContaining({ code: 'usage', message: expect.stringContaining('review') }),
    );
  });
});
