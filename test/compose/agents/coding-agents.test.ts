import { describe, expect, it } from 'vitest';
import { castAgents } from '../../../src/compose/agents/agents.ts';
import { mergeSettings } from '../../../src/compose/config/settings.ts';
import { UserConfig } from '../../../src/contract/config.ts';
import { buildCatalogue } from '../../../src/pricing/catalogue.ts';
import { installFake } from '../../support/fake-agent/install.ts';

function casting(user: unknown, env: Record<string, string> = {}, needed: readonly 'executor'[] = []) {
  const config = UserConfig.parse(user);
  const merged = mergeSettings({ user: config, repository: {} } as Parameters<typeof mergeSettings>[0], {});
  return castAgents(merged, config, buildCatalogue([]), env, {}, needed);
}

const executor = (model: string, more: object = {}) => ({ roles: { executor: { model, ...more } } });

describe('a coding agent in a role', () => {
  it.each([
    ['claude-code/claude-haiku-5-5', 'anthropic'],
    ['codex/gpt-6.1-sol', 'openai'],
    ['codex/some-new-model', 'openai'],
    ['cursor/composer-2.5', 'cursor'],
    ['cursor/gpt-6.1-sol', 'openai'],
    ['cursor/mystery', null],
  ])('%s is of lineage %s', (model, lineage) => {
    expect(casting(executor(model)).agents.executor).toMatchObject({ model, lineage, can: { worktree: true } });
  });

  it('is paid by key where one is set, and by its login otherwise', () => {
    const billing = (env: Record<string, string>, user: object = {}) =>
      casting({ ...executor('codex/gpt-6.1-sol'), ...user }, env).agents.executor;
    expect(billing({})).toMatchObject({ billing: 'subscription' });
    expect(billing({ OPENAI_API_KEY: 'sk-x' })).toMatchObject({ billing: 'subscription' });
    expect(billing({ CODEX_API_KEY: 'sk-x' })).toMatchObject({ billing: 'metered', usdPerTurn: '1' });
    const login = { agents: { codex: { billing: 'login' } } };
    expect(billing({ CODEX_API_KEY: 'sk-x' }, login)).toMatchObject({ billing: 'subscription' });
    const most = { agents: { codex: { usdPerTurn: 0.5 } } };
    expect(billing({ CODEX_API_KEY: 'sk-x' }, most)).toMatchObject({ usdPerTurn: '0.5' });
  });

  it('has to be there when it is needed: on PATH, never in a relative folder, or where the person says', () => {
    using fake = installFake('codex', []);
    const wanted = executor('codex/gpt-6.1-sol');
    expect(() => casting(wanted, { PATH: 'bin:./bin' }, ['executor'])).toThrow('Codex is not installed');
    expect(() => casting(wanted, { PATH: fake.bin }, ['executor'])).not.toThrow();
    const at = (command: string) => casting({ ...wanted, agents: { codex: { command } } }, {}, ['executor']);
    expect(() => at(fake.program)).not.toThrow();
    expect(() => at('/nowhere/codex')).toThrow('Codex is not at /nowhere/codex');
    expect(() => at('codex')).toThrow('absolute path');
  });

  it('is not stood in for by a model that only edits', () => {
    const env = { ANTHROPIC_API_KEY: 'sk-ant-x' };
    const model = 'codex/gpt-6.1-sol';
    expect(() => casting(executor(model, { fallback: 'anthropic/claude-haiku-5-5' }), env)).toThrow(
      'anthropic/claude-haiku-5-5 cannot stand in for codex/gpt-6.1-sol',
    );
    expect(() => casting(executor(model, { fallback: 'cursor/composer-2.5' }), env)).not.toThrow();
  });

  it('gives its name to a provider of the person’s own', () => {
    const providers = { cursor: { baseUrl: 'http://127.0.0.1:9/v1' } };
    expect(casting({ ...executor('cursor/x'), providers }).agents.executor.can.worktree).toBeUndefined();
  });
});
