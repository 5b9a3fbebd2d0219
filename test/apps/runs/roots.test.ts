import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { openWithin } from '../../../src/apps/runs/roots.ts';
import { makeRepository } from '../../support/repository.ts';

test('a root that only holds repositories asks which one is meant, and opens the one that is named', async () => {
  const made = makeRepository();
  const home = mkdtempSync(path.join(tmpdir(), 'tercet-test-roots-'));
  const host = { env: { PATH: process.env.PATH, HOME: home, TERCET_HOME: home } };
  const root = path.dirname(made.root);
  try {
    await expect(openWithin([root], undefined, host)).rejects.toMatchObject({
      code: 'usage',
      message: `${root} is no repository itself; which one is meant?`,
      hint: expect.stringContaining('`repository`'),
    });
    await expect(openWithin([root], 'home', host)).rejects.toThrow('is not in a git repository');
    await expect(openWithin([root], '..', host)).rejects.toThrow('lies outside');
    const session = await openWithin([root], path.basename(made.root), host);
    expect(session.repository.root).toBe(made.root);
    await session.close();
  } finally {
    rmSync(home, { recursive: true, force: true });
    made.remove();
  }
});
