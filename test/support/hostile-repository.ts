import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { makeRepository, type TestRepository } from './repository.ts';

/** A repository whose configuration starts a program wherever git lets it. */
export interface HostileRepository extends TestRepository {
  /** A program outside of the repository that leaves a mark when it runs: a file named after it. Its path. */
  fire(name: string, then?: string): string;
  /** The marks, sorted. */
  fired(): string[];
  forget(): void;
  /** Plain git on this repository: what happens without a defence. */
  provoke(): void;
}

const HOOKS = [
  'pre-commit',
  'commit-msg',
  'post-commit',
  'post-checkout',
  'post-index-change',
  'reference-transaction',
  'post-rewrite',
  'applypatch-msg',
];

/** A plain repository beside a folder for marks. */
export function makeMarked(files: Parameters<typeof makeRepository>[0]): HostileRepository {
  const repo = makeRepository(files);
  const marks = join(repo.root, '..', 'fired');
  repo.write({ '../fired/.keep': '' });
  const fired = () => readdirSync(marks).sort();
  const forget = () => {
    for (const name of fired()) rmSync(join(marks, name));
  };
  forget();
  return {
    ...repo,
    fired,
    forget,
    fire: (name, then = 'cat') => {
      repo.write({ [`../evil/${name}`]: { executable: `#!/bin/sh\ntouch ${join(marks, name)}\n${then}\n` } });
      return join(repo.root, '..', 'evil', name);
    },
    provoke: () => provoke(repo),
  };
}

export function makeHostile(): HostileRepository {
  const repo = makeMarked({ 'a.txt': 'a\n', 'b.txt': 'b\n', 'c.txt': 'c\n' });
  const { fire } = repo;
  repo.git('checkout', '-q', '-b', 'theirs');
  repo.write({ 'a.txt': 'theirs\n' });
  repo.commit('Theirs');
  repo.git('checkout', '-q', 'main');
  // A repository within, with programs of its own, which plain git starts when it looks into it.
  repo.write({ 'nested/x': 'x' });
  repo.git('init', '-q', 'nested');
  repo.git('-C', 'nested', 'add', 'x');
  repo.git('-C', 'nested', 'commit', '-qm', 'x');
  repo.git('update-index', '--add', '--cacheinfo', `160000,${repo.git('-C', 'nested', 'rev-parse', 'HEAD')},nested`);
  // Behind what it is at, so that there is something to update.
  repo.git('-C', 'nested', 'commit', '-q', '--allow-empty', '-m', 'Another');
  repo.git('-C', 'nested', 'config', 'core.fsmonitor', fire('nested-fsmonitor', 'exit 1'));
  repo.git('-C', 'nested', 'config', 'filter.inner.clean', fire('nested-clean'));
  repo.write({ 'nested/x': 'y', 'nested/.gitattributes': 'x filter=inner\n' });
  // As CVE-2025-48384 and its like have it: names that lead elsewhere, and an address that is an option.
  const modules = (name: string, at: string) => `[submodule "${name}"]\n\tpath = ${at}\n\turl = -u./evil\n`;
  repo.write({ '.gitmodules': modules('nested', 'nested') + modules('../../evil', 'x') + modules('cr', '"nested\r"') });
  const set = (key: string, value: string) => repo.git('config', key, value);
  set('filter.evil.clean', fire('clean'));
  set('filter.evil.smudge', fire('smudge'));
  set('filter.evil.required', 'true');
  set('filter.a=b.clean', fire('clean-odd-name'));
  set('filter.proc.process', fire('process', 'exit 1'));
  set('diff.evil.textconv', fire('textconv', 'cat "$1"'));
  set('diff.other.command', fire('diff-command', 'true'));
  set('diff.external', fire('diff-external', 'true'));
  set('merge.evil.driver', fire('merge-driver', 'true'));
  set('submodule.recurse', 'true');
  set('submodule.nested.active', 'true');
  set('submodule.nested.url', '../nested');
  set('submodule.nested.update', `!${fire('submodule-update', 'true')}`);
  set('core.fsmonitor', fire('fsmonitor', 'exit 1'));
  set('core.sshCommand', fire('ssh', 'exit 1'));
  set('core.pager', fire('pager', 'true'));
  set('core.alternateRefsCommand', fire('alternate-refs'));
  set('gpg.program', fire('gpg', 'exit 1'));
  set('commit.gpgSign', 'true');
  set('log.showSignature', 'true');
  set('trailer.evil.command', fire('trailer'));
  set('protocol.ext.allow', 'always');
  set('remote.origin.url', `ext::${fire('ext', 'exit 1')}`);
  const attributes = '*.txt filter=evil diff=evil merge=evil\nb.txt filter=a=b diff=other\nc.txt filter=proc\n';
  const any = `#!/bin/sh\ntouch ${join(repo.root, '..', 'fired')}/hook-$(basename $0)\n`;
  repo.write({ '.gitattributes': attributes, '.hooks/any': { executable: any } });
  for (const hook of HOOKS) repo.write({ [`.hooks/${hook}`]: { link: 'any' } });
  set('core.hooksPath', '.hooks');
  return repo;
}

function provoke(repo: TestRepository): void {
  const quiet = ['-c', 'filter.proc.process=', '-c', 'core.fsmonitor=false'];
  const tries = [
    ['status'],
    [...quiet, 'status'],
    [...quiet, 'diff', 'HEAD'],
    [...quiet, 'diff', '--no-ext-diff', 'HEAD'],
    ['add', 'c.txt'],
    [...quiet, 'add', 'a.txt', 'b.txt', '.gitattributes'],
    [...quiet, 'commit', '-qm', 'signed'],
    [...quiet, '-c', 'commit.gpgSign=false', 'commit', '-qm', 'x'],
    [...quiet, 'worktree', 'add', '-q', '../proof', '-b', 'proof', 'HEAD'],
    [...quiet, 'merge', 'theirs'],
    [...quiet, 'submodule', 'update', 'nested'],
    ['fetch'],
  ];
  for (const args of tries) {
    try {
      repo.git(...args);
    } catch {
      // An attack that fires may well make git fail.
    }
  }
}
