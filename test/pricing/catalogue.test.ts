import { describe, expect, it } from 'vitest';
import { articleCatalogue, buildCatalogue, findPrice, lineageOf, listPrices } from '../../src/pricing/catalogue.ts';
import type { PriceOverride } from '../../src/pricing/price.ts';
import { picoPerToken } from '../../src/pricing/usd.ts';

const DAY = '2026-11-22';
const catalogue = buildCatalogue([]);

describe('catalogue', () => {
  it('finds a price by its exact id', () => {
    expect(findPrice(catalogue, 'anthropic/claude-sonnet-5-5', DAY)).toEqual({
      id: 'anthropic/claude-sonnet-5-5',
      lineage: 'anthropic',
      input: '2',
      output: '10',
      cacheRead: '0.1',
      cacheWrite5m: '2.5',
      cacheWrite1h: '4',
      tiers: [],
      context: 1_000_000,
      maxOutput: 128_000,
      date: '2026-11-22',
      source: 'catalogue',
    });
  });

  it('keeps near misses apart', () => {
    expect(findPrice(catalogue, 'anthropic/claude-sonnet-5', DAY)?.cacheRead).toBe('0.2');
    expect(findPrice(catalogue, 'anthropic/claude-sonnet-5-5', DAY)?.cacheRead).toBe('0.1');
  });

  it.each([
    'anthropic/claude-sonnet-5-6',
    'anthropic/claude-sonnet-5-5-20261001',
    'anthropic/claude-sonnet',
    'claude-sonnet-5-5',
    'Anthropic/claude-sonnet-5-5',
    'openrouter/anthropic/claude-sonnet-5-5',
    ' anthropic/claude-sonnet-5-5',
    'constructor',
    '__proto__',
    '',
  ])('has no price for %j', (id) => {
    expect(findPrice(catalogue, id, DAY)).toBeNull();
  });

  it('changes a price on its day', () => {
    const on = (day: string) => findPrice(catalogue, 'google/gemini-4-argon', day);
    expect(on('2026-11-30')).toMatchObject({ input: '2', output: '10', cacheRead: '0.1', date: '2026-11-22' });
    expect(on('2026-12-01')).toMatchObject({ input: '4', output: '20', cacheRead: '0.2', date: '2026-12-01' });
    expect(on('2027-05-05')).toMatchObject({ input: '4', context: 1_048_576, lineage: 'google' });
  });

  it('holds only prices that multiply exactly, and one row a model', () => {
    const all = [...listPrices(catalogue, DAY), ...listPrices(articleCatalogue(), DAY)];
    expect(listPrices(catalogue, DAY)).toHaveLength(77);
    for (const entry of all.flatMap((price) => [price, ...price.tiers])) {
      for (const rate of [entry.input, entry.output, entry.cacheRead, entry.cacheWrite5m, entry.cacheWrite1h]) {
        if (rate !== null) expect(picoPerToken(rate)).toBeGreaterThan(0n);
      }
    }
  });

  it('prefers the user’s own price on the days it holds, and marks it', () => {
    const mine: PriceOverride[] = [
      { id: 'openai/gpt-4o', input: '1.1', output: 4.4, from: '2026-11-01', until: '2026-12-01' },
      { id: 'ollama/qwen', lineage: 'alibaba', input: 0, output: 0 },
    ];
    const priced = buildCatalogue(mine);
    expect(findPrice(priced, 'openai/gpt-4o', DAY)).toMatchObject({
      input: '1.1',
      output: '4.4',
      cacheRead: null,
      source: 'user',
      date: '2026-11-01',
    });
    expect(findPrice(priced, 'openai/gpt-4o', '2026-12-01')).toMatchObject({ input: '2.5', source: 'catalogue' });
    expect(findPrice(priced, 'ollama/qwen', DAY)).toMatchObject({ input: '0', source: 'user', date: DAY });
    expect(lineageOf(priced, 'ollama/qwen')).toBe('alibaba');
    expect(lineageOf(priced, 'openai/gpt-4o')).toBe('openai');
  });

  it.each<[string, Partial<PriceOverride>]>([
    ['negative', { input: -1 }],
    ['too fine', { output: '0.0000001' }],
    ['no number', { cacheRead: 'cheap' }],
    ['not finite', { input: Number.NaN }],
    ['a tier without a number', { tiers: [{ inputAbove: Number.NaN, input: 1, output: 1 }] }],
    ['a bad rate in a tier', { tiers: [{ inputAbove: 5, input: '', output: 1 }] }],
    ['no date', { from: 'tomorrow' }],
    ['an impossible date', { until: '2026-02-31' }],
  ])('refuses an override that is %s', (_, over) => {
    const build = () => buildCatalogue([{ id: 'a/b', input: 1, output: 1, ...over }]);
    expect(build).toThrow(expect.objectContaining({ code: 'config', message: expect.stringContaining('a/b') }));
  });

  it('has the article’s own table apart', () => {
    const article = articleCatalogue();
    for (const id of ['gpt-4o', 'openai/gpt-4o']) {
      expect(findPrice(article, id, DAY)).toMatchObject({ id, input: '5', output: '15', source: 'article' });
    }
    expect(findPrice(article, 'anthropic/claude-haiku-3', DAY)).toMatchObject({ input: '0.25', output: '1.25' });
    expect(findPrice(catalogue, 'openai/gpt-4o', DAY)?.input).toBe('2.5');
    expect(findPrice(catalogue, 'anthropic/claude-opus-4', DAY)).toBeNull();
  });

  it.each([
    ['anthropic/claude-next-9', 'anthropic'],
    ['xai/grok-4.7', 'xai'],
    ['cursor/composer-2.5', 'cursor'],
    ['google/gemma', 'google'],
    ['openrouter/anthropic/claude-sonnet-5-5', null],
    ['openai/hosted/llama', null],
    ['ollama/qwen', null],
    ['claude-sonnet-5-5', null],
    ['openai/', null],
    ['', null],
  ])('says the lineage of %j is %j', (id, lineage) => {
    expect(lineageOf(catalogue, id)).toBe(lineage);
  });
});
