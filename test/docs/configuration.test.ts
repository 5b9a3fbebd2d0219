import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { KNOWN_PROVIDERS } from '../../src/compose/agents/providers.ts';
import { TRIOS } from '../../src/compose/agents/trios.ts';
import { RepositoryConfig, UserConfig } from '../../src/contract/config.ts';
import { ROLES } from '../../src/contract/role.ts';
import { DEFAULT_SETTINGS } from '../../src/contract/settings.ts';
import { promptSections } from '../../src/handoff/prompt.ts';
import { code, read, rows, section } from './documents.ts';

interface Node {
  properties?: Record<string, Node>;
  additionalProperties?: Node | boolean;
  items?: Node;
}

/** Every key of a schema that holds a value: `review.rounds`, `providers.*.baseUrl`, `prices[].tiers[].input`. */
function keysOf(node: Node, at = ''): string[] {
  const values = node.additionalProperties;
  const others = typeof values === 'object' && values.properties !== undefined ? keysOf(values, `${at}.*`) : [];
  if (node.properties !== undefined) {
    const named = Object.entries(node.properties);
    return [...named.flatMap(([key, child]) => keysOf(child, at === '' ? key : `${at}.${key}`)), ...others];
  }
  if (others.length > 0) return others;
  if (node.items?.properties !== undefined) return keysOf(node.items, `${at}[]`);
  return [at];
}

const keys = (schema: z.ZodType) => keysOf(z.toJSONSchema(schema, { io: 'input' }) as Node);
const table = rows(section(read('docs/configuration.md').text, '## Every key')).slice(1);

describe('docs/configuration.md', () => {
  it('has every key of both files, and whose it is', () => {
    const repository = new Set(keys(RepositoryConfig));
    const real = keys(UserConfig).map((key) => [key, repository.has(key) ? 'both' : 'yours']);
    expect(real.length).toBeGreaterThan(40);
    expect([...repository].filter((key) => !keys(UserConfig).includes(key))).toEqual([]);
    const told = table.map(([key = '', , who]) => [code(key), who]);
    expect(told.sort()).toEqual(real.sort());
    expect(table.filter((row) => (row[3] ?? '').length < 2)).toEqual([]);
  });

  it('has the defaults as they are', () => {
    const { roles, ...settings } = DEFAULT_SETTINGS;
    const list = (values: readonly string[]) => `[${values.join(', ')}]`;
    const real: Record<string, string | number> = {
      trio: 'frontier',
      budget: settings.budgetUsd,
      planning: settings.planning,
      checks: list(settings.checks),
      conventions: list(settings.conventions),
      servedModel: settings.servedModel,
      unpriced: settings.unpriced,
      'review.lineage': settings.lineage,
      'review.blocking': list(settings.blocking),
      'review.rounds': settings.fixRounds,
      'review.tokens': settings.reviewTokens,
      'limits.planRounds': settings.planRounds,
      'limits.contextTokens': settings.contextTokens,
      'limits.repairs': settings.repairs,
      'limits.toolSteps': settings.toolSteps,
      'limits.changeRequests': settings.changeRequests,
      'limits.commandSeconds': settings.commandTimeoutMs / 1000,
    };
    for (const role of ROLES) {
      real[`roles.${role}.effort`] = roles[role].effort;
      real[`roles.${role}.maxOutputTokens`] = roles[role].maxOutputTokens;
    }
    const told = Object.fromEntries(
      table.flatMap(([key = '', value = '']) => (Object.hasOwn(real, code(key)) ? [[code(key), code(value)]] : [])),
    );
    expect(told).toEqual(Object.fromEntries(Object.entries(real).map(([key, value]) => [key, String(value)])));
  });

  it('gives an example that is valid', async () => {
    const yaml = await import('yaml');
    const samples = (name: string) =>
      [...read(name).text.matchAll(/^```yaml\n([\s\S]+?)^```$/gm)].map((match): unknown => yaml.parse(match[1] ?? ''));
    const [repository] = samples('docs/configuration.md');
    expect(RepositoryConfig.safeParse(repository).error?.issues).toBeUndefined();
    const own = [...samples('docs/models.md'), ...samples('docs/prompts.md')];
    expect(own).toHaveLength(4);
    for (const sample of own) expect(UserConfig.safeParse(sample).error?.issues).toBeUndefined();
  });
});

describe('docs/models.md', () => {
  it('has the trios as they are', () => {
    const told = rows(section(read('docs/models.md').text, '## Trios')).slice(1);
    const real = Object.entries(TRIOS).map(([name, trio]) => [name, trio.planner, trio.executor, trio.reviewer]);
    expect(told.map((row) => row.map(code))).toEqual(real);
  });

  it('has the providers as they are', () => {
    const told = rows(section(read('docs/models.md').text, '## Providers')).slice(1);
    const real = Object.entries(KNOWN_PROVIDERS);
    expect(told.map(([name = '']) => code(name))).toEqual(real.map(([name]) => name));
    for (const [index, [, { keys: variables, baseUrl, selfHosted }]] of real.entries()) {
      const [, key = '', protocol = ''] = told[index] ?? [];
      expect([...key.matchAll(/`(\w+)`/g)].map((match) => match[1])).toEqual([...variables]);
      if (selfHosted === true) expect(protocol).toContain(`\`${baseUrl}\``);
    }
  });
});

describe('docs/prompts.md', () => {
  it('has the sections of the package’s prompts', () => {
    let file = '';
    const told: Record<string, string[]> = {};
    for (const [first = '', name = ''] of rows(read('docs/prompts.md').text).slice(1)) {
      if (first !== '') file = code(first);
      told[file] = [...(told[file] ?? []), code(name)];
    }
    const real = ROLES.map((role) => {
      const path = `prompts/${role}.md`;
      return [path, [...promptSections(read(path).text, path).keys()]];
    });
    expect(told).toEqual(Object.fromEntries(real));
  });
});
