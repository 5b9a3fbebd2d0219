/**
 * Overhead of a whole run: `npm run bench:overhead`. A 41-file repository with a one-line bug, a model server in another
 * process that answers at once, the built command line in a fresh process and a fresh home each time. Prints medians.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import type { ServedCall } from '../test/support/model-server/server.ts';
import { makeBenchRepository, REQUEST } from './overhead/repository.ts';

const BIN = path.resolve('bin/tercet.js');
const RUNS = Number(process.argv[2] ?? 7);

const server = await startServer();
const samples: Sample[] = [];
// The first run fills the compile cache, as a user's first run does; it is shown but not counted.
for (let run = 0; run <= RUNS; run++) {
  const sample = await measure();
  if (run === 0)
    console.log(
      `first run of a fresh install: ${Math.round(sample.firstRequestMs)} ms to the first request, ${Math.round(sample.peakMiB)} MiB`,
    );
  else samples.push(sample);
}
server.stop();
const median = (pick: (sample: Sample) => number) =>
  samples.map(pick).toSorted((a, b) => a - b)[Math.floor(samples.length / 2)] ?? Number.NaN;
const range = (pick: (sample: Sample) => number) =>
  `${Math.round(Math.min(...samples.map(pick)))}–${Math.round(Math.max(...samples.map(pick)))}`;
console.log(
  `time to the first model request  ${Math.round(median((s) => s.firstRequestMs))} ms   (${range((s) => s.firstRequestMs)}, ${RUNS} runs)`,
);
console.log(
  `peak memory (largest process)    ${Math.round(median((s) => s.peakMiB))} MiB  (${range((s) => s.peakMiB)})`,
);
console.log(`model requests                   ${median((s) => s.requests)}`);
console.log(`input tokens (bytes / 4)         ${median((s) => s.inputTokens)}   ${samples[0]?.perCall ?? ''}`);
console.log(`whole run                        ${Math.round(median((s) => s.totalMs))} ms`);
const help = await helpRatio();
console.log(
  `tercet --help / node -e 0        ${help.ratio.toFixed(2)}   (${Math.round(help.tercet)} ms / ${Math.round(help.node)} ms)`,
);

interface Sample {
  firstRequestMs: number;
  peakMiB: number;
  requests: number;
  inputTokens: number;
  totalMs: number;
  perCall: string;
}

async function startServer(): Promise<{ url: string; stop(): void }> {
  const child = spawn(process.execPath, ['test/support/model-server/main.ts', 'bench/overhead/script.ts'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await new Promise<[Buffer]>((resolve) => child.stdout.once('data', (data: Buffer) => resolve([data])));
  const { url } = JSON.parse(String(line)) as { url: string };
  return { url, stop: () => child.kill('SIGTERM') };
}

async function measure(): Promise<Sample> {
  const repository = makeBenchRepository();
  const home = mkdtempSync(path.join(tmpdir(), 'tercet-bench-home-'));
  mkdirSync(home, { recursive: true });
  writeFileSync(
    path.join(home, 'config.yaml'),
    `providers:\n  anthropic: { baseUrl: ${server.url}/v1 }\n  openai: { baseUrl: ${server.url}/v1 }\nsandbox: off\n`,
  );
  const before = await log();
  const started = Date.now();
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: home,
    TERCET_HOME: home,
    ANTHROPIC_API_KEY: 'sk-bench',
    OPENAI_API_KEY: 'sk-bench',
    NODE_COMPILE_CACHE: path.join(tmpdir(), 'tercet-bench-cache'),
  };
  const child = spawn(process.execPath, [BIN, 'run', REQUEST, '--yes', '--always-plan', '--json'], {
    cwd: repository,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let peakKiB = 0;
  const poll = setInterval(() => {
    peakKiB = Math.max(peakKiB, highWater(child.pid));
  }, 10);
  let stderr = '';
  child.stderr.on('data', (data: Buffer) => {
    stderr += data;
  });
  child.stdout.resume();
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  const totalMs = Date.now() - started;
  clearInterval(poll);
  if (code !== 0) throw new Error(`the run ended with ${code}:\n${stderr}`);
  const calls = (await log()).slice(before.length);
  rmSync(repository, { recursive: true });
  rmSync(home, { recursive: true });
  const tokens = calls.map(({ usage }) =>
    usage === null ? 0 : usage.inputUncached + usage.cacheRead + usage.cacheWrite5m + usage.cacheWrite1h,
  );
  return {
    firstRequestMs: Date.parse(calls[0]?.at ?? '') - started,
    peakMiB: peakKiB / 1024,
    requests: calls.length,
    inputTokens: tokens.reduce((sum, n) => sum + n, 0),
    totalMs,
    perCall: tokens.join(' + '),
  };
}

async function log(): Promise<ServedCall[]> {
  return (await (await fetch(`${server.url}/log`)).json()) as ServedCall[];
}

/** Peak resident memory of a process so far, KiB; 0 once it is gone. */
function highWater(pid: number | undefined): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

/** Alternating runs, so that the machine's drift meets both. */
async function helpRatio(): Promise<{ ratio: number; tercet: number; node: number }> {
  const times: { tercet: number[]; node: number[] } = { tercet: [], node: [] };
  for (let run = 0; run < 11; run++) {
    times.node.push(await time(['-e', '0']));
    times.tercet.push(await time([BIN, '--help']));
  }
  const middle = (list: number[]) => list.slice(1).toSorted((a, b) => a - b)[5] ?? Number.NaN;
  return { ratio: middle(times.tercet) / middle(times.node), tercet: middle(times.tercet), node: middle(times.node) };
}

async function time(args: string[]): Promise<number> {
  const started = performance.now();
  const child = spawn(process.execPath, args, {
    stdio: 'ignore',
    env: { ...process.env, NODE_COMPILE_CACHE: path.join(tmpdir(), 'tercet-bench-cache') },
  });
  await new Promise((resolve) => child.on('close', resolve));
  return performance.now() - started;
}
