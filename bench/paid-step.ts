import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openJournal } from '../src/adapters/journal/files.ts';
import { openLedger } from '../src/adapters/ledger/sqlite.ts';
import { openRefusedKeys } from '../src/adapters/refused-keys/files.ts';
import { openStore } from '../src/adapters/store/files.ts';
import { guardAgent, guardStore } from '../src/compose/agents/guards.ts';
import type { RunEvent } from '../src/contract/event.ts';
import { DEFAULT_SETTINGS } from '../src/contract/settings.ts';
import { redactor } from '../src/handoff/redact.ts';
import type { Agent, Turn } from '../src/ports/agent.ts';
import { buildCatalogue } from '../src/pricing/catalogue.ts';
import { scriptedAgent } from '../src/testing/scripted-agent.ts';
import { Providers } from '../src/workflow/calls/breaker.ts';
import { pay } from '../src/workflow/calls/pay.ts';
import type { RunContext } from '../src/workflow/run-context.ts';

/** What a paid step adds to its call, in ms. */
export interface PaidStep {
  /** Look-up, key, gate, hold under three caps, settle, two events, everything redacted: all of it as a run does it. */
  step: Quantiles;
  /** The same over the first calls of a process: the ledger's log still grows, and a sync of a file that grows takes longer. */
  first: Quantiles;
  /** An entry of the journal, which a task or a review adds once; not part of a paid step. */
  journal: Quantiles;
  /** One append and sync of 500 bytes on this disk, measured in between: a step has two, an entry of the journal one. */
  sync: Quantiles;
  /** Processor time of a step, its call included: what does not depend on the disk. */
  cpu: Quantiles;
}

export interface Quantiles {
  p50: number;
  p99: number;
}

/** The prompt and the answer of an ordinary edit, characters. */
const PROMPT = 12_000;
const ANSWER = 4_000;
/** Calls of an ordinary run. From about the 75th on, the log has its full length (1,000 pages, 13 a step) and is written over. */
const FIRST = 25;

type Seen = Record<keyof PaidStep, number[]>;

export async function measurePaidStep(calls = 500, runs = 20): Promise<PaidStep> {
  const folder = mkdtempSync(path.join(tmpdir(), 'tercet-bench-'));
  const seen = none();
  const short = none();
  try {
    await measureRun(folder, 'long', calls, seen);
    for (let run = 0; run < runs; run += 1) await measureRun(folder, `run-${run}`, FIRST, short);
  } finally {
    rmSync(folder, { recursive: true });
  }
  seen.first = short.step;
  return Object.fromEntries(Object.entries(seen).map(([name, values]) => [name, quantiles(values)])) as Record<
    keyof PaidStep,
    Quantiles
  >;
}

function none(): Seen {
  return { step: [], first: [], journal: [], sync: [], cpu: [] };
}

async function measureRun(folder: string, run: string, calls: number, seen: Seen): Promise<void> {
  let inCall = 0;
  const scripted = scriptedAgent('executor', () => ({ text: 'x'.repeat(ANSWER) }), { model: 'bench/model' });
  const timed: Agent = {
    ...scripted,
    keyId: 'abcdef0123456789',
    turn: async (...given) => {
      const from = performance.now();
      const result = await scripted.turn(...given);
      inCall = performance.now() - from;
      return result;
    },
  };
  const { ctx, agent, close } = await contextIn(folder, run, timed);
  const sync = openSync(path.join(folder, 'sync'), 'a', 0o600);
  for (let number = 0; number < calls; number += 1) {
    const turn = turnOf(`${run} ${number} ${'y'.repeat(PROMPT)}`);
    const before = process.cpuUsage();
    const paid = await time(() => pay(ctx, agent, turn));
    const { user, system } = process.cpuUsage(before);
    seen.cpu.push((user + system) / 1000);
    seen.step.push(paid - inCall);
    seen.journal.push(await time(() => ctx.journal.record(`step:${number}`, { done: true, reason: 'z'.repeat(500) })));
    seen.sync.push(await time(() => syncOnce(sync)));
  }
  closeSync(sync);
  await close();
}

/** Everything a paid call touches, as `conduct` puts it together. */
async function contextIn(folder: string, run: string, agent: Agent) {
  const ledger = await openLedger(path.join(folder, 'ledger.db'));
  const keys = redactor(['sk-ant-0123456789abcdef', 'sk-proj-0123456789abcdef']);
  const store = guardStore(openStore(folder), keys);
  const guarded = guardAgent(agent, keys);
  const prompt = { sections: new Map<string, string>(), hash: 'p' };
  let seq = 0;
  const ctx = {
    run,
    settings: {
      ...DEFAULT_SETTINGS,
      budgetUsd: '100000',
      budgets: (['day', 'month'] as const).map((scope) => ({ scope, unit: 'usd', amount: '100000' })),
    },
    agents: { planner: guarded, executor: guarded, reviewer: guarded },
    fallbacks: { planner: null, executor: null, reviewer: null },
    prompts: { planner: prompt, executor: prompt, reviewer: prompt },
    repository: { key: 'repository' },
    ledger,
    journal: openJournal(path.join(folder, `${run}.ndjson`)),
    clock: { now: () => new Date(), sleep: async () => {} },
    redactor: keys,
    providers: new Providers(),
    refusedKeys: openRefusedKeys(path.join(folder, 'refused-keys')),
    catalogue: buildCatalogue([{ id: 'bench/model', input: 1, output: 2 }]),
    signal: new AbortController().signal,
    emit: (event: RunEvent) => {
      seq += 1;
      if (event.type !== 'call.progressed') store.append({ v: 1, seq, run, at: new Date().toISOString(), ...event });
    },
    attempts: new Map(),
  } as unknown as RunContext;
  return { ctx, agent: guarded, close: () => ledger.close() };
}

function turnOf(text: string): Turn {
  return {
    role: 'executor',
    purpose: 'edit',
    task: 'T1',
    system: 'You execute.',
    messages: [{ role: 'user', text }],
    output: null,
    tools: [],
    effort: 'low',
    maxOutputTokens: 4_000,
  };
}

function syncOnce(handle: number): void {
  writeSync(handle, 'x'.repeat(500));
  fdatasyncSync(handle);
}

async function time(work: () => unknown): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}

function quantiles(values: number[]): Quantiles {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99) };
}

if (import.meta.main) {
  for (const [name, { p50, p99 }] of Object.entries(await measurePaidStep())) {
    console.log(`${name.padEnd(8)} p50 ${p50.toFixed(2)} ms  p99 ${p99.toFixed(2)} ms`);
  }
}
