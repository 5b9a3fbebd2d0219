import crypto from 'node:crypto';
import fs, {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { replaceFile } from '../../src/adapters/store/write.ts';
import { GuardedFiles } from '../../src/adapters/workspace/git/guarded-files.ts';
import { openRepository } from '../../src/adapters/workspace/git/open.ts';
import { makeRepository } from '../support/repository.ts';

const SECRET = 'what only the person may read';

describe('the file that is written first has a name of its own', () => {
  const WRITERS = {
    'a run’s record': (folder: string) => replaceFile(path.join(folder, 'file'), 'written'),
    'a file of the working tree': (folder: string) => new GuardedFiles(folder).write('file', 'written'),
  };

  test.each(Object.entries(WRITERS))(
    'case 31: of %s: never the same, closed to others, no link in its place followed',
    async (_, write) => {
      const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'tercet-temporary-')));
      const outside = path.join(folder, 'outside');
      const tree = path.join(folder, 'tree');
      mkdirSync(tree);
      writeFileSync(outside, SECRET);
      try {
        const opened: { file: string; mode: number }[] = [];
        const open = fs.promises.open;
        const spied = vi.spyOn(fs.promises, 'open').mockImplementation(async (file, flags, mode) => {
          const handle = await open(file, flags, mode);
          if (flags !== 'r') opened.push({ file: String(file), mode: (await handle.stat()).mode & 0o777 });
          return handle;
        });
        syncBuiltinESMExports();
        // Twice to see the names; the second time, it replaces what may be for the owner alone.
        writeFileSync(path.join(tree, 'file'), 'before', { mode: 0o600 });
        await write(tree);
        await write(tree);
        spied.mockRestore();
        const [one, other] = opened.map(({ file }) => path.basename(file));
        expect(opened).toHaveLength(2);
        expect(one).not.toBe(other);
        expect(opened.map(({ mode }) => mode)).toEqual([0o600, 0o600]);

        // Even where the name is known beforehand.
        const fixed = [
          vi.spyOn(crypto, 'randomUUID').mockReturnValue('k-n-o-w-n'),
          vi.spyOn(crypto, 'randomBytes').mockImplementation(() => Buffer.from('known')),
        ];
        syncBuiltinESMExports();
        for (const name of ['.file.k-n-o-w-n', `.tercet-${Buffer.from('known').toString('hex')}`])
          symlinkSync(outside, path.join(tree, name));
        await expect(write(tree)).rejects.toThrow('EEXIST');
        for (const spy of fixed) spy.mockRestore();
        expect(readFileSync(outside, 'utf8')).toBe(SECRET);
      } finally {
        vi.restoreAllMocks();
        syncBuiltinESMExports();
        rmSync(folder, { recursive: true, force: true });
      }
    },
  );
});

test('case 28: a working tree that is put beside its repository, in a folder whose name begins with its own, is refused', async () => {
  const victim = makeRepository({ 'a.txt': SECRET });
  const evil = `${victim.root}-evil`;
  try {
    victim.git('clone', '-q', '--no-local', victim.root, evil);
    victim.git('-C', evil, 'config', 'core.worktree', victim.root);
    await expect(openRepository(evil, { env: victim.env })).rejects.toThrow('away from its .git');
  } finally {
    victim.remove();
  }
});

test('case 32: a revision that is an option is refused, and writes nothing', async () => {
  const repository = makeRepository({ 'a.txt': 'a\n' });
  const written = path.join(repository.root, '..', 'written');
  try {
    const opened = await openRepository(repository.root, { env: repository.env });
    const option = `--output=${written}`;
    const usage = { code: 'usage', message: expect.stringContaining('is not a commit') };
    await expect(opened.diff(option, 'HEAD')).rejects.toMatchObject(usage);
    await expect(opened.patch('HEAD', option)).rejects.toMatchObject(usage);
    await expect(opened.log('HEAD', option)).rejects.toMatchObject(usage);
    await expect(opened.resolve(option)).rejects.toMatchObject(usage);
    expect(readdirSync(path.dirname(written)).sort()).toEqual(['home', 'shop']);
    expect(repository.git('diff', option)).toBe('');
    expect(readdirSync(path.dirname(written))).toContain('written');
  } finally {
    repository.remove();
  }
});
