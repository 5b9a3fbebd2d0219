import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import type { Part } from '../../support/cast.ts';
import { makeRepository } from '../../support/repository.ts';
import { RUN, SMOOTH } from '../../support/shop-change.ts';
import { type Stage, setStage, shopFiles, summary } from '../../support/stage.ts';

// Each test is several processes; a busy machine takes its time.
vi.setConfig({ testTimeout: 90_000 });

const FULL_DISK = new URL('full-disk.ts', import.meta.url).pathname;
const PARTS = ['planner', 'executor', 'reviewer'] as const;

/** The smooth run, in which `fill` happens while a part is asked. */
function filling(part: (typeof PARTS)[number], fill: () => void) {
  const answer = SMOOTH[part][0] ?? {};
  const first = () => {
    fill();
    return answer;
  };
  // A call whose answer could not be booked is made once more.
  return { ...SMOOTH, [part]: [first, answer] };
}

/** Ended with a clear message; after `free` it is resumed, and no settled call is paid twice. */
async function expectRecovery(stage: Stage, result: Awaited<ReturnType<Stage['tercet']>>, free: () => void) {
  expect(result.code, result.stderr).toBe(1);
  const said = result.stdout + result.stderr;
  expect(said).toMatch(/no space left|disk is full/i);
  expect(said).toMatch(/free some space|that the disk is not full/);
  expect(said).not.toMatch(/internal error|Tercet itself failed/);
  free();
  const settled = (await stage.receipts()).filter(({ state }) => state === 'settled').length;
  const asked = stage.server.log.length;
  const resumed = await stage.tercet(['resume', '--json']);
  expect(summary(resumed), resumed.stderr).toMatchObject({ outcome: 'approved', commits: [{ task: 'T1' }] });
  expect(stage.server.log.length - asked).toBe(3 - settled);
  // The one in flight keeps its hold: it may have been billed.
  expect((await stage.receipts()).filter(({ state }) => state === 'held')).toHaveLength(asked - settled);
  expect(stage.repository.git('fsck', '--no-dangling', '--no-progress')).toBe('');
  expect(stage.repository.git('worktree', 'list').split('\n')).toHaveLength(1);
}

describe('a disk that is full for what this process writes (played)', () => {
  it.each(PARTS)('case 11: while the %s is asked', async (part) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'tercet-disk-'));
    const marker = path.join(folder, 'full');
    try {
      await using stage = await setStage(filling(part, () => writeFileSync(marker, '')));
      const env = { NODE_OPTIONS: `${stage.home.env.NODE_OPTIONS} --import=${FULL_DISK}`, DISK_FULL: marker };
      await expectRecovery(stage, await stage.tercet(RUN, { env }), () => rmSync(marker));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

const disks: string[] = [];
/** A real small file system; null where this user may not mount one. */
function mountDisk(megabytes: number): string | null {
  const folder = mkdtempSync(path.join(tmpdir(), 'tercet-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder], { stdio: 'ignore' });
    disks.push(folder);
    return folder;
  } catch {
    rmSync(folder, { recursive: true, force: true });
    return null;
  }
}
afterAll(() => {
  for (const disk of disks) {
    execFileSync('umount', ['-l', disk]);
    rmSync(disk, { recursive: true, force: true });
  }
});

/** Fills a disk to the last byte; the file that does so. */
function fillUp(disk: string): string {
  const file = path.join(disk, 'filler');
  for (const size of [1 << 20, 1 << 12, 1]) {
    try {
      for (;;) writeFileSync(file, Buffer.alloc(size), { flag: 'a' });
    } catch {
      // Full, for writes of this size.
    }
  }
  return file;
}

const canMount = mountDisk(1) !== null;
if (!canMount) console.warn('disk.test.ts: no file system can be mounted here; a really full disk was not tried');

describe.skipIf(!canMount)('a really full disk', () => {
  const on = async <T>(disk: string, make: () => Promise<T>): Promise<T> => {
    const before = process.env.TMPDIR;
    process.env.TMPDIR = disk;
    try {
      return await make();
    } finally {
      if (before === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = before;
    }
  };

  it.each(PARTS)('under ledger, journal and runs, while the %s is asked', async (part) => {
    const disk = mountDisk(4) ?? '';
    let filler = '';
    const repository = makeRepository(shopFiles());
    const lines = filling(part as Exclude<Part, 'decide'>, () => {
      filler = fillUp(disk);
    });
    await using stage = await on(disk, () => setStage(lines, { repository }));
    await expectRecovery(stage, await stage.tercet(RUN), () => rmSync(filler));
  });

  it('case 11: under the repository, while the executor is asked', async () => {
    const disk = mountDisk(4) ?? '';
    let filler = '';
    const repository = await on(disk, async () => makeRepository(shopFiles()));
    const lines = filling('executor', () => {
      filler = fillUp(disk);
    });
    await using stage = await setStage(lines, { repository });
    await expectRecovery(stage, await stage.tercet(RUN), () => rmSync(filler));
  });

  it('under the repository, with room for the files and none for git’s objects', async () => {
    const disk = mountDisk(4) ?? '';
    let filler = '';
    const repository = await on(disk, async () => makeRepository(shopFiles()));
    const lines = filling('executor', () => {
      filler = fillUp(disk);
      // Two pages: the edited file, and nothing more.
      truncateSync(filler, statSync(filler).size - 8192);
    });
    await using stage = await setStage(lines, { repository });
    await expectRecovery(stage, await stage.tercet(RUN), () => rmSync(filler));
  });
});
