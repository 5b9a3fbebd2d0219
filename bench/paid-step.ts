import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openJournal } from '../src/adapters/journal/files.ts';
import { openLedger } from '../src/adapters/ledger/sqlite.ts';
import { openRefusedKeys } from '../src/adapters/refused-keys/files.ts';
import { DEFAULT_SETTINGS } from '../src/contract/settings.ts';
import { buildCatalogue } from '../src/pricing/catalogue.ts';
import { scriptedAgent } from '../src/testing/scripted-agent.ts';
import { Providers } from '../src/workflow/calls/breaker.ts';
import { pay } from '../src/workflow/calls/pay.ts';
import type { RunContext } from '../src/workflow/run-context.ts';
import { step } from '../src/workflow/step.ts';

/** What a paid step adds to its call, in ms: look-up, keys, gate, hold under three caps, settle, and its journal entry. */
export interface PaidStep {
  whole: Quantiles;
  /** The same without the journal entry. */
  call: Quantiles;
  journal: Quantiles;
  /** One write and sync of a small file on this disk, measured in between: there are three in a step. */
  sync: Quantiles;
  /** Median of the processor time of a step, its call included: what does not depend on the disk or the machine's load. */
  cpu: number;
}

export interface Quantiles {
  p50: number;
  p99: number;
}

/** The prompt and the answer of an ordinary edit, characters. */
const PROMPT = 12_000;
const ANSWER = 4_000;

export async function measurePaidStep(steps = 500): Promise<PaidStep> {
  const folder = mkdtempSync(path.join(tmpdir(), 'tercet-bench-'));
  try {
    const ledger = await openLedger(path.join(folder, 'ledger.db'));
    let inCall = 0;
    const agent = scriptedAgent('executor', () => ({ text: 'x'.repeat(ANSWER) }), { model: 'bench/model' });
    const timed = {
      ...agent,
      keyId: 'abcdef0123456789',
      turn: async (...given: Parameters<typeof agent.turn>) => {
        const from = performance.now();
        const result = await agent.turn(...given);
        inCall = performance.now() - from;
        return result;
      },
    };
    const prompt = { sections: new Map<string, string>(), hash: 'p' };
    const ctx = {
      run: 'bench',
      settings: {
        ...DEFAULT_SETTINGS,
        budgetUsd: '100000',
        budgets: (['day', 'month'] as const).map((scope) => ({ scope, unit: 'usd', amount: '100000' })),
      },
      agents: { planner: timed, executor: timed, reviewer: timed },
      fallbacks: { planner: null, executor: null, reviewer: null },
      prompts: { planner: prompt, executor: prompt, reviewer: prompt },
      repository: { key: 'repository' },
      ledger,
      journal: openJournal(path.join(folder, 'journal.ndjson')),
      clock: { now: () => new Date(), sleep: async () => {} },
      providers: new Providers(),
      refusedKeys: openRefusedKeys(path.join(folder, 'refused-keys')),
      catalogue: buildCatalogue([{ id: 'bench/model', input: 1, output: 2 }]),
      signal: new AbortController().signal,
      emit: () => {},
      attempts: new Map(),
    } as unknown as RunContext;

    const cpu: number[] = [];
    const figures = { whole: [] as number[], call: [] as number[], journal: [] as number[], sync: [] as number[] };
    for (let number = 0; number < steps; number += 1) {
      let paid = 0;
      const before = process.cpuUsage();
      const whole = await time(() =>
        step(ctx, `step:${number}`, async () => {
          paid = await time(async () => {
            await pay(ctx, timed, {
              role: 'executor',
              purpose: 'edit',
              task: 'T1',
              system: 'You execute.',
              messages: [{ role: 'user', text: `${number} ${'y'.repeat(PROMPT)}` }],
              output: null,
              tools: [],
              effort: 'low',
              maxOutputTokens: 4_000,
            });
          });
          return { done: true, reason: 'z'.repeat(500) };
        }),
      );
      const { user, system } = process.cpuUsage(before);
      cpu.push((user + system) / 1000);
      figures.whole.push(whole - inCall);
      figures.call.push(paid - inCall);
      figures.journal.push(whole - paid);
      figures.sync.push(await time(async () => syncOnce(path.join(folder, 'sync'))));
    }
    await ledger.close();
    const { whole, call, journal, sync } = figures;
    return {
      whole: quantiles(whole),
      call: quantiles(call),
      journal: quantiles(journal),
      sync: quantiles(sync),
      cpu: quantiles(cpu).p50,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function syncOnce(file: string): void {
  const handle = openSync(file, 'a', 0o600);
  writeSync(handle, 'x'.repeat(500));
  fsyncSync(handle);
  closeSync(handle);
}

async function time(work: () => Promise<unknown>): Promise<number> {
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
  const { cpu, ...figures } = await measurePaidStep();
  console.log(`cpu      p50 ${cpu.toFixed(2)} ms`);
  for (const [name, { p50, p99 }] of Object.entries(figures)) {
    console.log(`${name.padEnd(8)} p50 ${p50.toFixed(2)} ms  p99 ${p99.toFixed(2)} ms`);
  }
}
