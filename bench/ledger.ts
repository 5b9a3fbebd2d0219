import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLedger } from '../src/adapters/ledger/sqlite.ts';
import type { Receipt } from '../src/contract/usage.ts';
import type { Cap } from '../src/ports/ledger.ts';

/** All in ms. `pair` is one hold and one settle: what the ledger adds to a paid call. */
export interface LedgerFigures {
  /** The first open of the process, which loads SQLite and makes the file; and a later one. */
  openCold: number;
  openWarm: number;
  pair: { p50: number; p99: number };
}

/** Times `calls` holds and settles, each synced to the disk, on a file that grows to that many receipts. */
export async function measureLedger(calls = 1_000): Promise<LedgerFigures> {
  const folder = mkdtempSync(join(tmpdir(), 'tercet-bench-'));
  try {
    const file = join(folder, 'ledger.sqlite');
    const openCold = await time(async () => (await openLedger(file)).close());
    const openWarm = await time(async () => (await openLedger(file)).close());
    const ledger = await openLedger(file);
    const cap: Cap = { scope: 'run', key: 'bench', unit: 'usd', amount: '1000' };
    const pairs: number[] = [];
    for (let call = 0; call < calls; call += 1) {
      const held = receipt(`call-${call}`);
      const settled: Receipt = {
        ...held,
        state: 'settled',
        cost: { usd: '0.001', basis: 'computed', price: null },
        answer: { text: 'x'.repeat(4_000) },
      };
      const pair = async () => {
        await ledger.hold(held, [cap]);
        await ledger.settle(settled);
      };
      pairs.push(await time(pair));
    }
    await ledger.close();
    pairs.sort((a, b) => a - b);
    const at = (share: number) => pairs[Math.min(pairs.length - 1, Math.floor(pairs.length * share))] ?? Number.NaN;
    return { openCold, openWarm, pair: { p50: at(0.5), p99: at(0.99) } };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function time(step: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await step();
  return performance.now() - from;
}

function receipt(callId: string): Receipt {
  return {
    callId,
    run: 'bench',
    repository: 'bench',
    role: 'executor',
    purpose: 'edit',
    task: 'T1',
    requestedModel: 'anthropic/claude-haiku-5-5',
    servedModel: null,
    insteadOf: null,
    state: 'held',
    usage: null,
    unit: 'usd',
    quantity: null,
    cost: { usd: null, basis: 'unpriced', price: null },
    heldUsd: '0.01',
    startedAt: new Date().toISOString(),
    ms: null,
    promptHash: '',
    answer: null,
    requestId: null,
    error: null,
    failure: null,
  };
}

if (import.meta.main) {
  const { openCold, openWarm, pair } = await measureLedger();
  console.log(`open ${openCold.toFixed(2)} ms cold, ${openWarm.toFixed(2)} ms warm`);
  console.log(`hold + settle p50 ${pair.p50.toFixed(2)} ms, p99 ${pair.p99.toFixed(2)} ms`);
}
