import { describe, expect, it } from 'vitest';
import { TRIOS } from '../../../src/compose/agents/trios.ts';
import { mergeSettings } from '../../../src/compose/config/settings.ts';
import { RepositoryConfig, UserConfig } from '../../../src/contract/config.ts';
import type { Overrides } from '../../../src/contract/order.ts';
import { DEFAULT_SETTINGS } from '../../../src/contract/settings.ts';

const merge = (user: unknown = {}, repository: unknown = {}, overrides: Overrides = {}) =>
  mergeSettings(
    {
      user: UserConfig.parse(user),
      repository: RepositoryConfig.parse(repository),
      root: '/home/ada/shop',
      userFile: '/home/ada/.config/tercet/config.yaml',
    },
    overrides,
  );

describe('settings', () => {
  it('are the defaults and the frontier trio when nobody says anything', () => {
    const { settings, roles, stronger, trio } = merge();
    expect(settings).toEqual(DEFAULT_SETTINGS);
    expect(trio).toBe('frontier');
    expect(roles.planner).toEqual({ model: TRIOS.frontier?.planner, lineage: null, prompt: null });
    expect(stronger).toBeNull();
  });

  it('are the person’s over the defaults, the repository’s over the person’s, and flags over both', () => {
    const user = {
      planning: 'never',
      review: { rounds: 5 },
      limits: { repairs: 7, commandSeconds: 60 },
      checks: ['mine'],
    };
    const repository = { planning: 'always', review: { rounds: 4 }, checks: ['npm test'] };
    expect(merge(user).settings).toMatchObject({
      planning: 'never',
      fixRounds: 5,
      repairs: 7,
      commandTimeoutMs: 60_000,
      checks: ['mine'],
    });
    expect(merge(user, repository).settings).toMatchObject({
      planning: 'always',
      fixRounds: 4,
      repairs: 7,
      checks: ['npm test'],
    });
    expect(merge(user, repository, { planning: 'auto', fixRounds: 0, approval: 'skip' }).settings).toMatchObject({
      planning: 'auto',
      fixRounds: 0,
      approval: 'skip',
    });
  });

  it('of a role are merged one by one', () => {
    const { settings } = merge(
      { roles: { planner: { effort: 'max' } } },
      { roles: { planner: { maxOutputTokens: 100 }, reviewer: { effort: 'none' } } },
      { efforts: { reviewer: 'high' } },
    );
    expect(settings.roles).toEqual({
      planner: { effort: 'max', maxOutputTokens: 100 },
      executor: DEFAULT_SETTINGS.roles.executor,
      reviewer: { effort: 'high', maxOutputTokens: 16_000 },
    });
  });
});

describe('the budget', () => {
  it.each([
    [undefined, undefined, undefined, '5'],
    [2, undefined, undefined, '2'],
    [2, 1, undefined, '1'],
    [2, 100, undefined, '2'],
    [undefined, 100, undefined, '5'],
    [undefined, '0.25', undefined, '0.25'],
    [2, 0, undefined, '0'],
    [2, 1, '30', '30'],
    [0.0000001, undefined, undefined, '0.0000001'],
  ])(
    'user %s, repository %s, flag %s: %s. A repository lowers it, never raises it',
    (user, repository, flag, budget) => {
      const of = (amount: unknown) => (amount === undefined ? {} : { budget: amount });
      expect(merge(of(user), of(repository), { budgetUsd: flag }).settings.budgetUsd).toBe(budget);
    },
  );

  it.each(['NaN', '-1', 'much', ''])('%s is none', (budgetUsd) => {
    expect(() => merge({}, {}, { budgetUsd })).toThrow(expect.objectContaining({ code: 'usage', exitCode: 2 }));
  });
});

describe('the models', () => {
  it('start from a trio, by name: the flag’s, the repository’s, the person’s', () => {
    const own = { trios: { mine: { planner: 'a/p', executor: 'b/e', reviewer: 'c/r' } } };
    expect(merge({ ...own, trio: 'mine' }).roles.executor.model).toBe('b/e');
    expect(merge({ ...own, trio: 'mine' }, { trio: 'budget' }).trio).toBe('budget');
    expect(merge(own, { trio: 'budget' }, { trio: 'mine' }).roles.planner.model).toBe('a/p');
  });

  it.each([['nonsense'], ['constructor'], ['__proto__']])('a trio nobody knows is refused: %s', (trio) => {
    const own = { trios: { mine: { planner: 'a/p', executor: 'b/e', reviewer: 'c/r' } } };
    expect(() => merge(own, {}, { trio })).toThrow(
      expect.objectContaining({ code: 'config', hint: 'Known trios: frontier, article, budget, local, mine.' }),
    );
  });

  it('are overridden role by role; a trio by flag wins over the files, a model by flag over all', () => {
    const user = { roles: { executor: { model: 'a/user' } } };
    const repository = { roles: { executor: { model: 'a/repository', stronger: 'a/strong' } } };
    expect(merge(user).roles.executor.model).toBe('a/user');
    expect(merge(user, repository).roles.executor.model).toBe('a/repository');
    expect(merge(user, repository).stronger).toBe('a/strong');
    expect(merge(user, repository, { trio: 'budget' }).roles.executor.model).toBe(TRIOS.budget?.executor);
    expect(merge(user, repository, { trio: 'budget', models: { executor: 'a/flag' } }).roles.executor.model).toBe(
      'a/flag',
    );
  });

  it('are provider/model', () => {
    expect(() => merge({}, {}, { models: { executor: 'haiku' } })).toThrow(
      expect.objectContaining({ code: 'usage', message: '"haiku" is not a model id.' }),
    );
  });

  it('have the lineage a person states only where it is the model they stated it of', () => {
    const user = { roles: { reviewer: { model: 'mine/fine-tuned', lineage: 'acme' } } };
    expect(merge(user).roles.reviewer.lineage).toBe('acme');
    expect(merge(user, {}, { models: { reviewer: 'anthropic/claude-haiku-5-5' } }).roles.reviewer.lineage).toBeNull();
    expect(
      merge(user, { roles: { reviewer: { model: 'anthropic/claude-haiku-5-5' } } }).roles.reviewer.lineage,
    ).toBeNull();
    expect(merge({ roles: { reviewer: { lineage: 'acme' } } }).roles.reviewer.lineage).toBe('acme');
  });

  it('read a prompt of the person’s own beside their file, and none of a repository’s', () => {
    expect(merge({ roles: { planner: { prompt: 'planner.md' } } }).roles.planner.prompt).toBe(
      '/home/ada/.config/tercet/planner.md',
    );
    expect(RepositoryConfig.safeParse({ roles: { planner: { prompt: 'x' } } }).success).toBe(false);
    expect(RepositoryConfig.safeParse({ roles: { reviewer: { lineage: 'x' } } }).success).toBe(false);
  });
});
