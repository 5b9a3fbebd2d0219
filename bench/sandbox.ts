import { join } from 'node:path';
import { findBubblewrap } from '../src/adapters/commands/bubblewrap/find.ts';
import { bubblewrapCommands } from '../src/adapters/commands/bubblewrap/index.ts';
import { processCommands } from '../src/adapters/commands/process.ts';
import type { Commands } from '../src/ports/commands.ts';
import { makeRepository } from '../test/support/repository.ts';

/** What a sandbox may cost one command beyond running it bare, at the median, ms. */
const MOST_MS = 30;

/** All in ms. */
export interface SandboxFigures {
  bare: { p50: number; p95: number };
  sandboxed: { p50: number; p95: number };
  /** Difference of the medians. */
  overhead: number;
  /** To find out that the sandbox works: the first time in a process, and from then on. */
  probeFirst: number;
  probeLater: number;
}

/** Times `true` in a linked worktree, as a check of a run is: bare and sandboxed by turns, so that the machine's drift meets both. */
export async function measureSandbox(commands = 60): Promise<SandboxFigures | { why: string }> {
  const path = process.env.PATH;
  const probeFirst = await time(() => findBubblewrap(path));
  const probeLater = await time(() => findBubblewrap(path));
  const found = await findBubblewrap(path);
  if (found.program === null) return { why: found.why };
  const repository = makeRepository();
  try {
    repository.commit('Start');
    const tree = join(repository.root, '.tercet', 'worktrees', 'bench');
    repository.git('worktree', 'add', '-q', '-b', 'bench', tree);
    const bare: number[] = [];
    const sandboxed: number[] = [];
    const inside = bubblewrapCommands({ program: found.program, path });
    const outside = processCommands({ path });
    for (let round = -5; round < commands; round += 1) {
      const times = [await time(() => runTrue(outside, tree)), await time(() => runTrue(inside, tree))] as const;
      if (round < 0) continue;
      bare.push(times[0]);
      sandboxed.push(times[1]);
    }
    const figures = { bare: quantiles(bare), sandboxed: quantiles(sandboxed) };
    return { ...figures, overhead: figures.sandboxed.p50 - figures.bare.p50, probeFirst, probeLater };
  } finally {
    repository.remove();
  }
}

async function runTrue(commands: Commands, cwd: string): Promise<void> {
  const { signal } = new AbortController();
  const { exitCode, output } = await commands.run('true', { cwd, timeoutMs: 10_000, maxOutputBytes: 1000, signal });
  if (exitCode !== 0) throw new Error(`\`true\` ended with ${exitCode} (${commands.confinement}): ${output}`);
}

function quantiles(times: readonly number[]): { p50: number; p95: number } {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return { p50: at(0.5), p95: at(0.95) };
}

async function time(step: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await step();
  return performance.now() - from;
}

if (import.meta.main) {
  const figures = await measureSandbox();
  if ('why' in figures) {
    console.log(`NOT TRIED: ${figures.why}`);
  } else {
    const { bare, sandboxed, overhead, probeFirst, probeLater } = figures;
    console.log(`bare      p50 ${bare.p50.toFixed(1)} ms, p95 ${bare.p95.toFixed(1)} ms`);
    console.log(`sandboxed p50 ${sandboxed.p50.toFixed(1)} ms, p95 ${sandboxed.p95.toFixed(1)} ms`);
    console.log(`overhead  p50 ${overhead.toFixed(1)} ms (at most ${MOST_MS})`);
    console.log(`probe     ${probeFirst.toFixed(1)} ms once in a process, then ${probeLater.toFixed(3)} ms`);
    if (overhead > MOST_MS) process.exitCode = 1;
  }
}
