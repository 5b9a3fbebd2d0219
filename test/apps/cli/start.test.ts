import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';
import { makeHome } from '../../support/cli.ts';

vi.setConfig({ testTimeout: 120_000 });

const BIN = fileURLToPath(new URL('../../../bin/tercet.js', import.meta.url));
/** `tercet --help` may take this many times as long as Node takes to do nothing. */
const MOST = 2.5;

test('tercet --help starts quickly', async () => {
  await using home = await makeHome(null);
  // Without the kill switch of the tests, which would load a module into both.
  const { PATH = '' } = home.env;
  const time = (args: string[]) => {
    const start = performance.now();
    const { status } = spawnSync(process.execPath, args, { env: { PATH, HOME: home.folder }, cwd: tmpdir() });
    expect(status).toBe(0);
    return performance.now() - start;
  };
  const ratio = () => {
    const pairs = Array.from({ length: 10 }, () => [time(['-e', '0']), time([BIN, '--help'])] as const);
    return median(pairs.map(([, help]) => help)) / median(pairs.map(([nothing]) => nothing));
  };
  time([BIN, '--help']);
  // Others may keep this machine busy for a moment: the best of three counts.
  const ratios: number[] = [];
  do ratios.push(ratio());
  while (ratios.length < 3 && Math.min(...ratios) > MOST);
  expect(Math.min(...ratios), `ratios ${ratios.map((one) => one.toFixed(2)).join(', ')}`).toBeLessThanOrEqual(MOST);
});

function median(numbers: number[]): number {
  const sorted = numbers.sort((a, b) => a - b);
  return ((sorted[4] ?? 0) + (sorted[5] ?? 0)) / 2;
}
