import { describe, expect, test } from 'vitest';
import { mergeSettings } from '../../src/compose/config/settings.ts';
import { RepositoryConfig, UserConfig } from '../../src/contract/config.ts';

const merge = (user: unknown, repository: unknown = {}) =>
  mergeSettings(
    { user: UserConfig.parse(user), repository: RepositoryConfig.parse(repository), root: '/r', userFile: '/u' },
    {},
  ).settings.sandbox;

describe('the sandbox setting', () => {
  test('is auto, without network', () => {
    expect(merge({})).toEqual({ mode: 'auto', network: false, read: [] });
  });

  test('is a word, or says more', () => {
    expect(merge({ sandbox: 'off' }).mode).toBe('off');
    expect(merge({ sandbox: { network: true, read: ['~/.rustup', '/opt/x'] } })).toEqual({
      mode: 'auto',
      network: true,
      read: ['~/.rustup', '/opt/x'],
    });
    expect(UserConfig.safeParse({ sandbox: { read: ['relative'] } }).success).toBe(false);
  });

  test('a repository can tighten it, and nothing else', () => {
    for (const own of ['auto', 'off', { mode: 'off' }]) {
      expect(merge({ sandbox: own }, { sandbox: 'require' }).mode).toBe('require');
    }
    for (const loose of ['off', 'auto', { network: true }, { mode: 'require', network: true }, { read: ['/'] }]) {
      const parsed = RepositoryConfig.safeParse({ sandbox: loose });
      expect(parsed.error?.issues[0]?.message).toMatch(/only ask for `require`/);
    }
  });
});
