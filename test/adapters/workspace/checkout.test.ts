import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openRepository } from '../../../src/adapters/workspace/git/open.ts';
import { makeRepository } from '../../support/repository.ts';

const RUN = '20261122-100000-abcd';

describe('a checkout to read in', () => {
  it.each(['commit', 'tree'])('holds a %s, says what was written, and leaves nothing', async (kind) => {
    const made = makeRepository({ 'a.txt': 'one\n' });
    try {
      const before = made.fingerprint();
      const repository = await openRepository(made.root, { env: made.env });
      const treeish = made.git('rev-parse', kind === 'tree' ? 'HEAD^{tree}' : 'HEAD');
      const checkout = await repository.openCheckout({ run: RUN, treeish });
      expect(readFileSync(join(checkout.path, 'a.txt'), 'utf8')).toBe('one\n');
      expect(await checkout.changed()).toEqual([]);
      writeFileSync(join(checkout.path, 'b.txt'), 'mine\n');
      expect(await checkout.changed()).toEqual(['b.txt']);
      await checkout.close();
      expect(existsSync(join(made.root, '.tercet'))).toBe(false);
      expect(made.git('worktree', 'list').split('\n')).toHaveLength(1);
      expect(made.fingerprint()).toEqual(before);
    } finally {
      made.remove();
    }
  });

  it('may be open twice at once', async () => {
    const made = makeRepository({ 'a.txt': 'one\n' });
    try {
      const repository = await openRepository(made.root, { env: made.env });
      const open = () => repository.openCheckout({ run: RUN, treeish: made.git('rev-parse', 'HEAD') });
      const both = await Promise.all([open(), open()]);
      expect(new Set(both.map(({ path }) => path)).size).toBe(2);
      await Promise.all(both.map((one) => one.close()));
      expect(existsSync(join(made.root, '.tercet'))).toBe(false);
    } finally {
      made.remove();
    }
  });

  it('waits for another process that is just making a working tree', async () => {
    const made = makeRepository({ 'a.txt': 'one\n' });
    try {
      const repository = await openRepository(made.root, { env: made.env });
      const treeish = made.git('rev-parse', 'HEAD');
      const entry = join(made.root, '.git', 'worktrees', 'half');
      mkdirSync(entry, { recursive: true });
      writeFileSync(join(entry, 'gitdir'), `${join(made.root, '..', 'half', '.git')}\n`);
      writeFileSync(join(entry, 'commondir'), '');
      expect(() => made.git('worktree', 'add', '--detach', join(made.root, '..', 'other'))).toThrow('failed to read');
      setTimeout(() => writeFileSync(join(entry, 'commondir'), '../..\n'), 100);
      const worktree = await repository.openWorktree({ run: RUN, branch: 'tercet/x', base: treeish });
      const checkout = await repository.openCheckout({ run: RUN, treeish });
      await checkout.close();
      await worktree.close();
    } finally {
      made.remove();
    }
  });
});
